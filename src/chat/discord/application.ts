/**
 * The app as Discord has it on record: the key that its calls over HTTP are signed with, and where it sends commands.
 * All of it is asked for over HTTP, so that no command has to wait for a gateway.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type REST, Routes } from 'discord.js';
import { z } from 'zod';
import { backOffMs } from '../../core/job/pace.ts';
import type { Log } from '../../core/ports.ts';
import { DiscordTrouble, troubleOf } from './outbound/trouble.ts';
import type { Way } from './standing.ts';

type Pace = { firstMs: number; ceilingMs: number };
const PACE: Pace = { firstMs: 1_000, ceilingMs: 120_000 };
/** What keeps Discord from reaching us is mended by people. */
const PEOPLE_PACE: Pace = { firstMs: 30_000, ceilingMs: 10 * 60_000 };
/** Discord saves an address after it has tried it. */
const SOON_MS = 5_000;

/** Of resources/application (developer docs, read 2026-11-30). */
const record = z.object({
  id: z.string(),
  bot: z.object({ id: z.string() }).optional().catch(undefined),
  verify_key: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .optional()
    .catch(undefined),
  interactions_endpoint_url: z.url().nullish().catch(undefined),
});

export type ApplicationParts = {
  rest: REST;
  /** Where Discord can call us, if it can. */
  endpoint: string | undefined;
  /** The way that the operator wants; undefined: whichever stands on record. */
  wanted: 'gateway' | 'http' | undefined;
  onKnown(known: { id: string; botUserId: string | undefined; way: Way; trouble: string | undefined }): void;
  log: Log;
  /** Between two tries. */
  pace?: Pace | undefined;
  soonMs?: number | undefined;
};

export type Application = {
  /** Asks until Discord has answered. */
  look(): void;
  /** Something came in by this way. Where that is news, or nobody knows, looks once more in a moment. */
  heard(by: 'gateway' | 'http' | 'ping'): void;
  /** What calls over HTTP are signed with, once it is known. */
  key(): Promise<KeyObject>;
  stop(): Promise<void>;
};

export function createApplication(parts: ApplicationParts): Application {
  const { rest, endpoint, wanted, log, soonMs = SOON_MS } = parts;
  const stopping = new AbortController();
  const signal = stopping.signal;
  const known = Promise.withResolvers<KeyObject>();
  let key = known.promise;
  let running: Promise<void> | undefined;
  let soon: Promise<void> | undefined;
  let way: Way | undefined;
  /** Whoever calls us at another address of ours than we know of finds us all the same. */
  let heardOverHttp = false;

  function wayOf(url: string | null | undefined): Way {
    if (!url) {
      heardOverHttp = false;
      return { kind: 'gateway' };
    }
    return { kind: url === endpoint || heardOverHttp ? 'http' : 'elsewhere', url };
  }

  /** Answers how long to wait before the next try, or undefined where there need not be one. */
  async function ask(): Promise<Pace | undefined> {
    const app = record.parse(await rest.get(Routes.currentApplication(), { signal }));
    const { id, bot, verify_key, interactions_endpoint_url: url } = app;
    if (verify_key !== undefined) {
      key = Promise.resolve(publicKey(verify_key));
      known.resolve(key);
    }
    way = wayOf(url);
    const trouble = await change(url ?? undefined);
    parts.onKnown({ id, botUserId: bot?.id, way, trouble });
    return trouble === undefined || (wanted === 'http' && !endpoint) ? undefined : PEOPLE_PACE;
  }

  /** Brings about the way that is wanted. Answers why it could not. */
  async function change(now: string | undefined): Promise<string | undefined> {
    if (wanted === 'http' && !endpoint)
      return 'DISCORD_INTERACTIONS=http needs a PUBLIC_URL that begins with https';
    const url = wanted === 'http' ? endpoint : undefined;
    if (wanted === undefined || url === now) return undefined;
    try {
      await rest.patch(Routes.currentApplication(), {
        body: { interactions_endpoint_url: url ?? null },
        signal,
      });
      way = wayOf(url);
      return undefined;
    } catch (thrown) {
      const error = troubleOf(thrown);
      if (!(error instanceof DiscordTrouble)) throw error;
      return error.invalidForm
        ? `Discord could not reach ${url}: look at PUBLIC_URL and at what stands before Strut`
        : `It could not be changed (${error.message})`;
    }
  }

  async function run(): Promise<void> {
    for (let tries = 1; !signal.aborted; tries += 1) {
      const pace = await ask().catch((thrown: unknown) => {
        const error = troubleOf(thrown);
        if (signal.aborted) return undefined;
        // A bad token: whoever logs in tells of it.
        if (error instanceof DiscordTrouble && error.status === 401) return undefined;
        log.warn({ err: error }, 'discord: the app could not be looked at');
        return PACE;
      });
      if (pace === undefined) return;
      const waitMs = backOffMs(tries, Math.random, parts.pace ?? pace);
      await wait(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  function look(): void {
    running ??= run().finally(() => {
      running = undefined;
    });
  }

  return {
    look,
    heard(by) {
      if (by === 'http') heardOverHttp = true;
      if (by === way?.kind || soon || signal.aborted) return;
      soon = wait(soonMs, undefined, { signal, ref: false })
        .then(look, () => undefined)
        .finally(() => {
          soon = undefined;
        });
    },
    key: () => key,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function publicKey(hex: string): KeyObject {
  const x = Buffer.from(hex, 'hex').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
