/** The places where members talk to us: the page always, each chat where its token is set. */
import { commands } from '../commands/index.ts';
import { CHATS } from './chat/catalog.ts';
import { createFront } from './chat/front.ts';
import { createWebChat } from './chat/web/index.ts';
import type { Config } from './config.ts';
import type { RunningChat } from './core/command.ts';
import type { Health } from './core/health.ts';
import type { Holds } from './core/holds.ts';
import type { FileUse, NamesFile } from './core/intake/file-use.ts';
import { namedByOffers } from './core/intake/offer-store.ts';
import type { Job } from './core/job/job.ts';
import { namedBySavings } from './core/library/saving.ts';
import type { LibraryStore } from './core/library/store.ts';
import { throttled } from './core/limits/throttled.ts';
import type { Clock, Files, Inbox, JobStore, KeyValueStore, Log, Scheduler } from './core/ports.ts';
import { createThrottle } from './engine/throttle.ts';

export type ChatsParts = {
  config: Config;
  secretKey: string;
  store: { inbox: Inbox; files: Files; jobs: JobStore; keyv(namespace: string): KeyValueStore };
  fileUse: FileUse;
  scheduler: () => Scheduler;
  usualMs: (job: Job) => number | undefined;
  health: Health;
  clock: Clock;
  log: Log;
  /** Where commands are counted; by this process alone, where there is none. */
  limiter?: NonNullable<Parameters<typeof createThrottle>[0]>['limiter'] | undefined;
  /** Where several processes share the work. */
  shared?: { chats: SharedChats } | undefined;
};

/** What the chats of several processes have to know of each other. */
export type SharedChats = {
  holds: Holds;
  /** How many processes have that role, and how many there are at all, as far as is known. */
  fronts(role: string): number;
  processes(): number;
  /** Something is on disk for whoever has that chat. */
  received(platform: string): void;
  onReceived(platform: string, listener: () => void): () => void;
};

/** Which files the chats need for what is not a job yet. */
export const namedByChats = ({ keyv }: Pick<ChatsParts['store'], 'keyv'>): NamesFile[] =>
  CHATS.flatMap(({ platform, namesFiles }) => namesFiles?.(keyv(platform)) ?? []);

/** Everything on disk that names files: asked before one goes. */
export const namesFile = (
  store: Pick<ChatsParts['store'], 'jobs' | 'keyv'> & { library: Pick<LibraryStore, 'uses'> },
  { offers, savings }: { offers: KeyValueStore; savings: KeyValueStore },
): NamesFile[] => [
  store.jobs.uses,
  store.library.uses,
  namedByOffers(offers),
  namedBySavings(savings),
  ...namedByChats(store),
];

/** `invites`: where each chat's bot can be added to a server or a group, as far as that is known. */
export async function createChats(parts: ChatsParts) {
  const { config, secretKey, store, fileUse, scheduler, usualMs, health, clock, log, limiter } = parts;
  const shared = parts.shared?.chats;
  const guarded = throttled(commands, createThrottle(limiter ? { limiter } : {}), clock);
  const invites: Record<string, string> = {};
  const all: RunningChat[] = [createWebChat(clock)];
  for (const module of CHATS) {
    const { platform, key } = module;
    if (!config[key]) {
      health.set(platform, { state: 'off', reason: `set ${key}` });
      continue;
    }
    const isFront = config.ROLES.has(platform);
    const own = {
      commands: guarded,
      inbox: store.inbox,
      kv: store.keyv(platform),
      jobs: store.jobs,
      files: store.files,
      fileUse,
      scheduler,
      health,
      clock,
      log,
      usualMs,
      publicUrl: config.PUBLIC_URL,
      secretKey,
      onInvite: (url: string) => {
        invites[platform] = url;
      },
    };
    if (!shared) {
      all.push(await module.create(config, own));
      continue;
    }
    const sharing = {
      holds: shared.holds,
      isFront,
      onReceived: () => shared.received(platform),
      fronts: () => shared.fronts(platform),
      speakers: shared.processes,
    };
    health.set(platform, { state: 'ok', reason: 'other processes have it' });
    const front = await createFront({
      platform,
      make: () => module.create(config, { ...own, shared: sharing }),
      holds: shared.holds,
      isFront,
      isCalled: config.ROLES.has('page') && config.PUBLIC_URL !== undefined,
      onReceived: (listener) => shared.onReceived(platform, listener),
      log,
    });
    all.push(front);
  }
  return { all, invites };
}
