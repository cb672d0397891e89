/** Each provider that is turned on: is its key accepted, what is left, what does a second cost, how has it done lately? */
import type { Links } from '../core/delivery/links.ts';
import type { Diagnosis } from '../core/diagnosis.ts';
import type { RenderRequest } from '../core/job/job.ts';
import { ownWords } from '../core/own-words.ts';
import type { AccountFacts, Log, Provider, ProviderTrouble } from '../core/ports.ts';
import type { Micros } from '../core/price/money.ts';
import { createProviderHealth } from '../core/price/provider-health.ts';
import { PROVIDERS, STORAGES } from '../providers/catalog.ts';
import { createHosted, type HostedEntry, type HostedParts } from '../providers/index.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { formatsOf } from '../words/formats.ts';
import { wordsFor } from '../words/index.ts';
import type { Check, Patient } from './patient.ts';
import { recordsOf } from './records.ts';

const ANSWERS_WITHIN_MS = 15_000;
/** A usual clip; ten of them should be affordable. */
const SECONDS = 10;
const CLIPS = 10;
/** So many failures, and more than half of what ended, in the last day. */
const FAILURES = 3;
const LATELY_MS = 24 * 3_600_000;

const { money } = formatsOf('en');
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const providers: Check = {
  name: 'the providers',
  async look(patient) {
    const troubles = new Map<string, ProviderTrouble>();
    const entries = await hostedOf(patient.config, patient.config.PUBLIC_URL, (id, trouble) => {
      if (trouble) troubles.set(id, trouble);
    });
    if (entries.length === 0) return [diagnosis('provider-none', {})];
    try {
      const found = await Promise.all(
        entries.map((entry) => inspect(entry, () => troubles.get(entry.provider.id), patient.signal)),
      );
      return [...found.flat(), ...(await lately(entries, patient))];
    } finally {
      await Promise.all(entries.map(({ provider }) => provider.stop?.()));
    }
  },
};

/** As the bot makes them, but that nothing is ever uploaded by them. */
export function hostedOf(
  settings: HostedParts['settings'],
  publicUrl: string | undefined,
  onTrouble: HostedParts['onTrouble'],
): Promise<HostedEntry[]> {
  // Only whether there is a way counts here.
  const links = publicUrl === undefined ? undefined : NO_LINKS;
  const pathOf = () => Promise.reject(new Error('nothing is uploaded by a look'));
  return createHosted({ settings, links, pathOf, clock: { now: Date.now }, log: SILENT, onTrouble });
}

const NO_LINKS: Links = {
  media: () => '',
  hook: () => '',
  readMedia: () => undefined,
  readHook: () => undefined,
};

/** `trouble`: what its answers have told so far. */
export async function inspect(
  { provider, noWayToHostFiles }: HostedEntry,
  trouble: () => ProviderTrouble | undefined,
  signal: AbortSignal,
): Promise<Diagnosis[]> {
  const { id } = provider;
  const { name, key: setting } = moduleOf(id);
  const { unusable, mistake } = provider;
  const all = [
    ...(mistake ? [diagnosis('provider-mistake', { name, reason: mistake }, id)] : []),
    ...(noWayToHostFiles
      ? [diagnosis('provider-files', { name, reason: noWayToHostFiles, keys: STORAGE_KEYS }, id)]
      : []),
  ];
  if (unusable) return [...all, diagnosis('provider-unusable', { name, reason: unusable }, id)];
  const stop = AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)]);
  const account = await provider.check?.(stop).catch((error: unknown) => error);
  signal.throwIfAborted();
  const told = trouble();
  if (told) return [...all, ofTrouble(told, id)];
  if (account instanceof Error) {
    const problem = ownWords(account);
    return [...all, diagnosis('provider-unreachable', { name, problem, address: addressOf(id) }, id)];
  }
  const perSecond = await pricePerSecond(provider);
  const price = perSecond === undefined ? '' : `; from ${money(perSecond)} a second`;
  if (!provider.check) return [...all, diagnosis('provider-unasked', { name, price }, id)];
  return [
    ...all,
    ofAccount(account as AccountFacts, { name, setting, price, perSecond: perSecond ?? 0, id }),
  ];
}

function ofAccount(
  { balanceMicros, units }: AccountFacts,
  {
    name,
    setting,
    price,
    perSecond,
    id,
  }: { name: string; setting: string; price: string; perSecond: Micros; id: string },
): Diagnosis {
  if (balanceMicros === undefined) {
    // As far as is known, there is no address at which these would say it to such a key.
    const balance = units ? `, with ${units}` : ' (what is left in the account stands in its console alone)';
    return diagnosis('provider-works', { name, setting, balance, price }, id);
  }
  const balance = money(balanceMicros);
  if (balanceMicros === 0)
    return diagnosis('provider-no-balance', { name, said: `It says that ${balance} are left.` }, id);
  if (balanceMicros < perSecond * SECONDS * CLIPS)
    return diagnosis('provider-low-balance', { name, balance, seconds: SECONDS }, id);
  return diagnosis('provider-works', { name, setting, balance: `, with ${balance} left`, price }, id);
}

export function ofTrouble({ kind, message: said }: ProviderTrouble, id: string): Diagnosis {
  const { name, key: setting } = moduleOf(id);
  switch (kind) {
    case 'bad-key':
      return diagnosis('provider-key-refused', { name, said, setting }, id);
    case 'out-of-balance':
      return diagnosis('provider-no-balance', { name, said }, id);
    case 'endpoint-gone':
      return diagnosis('provider-model-gone', { name, said }, id);
    case 'unreachable':
      return diagnosis(
        'provider-unreachable',
        { name, problem: said.replace(/[.\s]*$/, ''), address: addressOf(id) },
        id,
      );
    case 'bad-workflow':
      return diagnosis('provider-workflow', { name, said }, id);
  }
}

/** The least that a second costs there, of all that it offers. */
async function pricePerSecond(provider: Provider): Promise<Micros | undefined> {
  const quotes = await Promise.all(
    provider.capabilities.offers.map(async ({ model, quality, scene }) => {
      const request: RenderRequest = {
        model,
        quality,
        ...(scene ? { scene } : {}),
        orientation: 'video',
        sound: false,
        clipSeconds: SECONDS,
      };
      return (await provider.quote(request))?.micros;
    }),
  );
  const known = quotes.filter((micros) => micros !== undefined);
  return known.length > 0 ? Math.round(Math.min(...known) / SECONDS) : undefined;
}

async function lately(entries: readonly HostedEntry[], patient: Patient): Promise<Diagnosis[]> {
  const records = await recordsOf(patient);
  if (!records) return [];
  const health = await createProviderHealth(records.keyv('weather'));
  return entries.flatMap(({ provider: { id } }) => {
    const { ended, failed, lastFailure } = health.since(id, Date.now() - LATELY_MS);
    if (failed < FAILURES || failed * 2 < ended) return [];
    const reason = lastFailure ? wordsFor('en').failureReason(lastFailure) : 'unknown';
    const values = { name: moduleOf(id).name, failed, ended, reason: reason.replace(/[.\s]*$/, '') };
    return [diagnosis('provider-failing', values, id)];
  });
}

const STORAGE_KEYS = STORAGES.map(({ key }) => key).join(' or ');

function moduleOf(id: string) {
  const module = PROVIDERS.find((one) => one.id === id);
  if (!module) throw new Error(`no provider ${id}`);
  return module;
}

const addressOf = (id: string): string =>
  Object.keys(moduleOf(id).settings).find((name) => name.endsWith('_URL')) ?? 'its address';
