/** The providers that the operator's keys turn on, in the order that decides between equals. */
import { HOSTED, type Hosted, KEY_NAMES } from '../core/hosted.ts';
import type { StoredFile } from '../core/job.ts';
import type { Links } from '../core/links.ts';
import type { AssetHost, Clock, Log, Provider, ProviderTrouble } from '../core/ports.ts';
import { createFal } from './fal/fal.ts';
import { createFalStorage } from './fal/storage.ts';
import { createRuncomfy } from './runcomfy/runcomfy.ts';
import { createRunpod } from './runpod/runpod.ts';

type HostedSettings = {
  PROVIDERS?: readonly Hosted[] | undefined;
  FAL_KEY?: string | undefined;
  FAL_QUEUE_URL: string;
  FAL_REST_URL: string;
  FAL_API_URL: string;
  RUNPOD_API_KEY?: string | undefined;
  RUNPOD_API_URL: string;
  RUNCOMFY_API_TOKEN?: string | undefined;
  RUNCOMFY_API_URL: string;
};

export type HostedParts = {
  settings: HostedSettings;
  /** Set where the internet reaches us: turns webhooks on, and hosting files by ourselves. */
  links: Links | undefined;
  pathOf(file: StoredFile): string;
  clock: Clock;
  log: Log;
  onTrouble(provider: string, trouble: ProviderTrouble | undefined): void;
};

export type HostedEntry = { provider: Provider; noWayToHostFiles: boolean };

/** Those with a key, or those of them that PROVIDERS names, in its order. */
export function createHosted(parts: HostedParts): HostedEntry[] {
  const { settings, links, clock, log } = parts;
  const host = assetHost(parts);
  const common = (id: Hosted) => ({
    clock,
    log,
    onTrouble: (trouble: ProviderTrouble | undefined) => parts.onTrouble(id, trouble),
    ...(links ? { webhookUrl: (jobId: string) => links.hook(id, jobId) } : {}),
  });
  const make = {
    fal: (key: string) =>
      createFal({
        ...common('fal'),
        key,
        queueUrl: settings.FAL_QUEUE_URL,
        restUrl: settings.FAL_REST_URL,
        apiUrl: settings.FAL_API_URL,
        pathOf: parts.pathOf,
      }),
    runpod: (key: string) =>
      createRunpod({ ...common('runpod'), key, apiUrl: settings.RUNPOD_API_URL, host: host ?? NO_HOST }),
    runcomfy: (token: string) =>
      createRuncomfy({
        ...common('runcomfy'),
        token,
        apiUrl: settings.RUNCOMFY_API_URL,
        host: host ?? NO_HOST,
      }),
  } satisfies Record<Hosted, (key: string) => Provider>;

  return (settings.PROVIDERS ?? HOSTED).flatMap((id) => {
    const key = settings[KEY_NAMES[id]];
    // fal.ai takes files into its own storage; the others fetch them from an address.
    return key ? [{ provider: make[id](key), noWayToHostFiles: id !== 'fal' && !host }] : [];
  });
}

/** Our own links first; else fal.ai's storage, which a key serves for even when PROVIDERS leaves fal.ai out. */
function assetHost({ settings, links, pathOf, onTrouble }: HostedParts): AssetHost | undefined {
  if (links) return { urlFor: async (file) => links.media(file) };
  if (!settings.FAL_KEY) return undefined;
  return createFalStorage({
    key: settings.FAL_KEY,
    restUrl: settings.FAL_REST_URL,
    pathOf,
    onTrouble: (trouble) => onTrouble('fal', trouble),
  });
}

/** Such a provider gets no jobs, so it is never asked. */
const NO_HOST: AssetHost = {
  urlFor: () => Promise.reject(new Error('there is no way to host files for this provider')),
};
