/**
 * The gateway of several processes: each shard is held by one of them, which keeps a connection of its own for it. They
 * share the shards evenly, take over those of one that is gone, and log in one after the other, as Discord asks.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { ComponentState } from '../../core/health.ts';
import type { KeyValueStore } from '../../core/ports.ts';
import type { SharedWork } from '../module.ts';
import type { Connection, ConnectionOptions } from './client.ts';
import { createLogin, type Login, type LoginParts } from './login.ts';
import { troubleOf } from './outbound/trouble.ts';
import type { Shards } from './shards.ts';

const COUNT = 'shards';
/** How many shards it takes is asked for so often; all processes go by the same number, for at most a day. */
const ASK_EVERY_MS = 3_600_000;
const KEPT_MS = 24 * 3_600_000;
/** Longer than a process that is gone counts among those that are there. */
const SETTLED_MS = 20_000;
/** What was given up for another process is left to it so long. */
const LEFT_MS = 10_000;

/** How long a look takes its time, and how long after one log-in the next may begin (topics/gateway, 2026-11-21). */
export type GatewayPace = { lookMs: number; settledMs: number; leftMs: number; identifyMs: number };
const PACE: GatewayPace = { lookMs: 2_000, settledMs: SETTLED_MS, leftMs: LEFT_MS, identifyMs: 5_500 };

const info = z.object({ shards: z.int().min(1) });

export type GatewayParts = Pick<LoginParts, 'token' | 'onReady' | 'report' | 'log'> & {
  rest: REST;
  kv: KeyValueStore;
  shared: SharedWork;
  shards: Shards;
  connect(options: ConnectionOptions): Connection;
  loginPace?: LoginParts['pace'];
  pace?: Partial<GatewayPace> | undefined;
};

type Wish = { giveBack(): Promise<void>; state?: ComponentState };

export function createGateway(parts: GatewayParts): Login {
  const { rest, kv, shared, report, log } = parts;
  const pace = { ...PACE, ...parts.pace };
  const stopping = new AbortController();
  const { signal } = stopping;
  const wishes = new Map<string, Wish>();
  const leftAt = new Map<string, number>();
  let running: Promise<void> = Promise.resolve();
  let gainedAt = 0;
  let askedAt = Number.NEGATIVE_INFINITY;

  const held = (): string[] => [...wishes.keys()].filter((name) => shared.holds.holds(name));

  /** The shards that this process may have, of how many. */
  async function candidates(): Promise<{ shards: number[]; shardCount: number }> {
    if (parts.shards !== 'auto') return parts.shards;
    let shardCount = (await kv.get<number>(COUNT)) ?? 0;
    if (shardCount === 0 || performance.now() - askedAt > ASK_EVERY_MS) {
      const wanted = info.parse(await rest.get(Routes.gatewayBot(), { signal })).shards;
      askedAt = performance.now();
      if (wanted > shardCount) await kv.set(COUNT, wanted, KEPT_MS);
      shardCount = Math.max(wanted, shardCount);
    }
    return { shards: Array.from({ length: shardCount }, (_, n) => n), shardCount };
  }

  async function look(): Promise<void> {
    const { shards, shardCount } = await candidates();
    const names = new Map(shards.map((shard) => [`shard:${shard}/${shardCount}`, shard]));
    // Discord wants another number of them by now.
    const old = [...wishes.keys()].filter((name) => !names.has(name));
    await Promise.all(old.map(leave));
    const now = performance.now();
    for (const [name, shard] of names)
      if (!wishes.has(name) && now - (leftAt.get(name) ?? Number.NEGATIVE_INFINITY) > pace.leftMs)
        want(name, shard, shardCount);
    // Those who are told which shards are theirs share them with nobody.
    const share = parts.shards === 'auto' ? Math.ceil(shardCount / Math.max(1, shared.fronts())) : shardCount;
    const mine = held();
    const surplus = mine.length > share && now - gainedAt > pace.settledMs ? mine.at(-1) : undefined;
    if (surplus !== undefined) await leave(surplus);
    tell();
  }

  function want(name: string, shard: number, shardCount: number): void {
    let login: Login | undefined;
    const wish: Wish = { giveBack: async () => {} };
    wishes.set(name, wish);
    wish.giveBack = shared.holds.onHeld(name, {
      async gained() {
        gainedAt = performance.now();
        log.info({ shard, of: shardCount }, 'discord: this process has that shard');
        login = createLogin({
          token: parts.token,
          connect: () => parts.connect({ shards: { shards: [shard], shardCount }, identify }),
          onReady: parts.onReady,
          report(state) {
            wish.state = state;
            tell();
          },
          log,
          ...(parts.loginPace ? { pace: parts.loginPace } : {}),
        });
        login.start();
      },
      async lost() {
        await login?.stop();
        delete wish.state;
        tell();
      },
    });
  }

  async function leave(name: string): Promise<void> {
    const wish = wishes.get(name);
    wishes.delete(name);
    leftAt.set(name, performance.now());
    await wish?.giveBack();
  }

  /** So many log-ins at once as Discord allows the bot, over all processes. */
  async function identify(shard: number, atOnce: number, given: AbortSignal): Promise<void> {
    const done = await shared.holds.turn(`identify:${shard % atOnce}`, AbortSignal.any([signal, given]));
    setTimeout(done, pace.identifyMs).unref();
  }

  function tell(): void {
    if (signal.aborted) return;
    const states = held().map((name) => wishes.get(name)?.state ?? CONNECTING);
    const worst = (['off', 'degraded'] as const).flatMap(
      (bad) => states.find(({ state }) => state === bad) ?? [],
    );
    report(worst[0] ?? (states.length > 0 ? { state: 'ok' } : ELSEWHERE));
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      await look().catch((error: unknown) => {
        if (signal.aborted) return;
        if (held().length === 0)
          report({ state: 'degraded', reason: 'how many shards it takes is not known yet' });
        log.warn({ err: troubleOf(error) }, 'discord: the shards could not be looked at');
      });
      await wait(pace.lookMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  return {
    start() {
      report(ELSEWHERE);
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
      await Promise.all([...wishes.keys()].map(leave));
    },
  };
}

const CONNECTING: ComponentState = { state: 'degraded', reason: 'connecting' };
const ELSEWHERE: ComponentState = { state: 'ok', reason: 'other processes have its shards' };
