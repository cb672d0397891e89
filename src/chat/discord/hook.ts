/**
 * Commands that Discord brings over HTTP: any process takes them, whether or not a gateway stands. The first answer goes
 * out by the callback, as it does for the gateway's, and the call itself is answered with 202 and no body once what is to
 * be done is on disk (developer docs, interactions/receiving-and-responding, read 2026-11-30).
 */
import { type KeyObject, verify } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { InteractionResponseType, InteractionType } from 'discord.js';
import { z } from 'zod';
import type { ChatHook, HookHeaders, HookReply } from '../../core/chat-port.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { Inbound } from './inbound/index.ts';

export const HOOK_PATH = '/hooks/discord';

/** Of Discord's three seconds. */
const ANSWERS_WITHIN_MS = 2_500;
/** Our own choice: clocks differ, and a call that somebody has kept is refused. It would do nothing: its event is known. */
const FRESH_FOR_SECONDS = 300;

const signedHeaders = z.object({
  'x-signature-ed25519': z.string().regex(/^[0-9a-f]{128}$/i),
  'x-signature-timestamp': z.string().regex(/^\d{1,12}$/),
});
const typed = z.object({ type: z.number() });

export type HookParts = {
  key(): Promise<KeyObject>;
  /** Undefined before we listen. */
  inbound(): Pick<Inbound, 'takeInteraction'> | undefined;
  /** A call was truly Discord's. */
  heard(what: 'http' | 'ping'): void;
  clock: Clock;
  log: Log;
  answersWithinMs?: number | undefined;
};

export function createHook(parts: HookParts): ChatHook {
  const { inbound, clock, log, answersWithinMs = ANSWERS_WITHIN_MS } = parts;

  async function take(headers: HookHeaders, body: Buffer): Promise<HookReply> {
    const read = signedHeaders.safeParse(headers);
    if (!read.success) return { status: 401 };
    const { 'x-signature-ed25519': signature, 'x-signature-timestamp': timestamp } = read.data;
    const late = wait(answersWithinMs, 'late' as const, { ref: false });
    const key = await Promise.race([parts.key(), late]);
    if (key === 'late') return { status: 503 };
    const message = Buffer.concat([Buffer.from(timestamp), body]);
    if (!verify(null, message, key, Buffer.from(signature, 'hex'))) return { status: 401 };
    const offSeconds = Math.round(clock.now() / 1000 - Number(timestamp));
    if (Math.abs(offSeconds) > FRESH_FOR_SECONDS) {
      log.warn(
        { offSeconds },
        'discord: a call was refused for its time; is the clock of this machine right?',
      );
      return { status: 401 };
    }
    const call = parse(body);
    const { success, data } = typed.safeParse(call);
    if (!success) return { status: 400 };
    if (data.type === InteractionType.Ping) {
      parts.heard('ping');
      return { status: 200, json: { type: InteractionResponseType.Pong } };
    }
    parts.heard('http');
    return { status: await taken(call, late) };
  }

  async function taken(call: unknown, late: Promise<'late'>): Promise<number> {
    const takes = inbound()?.takeInteraction(call) ?? 'stopping';
    // What goes wrong is in the log already. Discord does not bring it again by itself, but might.
    const outcome = await Promise.race([takes, late]).catch(() => 'failed' as const);
    if (outcome === 'unreadable') return 400;
    return outcome === 'taken' || outcome === 'late' ? 202 : 503;
  }

  return { path: HOOK_PATH, knows: (headers) => signedHeaders.safeParse(headers).success, take };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
