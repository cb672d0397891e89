/**
 * Keeps the bot logged in: tries until it works, slows down when Discord keeps throwing it out, and gives up with one
 * clear line when only the operator can help.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Client, GatewayCloseCodes as Close, Events } from 'discord.js';
import type { ComponentState } from '../../core/health.ts';
import { backOffMs } from '../../core/job/pace.ts';
import type { Log } from '../../core/ports.ts';
import type { Connection } from './client.ts';
import { diagnosis } from './diagnoses.ts';
import { troubleOf } from './outbound/trouble.ts';

/** So many reconnects within that time are no mishap any more: Discord counts them, and resets tokens in the end. */
const RECONNECTS = 6;
const WITHIN_MS = 60_000;

/** A connection that is being made when we stop is given so long to be there, or not. */
const SETTLES_WITHIN_MS = 2_000;

export type LoginParts = {
  token: string;
  /** A fresh connection with our listeners on it. */
  connect(): Connection;
  onReady(client: Client<true>): void;
  /** How the gateway stands, at each change. */
  report(state: ComponentState): void;
  log: Log;
  /** Between two tries, growing from one to the other. */
  pace?: { firstMs: number; ceilingMs: number };
};

export type Login = { start(): void; stop(): Promise<void> };

/** What came of one connection: over for good, or to be tried again. */
type End = { fatal: string } | { again: string; slowly?: true };

const BAD_TOKEN = 'DISCORD_TOKEN is not valid: copy it anew from the Developer Portal, page Bot';

/** By close code, what the operator has to do (developer docs, topics/opcodes-and-status-codes, 2026-11-21). */
const FATAL: Partial<Record<number, string>> = {
  [Close.AuthenticationFailed]: BAD_TOKEN,
  [Close.DisallowedIntents]: 'Discord refuses an intent of the bot: check the Developer Portal, page Bot',
  [Close.InvalidIntents]: 'Discord refuses an intent of the bot',
  [Close.InvalidAPIVersion]: 'Discord does not speak this version of its API any more: update Strut',
};
/** How the library words the same when it happens before the bot was ever ready. */
const BY_MESSAGE: readonly [RegExp, number][] = [
  [/authentication failed/i, Close.AuthenticationFailed],
  [/disallowed intents/i, Close.DisallowedIntents],
  [/invalid intents/i, Close.InvalidIntents],
  [/invalid api version/i, Close.InvalidAPIVersion],
];

export function createLogin(parts: LoginParts): Login {
  const { token, report, log, pace = { firstMs: 1_000, ceilingMs: 120_000 } } = parts;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  /** One connection, until it ends. */
  async function hold(connection: Connection): Promise<End> {
    const { client } = connection;
    const { promise, resolve } = Promise.withResolvers<End>();
    const reconnects: number[] = [];
    // An error that nobody listens to would end the process.
    client.on(Events.Error, (error) =>
      log.warn({ err: troubleOf(error) }, 'the connection to Discord had trouble'),
    );
    client.on(Events.ShardError, (error) =>
      log.debug({ err: troubleOf(error) }, 'a connection to Discord broke'),
    );
    client.on(Events.ClientReady, (live) => {
      report({ state: 'ok' });
      parts.onReady(live);
    });
    client.on(Events.ShardResume, () => report({ state: 'ok' }));
    client.on(Events.ShardReady, () => report({ state: 'ok' }));
    client.on(Events.ShardReconnecting, () => {
      const now = Date.now();
      reconnects.push(now);
      while ((reconnects[0] ?? now) < now - WITHIN_MS) reconnects.shift();
      report({ state: 'degraded', reason: 'connecting again' });
      if (reconnects.length >= RECONNECTS)
        resolve({ again: 'Discord keeps closing the connection', slowly: true });
    });
    client.on(Events.ShardDisconnect, ({ code }) => {
      const fatal = FATAL[code];
      resolve(fatal ? { fatal } : { again: `Discord closed the connection (${code})` });
    });
    const login = client.login(token).catch((error: unknown) => resolve(endOf(error)));
    // The library can't end a connection that it is just making; one that it has made it can.
    const settled = () => Promise.race([login, wait(SETTLES_WITHIN_MS, undefined, { ref: false })]);
    const onStop = () => void settled().then(() => resolve({ again: 'stopping' }));
    stopping.signal.addEventListener('abort', onStop, { once: true });
    const end = await promise;
    stopping.signal.removeEventListener('abort', onStop);
    await close(connection);
    // One that was still being made is there only now.
    void login.then(() => close(connection));
    return end;
  }

  async function run(): Promise<void> {
    for (let tries = 1; !stopping.signal.aborted; tries += 1) {
      const since = Date.now();
      const end = await hold(parts.connect());
      if (stopping.signal.aborted) return;
      if ('fatal' in end) {
        const finding = end.fatal === BAD_TOKEN ? { finding: diagnosis('discord-token-refused', {}) } : {};
        report({ state: 'off', reason: end.fatal, ...finding });
        log.error({}, `Discord is off: ${end.fatal}`);
        return;
      }
      // What went well for a while ends a row of failures.
      if (Date.now() - since > WITHIN_MS && !('slowly' in end)) tries = 1;
      const leastMs = 'slowly' in end ? pace.ceilingMs / 4 : 0;
      const waitMs = Math.max(leastMs, backOffMs(tries, Math.random, pace));
      report({ state: 'degraded', reason: `${end.again}; trying again` });
      log.warn({ waitMs, tries }, `no connection to Discord: ${end.again}`);
      await wait(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  /** The library's own clean-up throws where a connection was never made. */
  async function close(connection: Connection): Promise<void> {
    await connection
      .close()
      .catch((error: unknown) => log.debug({ err: troubleOf(error) }, 'a connection ended badly'));
  }

  return {
    start() {
      report({ state: 'degraded', reason: 'connecting' });
      running = run().catch((error: unknown) =>
        log.error({ err: troubleOf(error) }, 'the login to Discord ended'),
      );
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function endOf(error: unknown): End {
  const text = error instanceof Error ? error.message : '';
  const code = BY_MESSAGE.find(([pattern]) => pattern.test(text))?.[1];
  const fatal = code === undefined ? undefined : FATAL[code];
  if (fatal) return { fatal };
  // The library's name for a 401 at the first request.
  if (error instanceof Error && 'code' in error && error.code === 'TokenInvalid')
    return { fatal: FATAL[Close.AuthenticationFailed] ?? 'DISCORD_TOKEN is not valid' };
  const trouble = troubleOf(error);
  return {
    again: trouble instanceof Error && trouble.name === 'DiscordTrouble' ? trouble.message : 'it failed',
  };
}
