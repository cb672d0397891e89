/** fal.ai's signature on a webhook (fal.ai/docs, webhooks, 2026-11-21): Ed25519 over its headers and the body's hash. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import type { Clock, WebhookVerdict } from '../../core/ports.ts';
import { type Http, NoClearAnswer, parseJson, read } from '../http.ts';
import { handleId } from '../shapes.ts';

const TOLERANCE_SECONDS = 300;
const KEYS_LAST_MS = 24 * 3_600_000;
/** An unknown signature may mean new keys; strangers must not make us ask for them all the time. */
const ASK_AGAIN_MS = 60_000;

const keySet = z.object({
  keys: z.array(z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() })).max(50),
});
const signedHeaders = z.object({
  'x-fal-webhook-request-id': z.string(),
  'x-fal-webhook-user-id': z.string(),
  'x-fal-webhook-timestamp': z.string().regex(/^\d{1,12}$/),
  'x-fal-webhook-signature': z.string().regex(/^[0-9a-f]{128}$/i),
});
const body = z.object({ request_id: handleId });

/**
 * Judges webhooks. A good signature only says that fal.ai sent it, to somebody; the caller must read the status with
 * our own key before believing it. Throws NoClearAnswer when the keys can't be had.
 */
export function createWebhookJudge({ http, restUrl, clock }: { http: Http; restUrl: string; clock: Clock }) {
  let keys: KeyObject[] = [];
  let loadedAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    askedAt = clock.now();
    const url = `${restUrl}/.well-known/jwks.json`;
    const answer = await http.call({ method: 'GET', url, signal: AbortSignal.timeout(5_000) });
    if (answer.status !== 200) throw new NoClearAnswer(`fal.ai's webhook keys: status ${answer.status}`);
    const found = read(keySet, answer, "fal.ai's webhook keys");
    keys = found.keys.map((jwk) => createPublicKey({ key: jwk, format: 'jwk' }));
    loadedAt = clock.now();
  }

  const refresh = (): Promise<void> => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };

  async function isSigned(message: Buffer, signature: Buffer): Promise<boolean> {
    const signed = () => keys.some((key) => verify(null, message, key, signature));
    const justAsked = () => clock.now() - askedAt < ASK_AGAIN_MS;
    if (asking) await asking;
    if (clock.now() - loadedAt >= KEYS_LAST_MS) {
      if (justAsked()) throw new NoClearAnswer("fal.ai's webhook keys can't be had now");
      await refresh();
    }
    if (signed()) return true;
    if (justAsked()) return false;
    await refresh();
    return signed();
  }

  return async (
    headers: Readonly<Record<string, string | undefined>>,
    rawBody: Buffer,
  ): Promise<WebhookVerdict> => {
    const parsed = signedHeaders.safeParse(headers);
    if (!parsed.success) return { kind: 'reject' };
    const {
      'x-fal-webhook-request-id': id,
      'x-fal-webhook-user-id': user,
      'x-fal-webhook-timestamp': timestamp,
      'x-fal-webhook-signature': signature,
    } = parsed.data;
    if (Math.abs(clock.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return { kind: 'reject' };
    const hash = createHash('sha256').update(rawBody).digest('hex');
    const message = Buffer.from([id, user, timestamp, hash].join('\n'));
    if (!(await isSigned(message, Buffer.from(signature, 'hex')))) return { kind: 'reject' };
    const named = body.safeParse(parseJson(rawBody.toString('utf8')));
    // The header's id differs from the body's only after fal.ai's own retries; the body names the request of ours.
    return named.success
      ? { kind: 'operation', operation: { requestId: named.data.request_id } }
      : { kind: 'reject' };
  };
}
