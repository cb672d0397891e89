/** RunComfy's error codes, which come as HTTP 400 or inside a 200 (runcomfy.com, errors, 2026-11-21). */
import type { ProviderTrouble } from '../../core/ports.ts';
import { fromUpstream } from '../failures.ts';
import type { ApiAnswer } from '../http.ts';
import { type No, noOf } from '../queue-api.ts';
import { errorAnswer, MODEL } from './wire.ts';

const INVALID_RESOURCE = 400001;
const INSUFFICIENT_RESOURCES = 400002;
const USER_ACCOUNT = 400004;
const PERMISSION_DENIED = 403001;
const NOT_FOUND = 404001;

/** The code of an answer that is an error, whatever its status. Undefined when it names none. */
export const codeIn = (answer: ApiAnswer): number | undefined => errorAnswer.parse(answer.json);

/** Whether the answer says that there is no such thing. */
export const isNotFound = (answer: ApiAnswer): boolean =>
  codeIn(answer) === NOT_FOUND || answer.status === 404;

/** Undefined for every answer that is not about our account. */
export function troubleIn(answer: ApiAnswer): ProviderTrouble | undefined {
  const code = codeIn(answer);
  if (code === INSUFFICIENT_RESOURCES || answer.status === 402) {
    return {
      kind: 'out-of-balance',
      message: 'The RunComfy account is out of balance; top it up in its console.',
    };
  }
  if (code === USER_ACCOUNT || code === PERMISSION_DENIED || answer.status === 401 || answer.status === 403) {
    return { kind: 'bad-key', message: `RunComfy refuses RUNCOMFY_API_TOKEN (${code ?? answer.status}).` };
  }
  return undefined;
}

/** A no to the call that would have started a job. */
export const refusalOf = (answer: ApiAnswer): No =>
  noOf(answer, {
    trouble: troubleIn(answer),
    gone:
      (isNotFound(answer) || codeIn(answer) === INVALID_RESOURCE) &&
      `RunComfy has the model ${MODEL} no more.`,
    about: () => fromUpstream(answer.json),
  });
