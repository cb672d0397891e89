/** The places where members talk to us: the page always, each chat where its token is set. */
import { commands } from '../commands/index.ts';
import { namedByWaiting } from './chat/discord/inbound/waiting.ts';
import { createWebChat } from './chat/web/index.ts';
import type { Config } from './config.ts';
import type { RunningChat } from './core/command.ts';
import type { Health } from './core/health.ts';
import type { FileUse, NamesFile } from './core/intake/file-use.ts';
import type { Job } from './core/job/job.ts';
import { throttled } from './core/limits/throttled.ts';
import type { Clock, Files, Inbox, JobStore, Log, Scheduler, Shelf } from './core/ports.ts';
import { createThrottle } from './engine/throttle.ts';

export type ChatsParts = {
  config: Config;
  secretKey: string;
  store: { inbox: Inbox; files: Files; jobs: JobStore; keyv(namespace: string): Shelf };
  fileUse: FileUse;
  scheduler: (name: string) => Scheduler;
  usualMs: (job: Job) => number | undefined;
  health: Health;
  clock: Clock;
  log: Log;
};

const DISCORD = 'discord';

/** Which files the chats need for what is not a job yet. */
export const namedByChats = (store: ChatsParts['store']): NamesFile[] => [
  namedByWaiting(store.keyv(DISCORD)),
];

/** `invites`: where each chat's bot can be added to a server or a group, as far as that is known. */
export async function createChats(parts: ChatsParts) {
  const { config, store, fileUse, health, clock, log, usualMs } = parts;
  const guarded = throttled(commands, createThrottle(), clock);
  const { inbox, files, jobs } = store;
  const invites: Record<string, string> = {};
  const all: RunningChat[] = [createWebChat(clock)];

  // A chat's library is loaded where it is used only: Discord's alone takes some 60 MB and a second or two.
  if (config.DISCORD_TOKEN) {
    const { createDiscordChat } = await import('./chat/discord/index.ts');
    const discord = createDiscordChat({
      token: config.DISCORD_TOKEN,
      apiUrl: config.DISCORD_API_URL,
      cdnUrls: config.DISCORD_CDN_URLS,
      devGuild: config.DISCORD_DEV_GUILD,
      notify: config.DISCORD_PING,
      commands: guarded,
      inbox,
      shelf: store.keyv(DISCORD),
      jobs,
      files,
      fileUse,
      scheduler: parts.scheduler(DISCORD),
      health,
      clock,
      log,
      usualMs,
      onInvite: (url) => {
        invites.discord = url;
      },
    });
    all.push(discord);
  } else health.set('discord', { state: 'off', reason: 'set DISCORD_TOKEN' });

  const telegram = config.TELEGRAM_BOT_TOKEN
    ? await (await import('./chat/telegram/index.ts')).createTelegramChat({
        token: config.TELEGRAM_BOT_TOKEN,
        apiUrl: config.TELEGRAM_API_URL,
        publicUrl: config.PUBLIC_URL,
        secretKey: parts.secretKey,
        commands: guarded,
        inbox,
        shelf: store.keyv('telegram'),
        jobs,
        files,
        clock,
        health,
        log,
        usualMs,
      })
    : undefined;
  if (telegram) all.push(telegram);
  else health.set('telegram', { state: 'off', reason: 'set TELEGRAM_BOT_TOKEN' });

  return { all, invites, telegramHook: telegram?.hook };
}
