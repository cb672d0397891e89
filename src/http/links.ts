/** Links that the internet may open: a payload and its signature, so that nobody makes one up or changes one. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Links } from '../core/delivery/links.ts';
import type { Clock } from '../core/ports.ts';

/** Longer than any job may take with its retries; a provider fetches within minutes. */
const MEDIA_LASTS_MS = 6 * 3_600_000;
/** fal.ai repeats a webhook for two hours, and a job may take its time before. */
const HOOK_LASTS_MS = 7 * 24 * 3_600_000;

const payload = z.discriminatedUnion('for', [
  z.object({
    for: z.literal('media'),
    key: z.string().regex(/^[0-9a-f]{64}\.[a-z0-9]{1,8}$/),
    bytes: z.number(),
    mime: z.string(),
    until: z.number(),
  }),
  z.object({ for: z.literal('hook'), provider: z.string(), job: z.string(), until: z.number() }),
]);
type Payload = z.infer<typeof payload>;

export function createLinks({
  publicUrl,
  secretKey,
  clock,
}: {
  publicUrl: string;
  secretKey: string;
  clock: Clock;
}): Links {
  const signatureOf = (body: string): string =>
    createHmac('sha256', secretKey).update(`link:${body}`).digest('base64url');

  function seal(content: Payload): string {
    const body = Buffer.from(JSON.stringify(content)).toString('base64url');
    return `${body}.${signatureOf(body)}`;
  }

  function open(token: string): Payload | undefined {
    const [body = '', signature = '', ...rest] = token.split('.');
    // As text: bytes can be written in more ways than one.
    const given = Buffer.from(signature);
    const right = Buffer.from(signatureOf(body));
    if (rest.length > 0 || given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
    const content = payload.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    return content.until > clock.now() ? content : undefined;
  }

  return {
    media: ({ key, bytes, mime }, until = clock.now() + MEDIA_LASTS_MS) =>
      `${publicUrl}/media/${seal({ for: 'media', key, bytes, mime, until })}`,
    hook: (provider, job) =>
      `${publicUrl}/hooks/${provider}/${seal({ for: 'hook', provider, job, until: clock.now() + HOOK_LASTS_MS })}`,
    readMedia(token) {
      const content = open(token);
      return content?.for === 'media' ? content : undefined;
    },
    readHook(provider, token) {
      const content = open(token);
      return content?.for === 'hook' && content.provider === provider ? content.job : undefined;
    },
  };
}
