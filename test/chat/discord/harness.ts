/** The whole Discord front on the true core, in a simulated Discord, with a provider that does as the test says. */
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands } from '../../../commands/index.ts';
import type { FileInput } from '../../../simulators/discord/cdn.ts';
import type { SimInteraction } from '../../../simulators/discord/interactions.ts';
import type { Settings } from '../../../simulators/discord/settings.ts';
import { startDiscord } from '../../../simulators/discord/start.ts';
import type { SimMessage } from '../../../simulators/discord/world.ts';
import { namedByWaiting } from '../../../src/chat/discord/inbound/waiting.ts';
import { createDiscordChat, type DiscordParts } from '../../../src/chat/discord/index.ts';
import { escapeText } from '../../../src/chat/discord/text.ts';
import type { ChatHook } from '../../../src/core/chat-port.ts';
import { createHealth } from '../../../src/core/health.ts';
import { createFileUse } from '../../../src/core/intake/file-use.ts';
import { namedByOffers } from '../../../src/core/intake/offer-store.ts';
import type { Job } from '../../../src/core/job/job.ts';
import { namedBySavings } from '../../../src/core/library/saving.ts';
import type { Log } from '../../../src/core/ports.ts';
import { createScheduler } from '../../../src/engine/scheduler.ts';
import { createStore } from '../../../src/store/index.ts';
import { type WordKey, wordsFor } from '../../../src/words/index.ts';
import type { Values } from '../../../src/words/speech.ts';
import { COMPLETED, createRemote, type Remote } from '../../fakes/remote.ts';
import { createWorld, type WorldOptions } from '../../fakes/world.ts';
import { PATIENCE_MS } from '../../timeouts.ts';
import { PUBLIC_URL, serveHook } from './hook-server.ts';

/** Bytes that say what they are, as far as anybody here looks. */
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(200, 1)]);
const MP4 = Buffer.concat([
  Buffer.from('0000001869736f6d', 'hex').subarray(0, 4),
  Buffer.from('ftypisom'),
  Buffer.alloc(300, 2),
]);
export const image = (name = 'knight.png'): FileInput => ({ name, bytes: PNG });
export const clip = (name = 'dance.mp4'): FileInput => ({ name, bytes: MP4 });

/** How commands come: by the gateway, or over HTTP while no gateway can be had. */
export type Way = 'gateway' | 'http';

export type BotOptions = {
  way?: Way;
  settings?: Partial<Settings>;
  world?: WorldOptions;
  parts?: Partial<DiscordParts>;
};

export type TestBot = Awaited<ReturnType<typeof startTestBot>>;

/** A provider whose jobs wait in line until the test says otherwise. */
export function slowRemote(micros?: number): Remote {
  const remote = createRemote('paid', micros === undefined ? {} : { micros });
  remote.provider.capabilities.pollFloorMs = 20;
  remote.statuses = [{ state: 'queued', position: 1 }];
  return remote;
}

