/** The providers that the operator's keys turn on, in the order that decides between equals. */

import type { Links } from '../core/delivery/links.ts';
import type { StoredFile } from '../core/job/job.ts';
import type { ProviderCopies } from '../core/job/provider-copies.ts';
import type { AssetHost, Clock, Log, Provider, ProviderTrouble } from '../core/ports.ts';
import { PROVIDERS, type ProviderId, type ProviderSettings, STORAGES } from './catalog.ts';

export type HostedParts = {
  settings: ProviderSettings & { PROVIDERS?: readonly ProviderId[] | undefined };
  /** Set where the internet reaches us: turns webhooks on, and hosting files by ourselves. */
  links: Links | undefined;
  pathOf(file: StoredFile): Promise<string>;
  copies?: ProviderCopies | undefined;
  clock: Clock;
  log: Log;
  onTrouble(provider: string, trouble: ProviderTrouble | undefined): void;
};

/** `noWayToHostFiles` tells the operator how to let it get at our files. */
export type HostedEntry = { provider: Provider; noWayToHostFiles?: string };

/** Those with a key, or those of them that PROVIDERS names, in its order. */
export async function createHosted(parts: HostedParts): Promise<HostedEntry[]> {
  const { settings, links, clock, log, pathOf, copies } = parts;
  const host = await assetHost(parts);
  const chosen =
    settings.PROVIDERS?.flatMap((id) => PROVIDERS.filter((module) => module.id === id)) ?? PROVIDERS;
  return Promise.all(
    chosen
      .filter((module) => settings[module.key])
      .map(async (module) => ({
        provider: await module.create(settings, {
          clock,
          log,
          pathOf,
          copies,
          host: host ?? NO_HOST,
          onTrouble: (trouble) => parts.onTrouble(module.id, trouble),
          ...(links ? { webhookUrl: (jobId: string) => links.hook(module.id, jobId) } : {}),
        }),
        ...(module.files === 'by-address' && !host ? { noWayToHostFiles: NO_WAY } : {}),
      })),
  );
}

const CHECK_WITHIN_MS = 20_000;

/** Tells the operator at start of a key that is refused, where a free call can show it. Nothing waits for that. */
export function checkHosted(entries: readonly HostedEntry[], log: Log): void {
  for (const { provider } of entries)
    provider
      .check?.(AbortSignal.timeout(CHECK_WITHIN_MS))
      .catch((err: unknown) => log.warn({ provider: provider.id, err }, 'no good answer at start'));
}

/** Our own links first; else a provider's storage, which its key serves for even when PROVIDERS leaves it out. */
async function assetHost({
  settings,
  links,
  pathOf,
  copies,
  onTrouble,
}: HostedParts): Promise<AssetHost | undefined> {
  if (links) return { urlFor: async (file) => links.media(file) };
  const module = STORAGES.find(({ key }) => settings[key]);
  return module?.hostFiles?.(settings, {
    pathOf,
    copies,
    onTrouble: (trouble) => onTrouble(module.id, trouble),
  });
}

const NO_WAY = `it fetches files by address: set ${[
  'PUBLIC_URL',
  ...STORAGES.map(({ key, name }) => `${key} for ${name}’s storage`),
].join(', or ')}`;

/** Such a provider gets no jobs, so it is never asked. */
const NO_HOST: AssetHost = {
  urlFor: () => Promise.reject(new Error('there is no way to host files for this provider')),
};
