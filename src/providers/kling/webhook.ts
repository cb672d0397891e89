/** Kling's signature on a callback, by the common standard for webhooks (kling.ai, callback protocol, August 2026). */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Clock, WebhookVerdict } from '../../core/ports.ts';

const TOLERANCE_SECONDS = 300;

const signedHeaders = z.object({
  'webhook-id': z.string().min(1),
  'webhook-timestamp': z.string().regex(/^\d{1,12}$/),
  'webhook-signature': z.string().max(2_000),
});

/**
 * A callback only says that there is news of the job that its address names: what counts is what our own key can read,
 * so its body is not looked at. With a secret, one that is not signed by it is not from Kling.
 */
export function judgeCallback(
  headers: Readonly<Record<string, string | undefined>>,
  rawBody: Buffer,
  { secret, clock }: { secret: string | undefined; clock: Clock },
): WebhookVerdict {
  if (secret === undefined) return { kind: 'look' };
  const parsed = signedHeaders.safeParse(headers);
  if (!parsed.success) return { kind: 'reject' };
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = parsed.data;
  if (Math.abs(clock.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return { kind: 'reject' };
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(rawBody).digest();
  // While a secret is replaced there is a signature by each of the two.
  const isSigned = signatures.split(' ').some((one) => {
    const given = Buffer.from(/^v1,(.*)$/.exec(one)?.[1] ?? '', 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return { kind: isSigned ? 'look' : 'reject' };
}