export async function startTestBot({
  way = 'gateway',
  settings = {},
  world: worldOptions = {},
  parts = {},
}: BotOptions = {}) {
  const discord = await startDiscord({
    settings: { webhookLimit: 'none', channelLimit: 'none', globalLimit: 'none', ...settings },
  });
  let hook: ChatHook | undefined;
  const server = await serveHook(() => hook);
  discord.routes.set(PUBLIC_URL, server.origin);
  if (way === 'http') discord.fault({ path: /gateway\/bot/ }, 'cut', Number.POSITIVE_INFINITY);
  const folder = await mkdtemp(join(tmpdir(), 'discord-bot-'));
  const remotes = worldOptions.remotes ?? [slowRemote()];
  const [remote = slowRemote()] = remotes;
  const store = createStore(folder, () => {});
  const world = createWorld({
    access: { allowPrivate: true },
    ...worldOptions,
    remotes,
    files: store.files,
    media: {
      normaliseImage: async (path, to) => {
        await copyFile(path, to);
        return { ok: true, value: { mime: 'image/jpeg', width: 800, height: 800, bytes: 10 } };
      },
      normaliseClip: async (path, to) => {
        await copyFile(path, to);
        const value = { width: 720, height: 1280, durationMs: 4000, fps: 30, hasSound: true, bytes: 4 };
        return { ok: true, value: { ...value, container: 'mp4', cameraMoves: false } };
      },
      mark: async (path, to) => {
        await copyFile(path, to);
        return { width: 720, height: 1280, durationMs: 4000 };
      },
      ...worldOptions.media,
    },
  });
  Object.defineProperty(world.time, 'now', { get: Date.now });
  const lines: string[] = [];
  const health: { name: string; state: string; reason?: string }[] = [];
  const guild = discord.guild('Dancers');
  const channel = discord.channel(guild, 'general');
  const ada = discord.member(guild, 'Ada');

  /** A process on the disk of the last one. */
  async function boot() {
    let dead = false;
    const never = new Promise<never>(() => {});
    /** Of a process that was killed, nothing reaches the disk any more. */
    const mortal = <T extends object>(port: T): T =>
      new Proxy(port, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => (dead ? never : value.apply(target, args));
        },
      });
    const life = world.boot();
    const { ctx } = life;
    const kv = mortal(store.keyv('discord'));
    ctx.fileUse = createFileUse({
      files: store.files,
      records: [
        world.disk.store.uses,
        world.disk.library.uses,
        namedByOffers(world.disk.offers),
        namedBySavings(world.disk.savings),
        namedByWaiting(kv),
      ],
      log: ctx.log,
    });
    ctx.scheduler = createScheduler({
      clock: ctx.clock,
      atOnce: 32,
      onError: (error) => lines.push(String(error)),
    });
    ctx.fetcher.fetch = async (_result, toPath) => {
      await writeFile(toPath, MP4);
      return 'here';
    };
    const log = capture(lines);
    ctx.log = log;
    const chat = createDiscordChat({
      token: discord.token,
      apiUrl: discord.apiUrl,
      cdnUrls: [discord.cdnUrl],
      notify: true,
      commands,
      inbox: mortal(store.inbox),
      kv,
      jobs: world.disk.store,
      files: store.files,
      fileUse: ctx.fileUse,
      scheduler: createScheduler({
        clock: ctx.clock,
        atOnce: 8,
        onError: (error) => lines.push(String(error)),
      }),
      health: createHealth((name, state) => health.push({ name, ...state })),
      clock: ctx.clock,
      log,
      usualMs: () => undefined,
      pace: { firstMs: 10, ceilingMs: 80 },
      // A third of Discord's three seconds would be the machine's to keep.
      ackTimeoutMs: PATIENCE_MS,
      answersWithinMs: PATIENCE_MS,
      looksAgainMs: 10,
      publicUrl: PUBLIC_URL,
      interactions: way === 'http' ? way : undefined,
      ...parts,
    });
    hook = chat.hook;
    ctx.chats = new Map([...ctx.chats, ['discord', chat]]);
    ctx.events.subscribe('*', (job) => {
      if (dead) return;
      chat.show(job);
      discord.sim.changed();
    });
    await life.jobs.recover();
    await chat.start(life.core);
    return {
      ...life,
      chat,
      /** From one moment to the next, in the middle of whatever it did. */
      async kill() {
        dead = true;
        await ctx.scheduler.stop();
        await chat.stop();
      },
      async stop() {
        await chat.stop();
        await ctx.scheduler.stop();
      },
    };
  }

  const listens = () => (way === 'http' ? discord.endpoint.url() !== null : discord.gateway.connected() > 0);
  let life = await boot();
  await discord.waitFor(() => listens() && discord.commands().length > 0);

  return {
    discord,
    world,
    remote,
    store,
    folder,
    guild,
    channel,
    ada,
    lines,
    health,
    boot,
    get life() {
      return life;
    },
    set life(next) {
      life = next;
    },
    async restart() {
      await life.stop();
      life = await boot();
      await discord.waitFor(listens);
    },
    jobs: (): Promise<Job[]> => world.disk.store.recent(`discord:${guild.id}`, 100),
    async [Symbol.asyncDispose]() {
      await life.stop();
      await server.close();
      await discord[Symbol.asyncDispose]();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A text of ours as it stands on a message, up to what is filled in. */
export const said = (key: WordKey, values?: Values): string =>
  escapeText(wordsFor('en').t(key, values)).replaceAll('\\', '\\\\').split('\n')[0] ?? '';

/** Everything that a person reads on a message. */
export function textOf(message: SimMessage | undefined): string {
  return message ? JSON.stringify(message.components) + message.content : '';
}

/** Lets the provider finish, and answers the message with the video. */
export async function finish(bot: TestBot, asked: SimInteraction): Promise<SimMessage> {
  bot.remote.statuses = [COMPLETED];
  return bot.discord.waitFor(() => asked.followUps.find((one) => one.files.length > 0));
}

/** The true log, as it would be written, one entry a line. */
function capture(lines: string[]): Log {
  const write = (facts: object, message: string): void => {
    lines.push(`${message} ${inspectDeep(facts)}`);
  };
  return { debug: write, info: write, warn: write, error: write };
}

/** As deep as a log could ever show: also what an error carries besides its message. */
function inspectDeep(value: unknown, depth = 0): string {
  if (depth > 6) return '…';
  if (value instanceof Error) {
    const own = Object.getOwnPropertyNames(value).map(
      (name) => `${name}: ${inspectDeep(Reflect.get(value, name), depth + 1)}`,
    );
    return `${value.name} {${own.join(', ')}}`;
  }
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${name}: ${inspectDeep(inner, depth + 1)}`)
      .join(', ')}}`;
  }
  return String(value);
}
