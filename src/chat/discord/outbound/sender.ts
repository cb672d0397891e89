/**
 * Posts messages with their files streamed from disk. discord.js would hold every file in memory, give up after 15 s
 * and then send it all again.
 */
import { openAsBlob } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { DefaultUserAgent } from 'discord.js';
import { Agent, FormData, request } from 'undici';
import { z } from 'zod';
import { createLocks } from '../../../core/locks.ts';
import type { Log } from '../../../core/ports.ts';
import type { MessageBody } from '../render.ts';
import { DiscordTrouble, faultsIn, troubleOf } from './trouble.ts';

export type Upload = { path: string; filename: string; mime: string; alt?: string };
type NewMessage = MessageBody & {
  nonce?: string;
  enforce_nonce?: boolean;
  message_reference?: { message_id: string; channel_id: string; fail_if_not_exists: boolean };
};
export type PostedMessage = { channelId: string; messageId: string };

export type Sender = {
  /** Posts once, or again where that can't make a second message. Throws DiscordTrouble. */
  post(path: string, message: NewMessage, uploads: readonly Upload[]): Promise<PostedMessage>;
  /** Puts this in the place of what the message of that address says. Throws DiscordTrouble. */
  edit(path: string, message: MessageBody, uploads: readonly Upload[]): Promise<void>;
  stop(): Promise<void>;
};
type Method = 'POST' | 'PATCH';

/** A slow line needs minutes for a large file; a line that stands still must end some time. */
const TIMEOUT_MS = 10 * 60_000;
const TRIES = 4;
/** A longer wait is for whoever asked to do, as nothing is lost by then. */
const LONGEST_WAIT_MS = 60_000;

const posted = z.object({ id: z.string(), channel_id: z.string() });
const refusal = z.object({
  code: z.number().catch(0),
  retry_after: z.number().optional().catch(undefined),
  errors: z.unknown().optional(),
});

export type SenderParts = {
  apiUrl: string;
  botToken: string;
  log: Log;
  /** The first wait before a second try; each one after it is longer. */
  pauseMs?: number;
};

/** `apiUrl` with its version; `botToken` goes along only where the address holds no token of its own. */
export function createSender(parts: SenderParts): Sender {
  const { pauseMs = 500 } = parts;
  const agent = new Agent({ allowH2: false, headersTimeout: TIMEOUT_MS, bodyTimeout: 60_000 });
  const stopping = new AbortController();
  /** Until when Discord wants nothing more there. */
  const closedUntil = new Map<string, number>();
  const channels = createLocks();

  async function untilOpen(path: string): Promise<void> {
    const now = Date.now();
    for (const [known, until] of closedUntil) if (until <= now) closedUntil.delete(known);
    const waitMs = Math.max(closedUntil.get(path) ?? 0, closedUntil.get('') ?? 0) - now;
    if (waitMs <= 0) return;
    if (waitMs > LONGEST_WAIT_MS) throw new DiscordTrouble({ status: 429, retryAfterMs: waitMs });
    await wait(waitMs, undefined, { signal: stopping.signal });
  }

  async function once(
    method: Method,
    path: string,
    message: NewMessage,
    uploads: readonly Upload[],
  ): Promise<PostedMessage> {
    const { statusCode, headers, body } = await request(`${parts.apiUrl}${path}`, {
      method,
      dispatcher: agent,
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: {
        'user-agent': DefaultUserAgent,
        ...(path.startsWith('/webhooks/') ? {} : { authorization: `Bot ${parts.botToken}` }),
        ...(uploads.length > 0 ? {} : { 'content-type': 'application/json' }),
      },
      body: uploads.length > 0 ? await formOf(message, uploads) : JSON.stringify(message),
    });
    if (headers['x-ratelimit-remaining'] === '0')
      closedUntil.set(path, Date.now() + Number(headers['x-ratelimit-reset-after'] ?? 0) * 1000);
    const text = await body.text();
    if (statusCode < 300) {
      const { id, channel_id } = posted.parse(JSON.parse(text));
      return { channelId: channel_id, messageId: id };
    }
    const { code, retry_after, errors } = refusal.parse(jsonOf(text));
    if (statusCode !== 429) throw new DiscordTrouble({ status: statusCode, code, faults: faultsIn(errors) });
    const retryAfterMs = (retry_after ?? (Number(headers['retry-after']) || 1)) * 1000;
    closedUntil.set(headers['x-ratelimit-global'] ? '' : path, Date.now() + retryAfterMs);
    throw new DiscordTrouble({ status: 429, code, retryAfterMs });
  }

  async function send(
    method: Method,
    path: string,
    message: NewMessage,
    uploads: readonly Upload[],
  ): Promise<PostedMessage> {
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        await untilOpen(path);
        return await once(method, path, message, uploads);
      } catch (thrown) {
        const error = troubleOf(thrown);
        if (!(error instanceof DiscordTrouble) || left === 0 || stopping.signal.aborted) throw error;
        // What may have been taken is sent again only where Discord knows it again.
        const harmless =
          error.status === 429 ||
          NEVER_SENT.test(error.message) ||
          message.enforce_nonce ||
          method === 'PATCH';
        if (!error.retryHelps || !harmless) throw error;
        parts.log.debug({ status: error.status, code: error.code }, 'a post is tried again');
        if (error.status !== 429)
          await wait(pauseMs * (TRIES - left), undefined, { signal: stopping.signal });
      }
    }
  }

  return {
    post(path, message, uploads) {
      // A token's own limit is its own; a channel's is everybody's, and who is refused has uploaded for nothing.
      if (!path.startsWith('/channels/')) return send('POST', path, message, uploads);
      return channels.run(path, () => send('POST', path, message, uploads));
    },
    async edit(path, message, uploads) {
      await send('PATCH', path, message, uploads);
    },
    async stop() {
      stopping.abort();
      await agent.destroy();
    },
  };
}

/** No connection came about. */
const NEVER_SENT =
  /\((?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)\)/;

/** The files stay on disk until their bytes are due. */
async function formOf(message: NewMessage, uploads: readonly Upload[]): Promise<FormData> {
  const form = new FormData();
  const attachments = uploads.map(({ filename, alt }, id) => ({ id, filename, description: alt }));
  form.append('payload_json', JSON.stringify({ ...message, attachments }));
  for (const [id, { path, filename, mime }] of uploads.entries())
    form.append(`files[${id}]`, await openAsBlob(path, { type: mime }), filename);
  return form;
}

function jsonOf(text: string): object {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    // A proxy speaks in HTML.
    return {};
  }
}
