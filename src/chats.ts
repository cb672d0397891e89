/** The places where members talk to us: the page always, each chat where its token is set. */
import { commands } from '../commands/index.ts';
import { CHATS } from './chat/catalog.ts';
import { createWebChat } from './chat/web/index.ts';
import type { Config } from './config.ts';
import type { RunningChat } from './core/command.ts';
import type { Health } from './core/health.ts';
import type { FileUse, NamesFile } from './core/intake/file-use.ts';
import type { Job } from './core/job/job.ts';
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
  limiter?: NonNullable<Parameters<typeof createThrottle>[0]>['limiter'];
};

/** Which files the chats need for what is not a job yet. */
export const namedByChats = ({ keyv }: Pick<ChatsParts['store'], 'keyv'>): NamesFile[] =>
  CHATS.flatMap(({ platform, namesFiles }) => namesFiles?.(keyv(platform)) ?? []);

/** `invites`: where each chat's bot can be added to a server or a group, as far as that is known. */
export async function createChats(parts: ChatsParts) {
  const { config, secretKey, store, fileUse, scheduler, usualMs, health, clock, log, limiter } = parts;
  const guarded = throttled(commands, createThrottle(limiter ? { limiter } : {}), clock);
  const invites: Record<string, string> = {};
  const all: RunningChat[] = [createWebChat(clock)];
  for (const module of CHATS) {
    const { platform, key } = module;
    if (!config[key]) {
      health.set(platform, { state: 'off', reason: `set ${key}` });
      continue;
    }
    const chat = await module.create(config, {
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
      onInvite: (url) => {
        invites[platform] = url;
      },
    });
    all.push(chat);
  }
  return { all, invites };
}
