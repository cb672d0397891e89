/** Several processes of the bot on one PostgreSQL, in one simulated Discord. */
import { expect, onTestFinished } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { type DiscordSim, startDiscord } from '../../../simulators/discord/start.ts';
import { createDiscordChat, type DiscordParts } from '../../../src/chat/discord/index.ts';
import { createFront } from '../../../src/chat/front.ts';
import type { RunningChat } from '../../../src/core/command.ts';
import { createHealth } from '../../../src/core/health.ts';
import { createFileUse } from '../../../src/core/intake/file-use.ts';
import { createScheduler } from '../../../src/engine/scheduler.ts';
import { createFiles } from '../../../src/store/files.ts';
import { createInbox } from '../../../src/store/inbox.ts';
import { keyValueStoreOn } from '../../../src/store/keyv-sql.ts';
import { openPostgres } from '../../../src/store/postgres.ts';
import { openPostgresBus } from '../../../src/store/postgres-bus.ts';
import { openPostgresHolds } from '../../../src/store/postgres-holds.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { createWorld } from '../../fakes/world.ts';
import type { PostgresOfFile } from '../../postgres/open.ts';
import { silent } from '../../providers/subject.ts';
import { PATIENCE_MS } from '../../timeouts.ts';
import { PUBLIC_URL, serveHook } from './hook-server.ts';

const clock = { now: Date.now };
const onError = (error: unknown) => expect.fail(String(error));

export async function startProcesses(
  postgres: PostgresOfFile,
  options: Parameters<typeof startDiscord>[0] = {},
) {
  await postgres.empty();
  const url = await postgres.url();
  const discord: DiscordSim = await startDiscord({
    ...options,
    settings: { webhookLimit: 'none', channelLimit: 'none', globalLimit: 'none', ...options?.settings },
  });
  onTestFinished(() => discord[Symbol.asyncDispose]());
  const world = createWorld({ access: { allowPrivate: true } });
  Object.defineProperty(world.time, 'now', { get: Date.now });
  const guild = discord.guild('Dancers');
  const alive = new Set<object>();

  /** `isFront`: it may have the chat; `isCalled`: Discord may call it. `onTurn`: it waits for a turn that others may have. */
  async function start({
    isFront = true,
    isCalled = false,
    onTurn = async () => {},
    parts = {},
  }: {
    isFront?: boolean;
    isCalled?: boolean;
    onTurn?: (name: string) => Promise<void>;
    parts?: Partial<DiscordParts>;
  } = {}) {
    const db = await openPostgres(url);
    const swift = { lookEveryMs: 5, retakeWithinMs: 50, againAfterMs: 5 };
    const holds = await openPostgresHolds(url, { onError, ...swift });
    const bus = await openPostgresBus(url, onError);
    const life = world.boot({ beside: true });
    const files = createFiles(freshFolder());
    const kv = keyValueStoreOn(db, 'discord');
    const mine = {};
    if (isFront) alive.add(mine);
    const started: string[] = [];
    const chat = await createFront({
      platform: 'discord',
      async make() {
        started.push('made');
        return createDiscordChat({
          token: discord.token,
          apiUrl: discord.apiUrl,
          cdnUrls: [discord.cdnUrl],
          notify: true,
          commands,
          inbox: createInbox(db, clock),
          kv,
          jobs: world.disk.store,
          files,
          fileUse: createFileUse({ files, records: [world.disk.store.uses], log: silent }),
          scheduler: createScheduler({ clock, atOnce: 8, onError }),
          health: createHealth(() => {}),
          clock,
          log: silent,
          usualMs: () => undefined,
          pace: { firstMs: 10, ceilingMs: 80 },
          ackTimeoutMs: PATIENCE_MS,
          answersWithinMs: PATIENCE_MS,
          looksAgainMs: 10,
          publicUrl: PUBLIC_URL,
          shared: {
            holds: { ...holds, turn: (...asked) => onTurn(asked[0]).then(() => holds.turn(...asked)) },
            isFront,
            onReceived: () => bus.publish('received', 'discord'),
            fronts: () => alive.size,
            speakers: () => alive.size,
          },
          gatewayPace: { lookMs: 5, settledMs: 50, leftMs: 50, identifyMs: 1 },
          ...parts,
        });
      },
      holds,
      isFront,
      isCalled,
      onReceived: (listener) => bus.subscribe('received', () => listener()),
      log: silent,
    });
    await chat.start(life.core);
    let ended: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      ended ??= (async () => {
        await chat.stop();
        alive.delete(mine);
        await Promise.all([holds.stop(), bus.close()]);
        await db.close();
      })();
      return ended;
    };
    onTestFinished(stop);
    return { chat, holds, life, started, stop, has: () => holds.holds('front:discord') };
  }

  return {
    discord,
    world,
    guild,
    channel: discord.channel(guild, 'general'),
    ada: discord.member(guild, 'Ada'),
    start,
    /** Discord calls that process from now on. */
    async callsTo(process: () => { chat: RunningChat } | undefined) {
      const server = await serveHook(() => process()?.chat.hook);
      onTestFinished(() => server.close());
      discord.routes.set(PUBLIC_URL, server.origin);
    },
    /** How many events wait in the inbox. */
    waiting: async () => (await createInbox(await postgres.db(), clock).pending('discord:')).length,
  };
}
