/** Errors as RFC 9457 asks: `application/problem+json`, with our code and what to do. */
import type { Context } from 'hono';
import { REFUSAL_STATUS, type Refusal } from '../core/refusals.ts';
import { wordsFor } from '../words/index.ts';
import type { Problem } from './page/contract.ts';

/** Answers a refusal; its facts come along for scripts, and `Retry-After` where a wait helps. */
export function problem(c: Context, refusal: Refusal): Response {
  const { code, ...facts } = refusal;
  const status = REFUSAL_STATUS[code];
  const retryAt =
    'resetsAt' in refusal ? refusal.resetsAt : 'retryAt' in refusal ? refusal.retryAt : undefined;
  const body = {
    ...facts,
    type: 'about:blank',
    title: code,
    status,
    code,
    detail: wordsFor('en').refusal(refusal),
  } satisfies Problem & Record<string, unknown>;
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    ...(retryAt === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil((retryAt - Date.now()) / 1000))) }),
  });
}
