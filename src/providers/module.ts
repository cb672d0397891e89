/** What a provider says of itself: everything that the rest of the bot has to know of it, in one object. */

import type { StoredFile } from '../core/job/job.ts';
import type { ProviderCopies } from '../core/job/provider-copies.ts';
import type { AssetHost, Clock, Log, Provider, ProviderTrouble } from '../core/ports.ts';
import { type Settings, urlSetting, type Values } from '../environment.ts';
import type { BilledOffer } from './billing.ts';

export { baseUrl, keySetting, urlSetting } from '../environment.ts';

/** A provider's address, where its results may lie, too. */
export const addressSetting = (preset: string) => ({ ...urlSetting(preset), isTrusted: true }) as const;

/** What it is given to work with. */
type ProviderDeps = {
  clock: Clock;
  log: Log;
  /** Where a file of ours lies on this machine. */
  pathOf(file: StoredFile): Promise<string>;
  /** Which of our files lie in a storage already. */
  copies?: ProviderCopies | undefined;
  /** Puts files where it can fetch them; refuses where the operator has set up no way to. */
  host: AssetHost;
  /** Where it should say that a job has ended. Only where the internet reaches us. */
  webhookUrl?: (jobId: string) => string;
  /** Hears of what only the operator can put right, and `undefined` once a job was taken again. */
  onTrouble(trouble: ProviderTrouble | undefined): void;
};

type HostDeps = Pick<ProviderDeps, 'pathOf' | 'copies' | 'onTrouble'>;

export type ProviderModule<S extends Settings> = {
  /** In settings, in records and on the command line: lower-case letters, for good. */
  id: string;
  /** As it writes it itself. */
  name: string;
  /** It is a machine of the operator's own: files that go there go to nobody else. */
  isOwn?: true;
  /** The setting that turns it on. */
  key: keyof S & string;
  settings: S;
  /** Where the operator gets its key, or what else turns it on. */
  keyFrom: string;
  /** What a whole key of it is, where it can be told from others'. */
  keyLooks?: RegExp;
  /** What it renders, where, and how that is billed. */
  offers: readonly BilledOffer[];
  /** Whether it takes files into a storage of its own, or fetches them from an address. */
  files: 'own-storage' | 'by-address';
  /** The adapter is loaded when it is used: whoever only asks for a name need not load it. */
  create(settings: Values<S>, deps: ProviderDeps): Promise<Provider>;
  /** Its storage, where it serves others that fetch by address. Called only when its key is set. */
  hostFiles?(settings: Values<S>, deps: HostDeps): Promise<AssetHost>;
};

/** Keeps the names and the types of its settings, which `create` then gets. */
export const defineProvider = <const S extends Settings, const Id extends string>(
  module: ProviderModule<S> & { id: Id },
): ProviderModule<S> & { id: Id } => module;
