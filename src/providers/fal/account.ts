/** What only the operator can put right at fal.ai, read off any answer. */
import type { ProviderTrouble } from '../../core/ports.ts';
import type { ApiAnswer } from '../http.ts';
import { type No, noOf } from '../queue-api.ts';
import { failureOf } from './failures.ts';
import { errorAnswer } from './wire.ts';

/** Undefined for every answer that is not about our account. */
export function troubleIn(answer: ApiAnswer): ProviderTrouble | undefined {
  if (answer.status === 401) return { kind: 'bad-key', message: 'fal.ai refuses FAL_KEY (401).' };
  if (answer.status === 402) return outOfBalance(402);
  if (answer.status !== 403) return undefined;
  // A locked account and a key without the right scope differ in nothing but this text (field reports, 2026-11-21).
  const { detail } = errorAnswer.catch({}).parse(answer.json);
  if (typeof detail === 'string' && /user is locked/i.test(detail)) return outOfBalance(403);
  return {
    kind: 'bad-key',
    message: 'fal.ai does not let FAL_KEY use this model (403); its scope must be API.',
  };
}

const outOfBalance = (status: number): ProviderTrouble => ({
  kind: 'out-of-balance',
  message: `The fal.ai account is locked or out of balance (${status}); top it up at fal.ai/dashboard/billing.`,
});

/** A no to a call that would have started or prepared a job. */
export const refusalOf = (answer: ApiAnswer): No =>
  noOf(answer, {
    trouble: troubleIn(answer),
    gone: answer.status === 404 && 'fal.ai has this model no more (404).',
    about: () =>
      failureOf(errorAnswer.catch({}).parse(answer.json), { type: answer.header('x-fal-error-type') }),
  });
