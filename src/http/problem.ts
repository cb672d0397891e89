/** Errors as RFC 9457 asks: `application/problem+json`, with our code and what to do. */
import type { Context } from 'hono';
import { REFUSAL_STATUS, type Refusal } from '../core/refusals.ts';
import { wordsFor } from '../words/index.ts';
import type { Problem } from './page/contract.ts';
import { presentConsent } from './present.ts';

/** What was in the way of a look at the files has passed by then, more often than not. */
const BUSY_FOR_SECONDS = 120;

/** Answers a refusal; its facts come along for scripts, and `Retry-After` where a wait helps. */
export function problem(c: Context, refusal: Refusal): Response {
  const { code, ...facts } = refusal;
  const status = REFUSAL_STATUS[code];
  const retryAfter = secondsToWait(refusal);
  const body = {
    ...facts,
    type: 'about:blank',
    title: code,
    status,
    code,
    detail: wordsFor('en').refusal(refusal),
    ...(refusal.code === 'consent-needed' ? presentConsent(refusal.why, refusal.provider) : {}),
  } satisfies Problem & Record<string, unknown>;
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
}

function secondsToWait(refusal: Refusal): number | undefined {
  if (refusal.code === 'busy') return BUSY_FOR_SECONDS;
  const retryAt =
    'resetsAt' in refusal ? refusal.resetsAt : 'retryAt' in refusal ? refusal.retryAt : undefined;
  return retryAt === undefined ? undefined : Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
}
