/** Runware's codes: what each says of our account, of the moment, or of the request. They are not settled yet, it says. */
import type { ProviderTrouble } from '../../core/ports.ts';
import type { FailureCode } from '../../core/refusals.ts';
import { fromUpstream, rejected, subjectOf } from '../failures.ts';
import { type ApiAnswer, NoClearAnswer } from '../http.ts';
import { type No, noOf } from '../queue-api.ts';
import { codesIn, type Problem, type Said } from './wire.ts';

const KEY = /^(?:invalid|missing)ApiKey$|^auth(?!.*timeout)|^unauthorized$|^tokenExpired$/i;
const FORBIDDEN = /^(?:forbidden|permissionDenied|insufficientPermissions)$/i;
const SUSPENDED = /^(?:account|organization|workspace)(?:Suspended|Disabled)$/i;
/** Ours; what its own suppliers lack is its trouble. */
const MONEY = /^(?!provider|thirdParty).*(?:credit|quota|balance|payment)/i;
const CONTENT =
  /PolicyViolation$|^(?:sensitive|unsafe|nsfw)Content|^(?:prompt|image|video)Blocked$|^moderationFailed$/i;
const RATE = /rateLimit/i;
const TIMEOUT = /timeout/i;
/** Of a request that was not taken. */
const REQUEST =
  /^(?:invalid|missing|unsupported|conflict|duplicate|incompatible|mismatch|value|array|validation)|^unknown(?:Parameter|Model)$|^modelNotFound$/i;
/** It fell over on its side: whether there is a task nobody can tell from that. */
const UNCLEAR =
  /timeout|server|service|unavailable|gateway|internal|inferenceError|failed$|^(?:provider|unknown|standard)/i;

/** It promises that there is no task. */
const isNo = (code: string): boolean =>
  [KEY, FORBIDDEN, SUSPENDED, MONEY, CONTENT, RATE, REQUEST].some((one) => one.test(code));

export const isTwin = ({ code }: Problem): boolean => code === 'conflictTaskUUID';
/** A task that failed and one that it knows nothing of can have the same code. */
export const isUnknownTask = ({ code }: Problem): boolean => /^task.*(?:NotFound|Expired)$/i.test(code);
/** It is not the task that something is wrong with, but our asking for it, or Runware just now. */
export const isOfTheQuestion = (problem: Problem): boolean => {
  const { code, taskType } = problem;
  const isVague = code === '' || RATE.test(code) || (UNCLEAR.test(code) && !isNo(code));
  return taskType.startsWith('get') && isVague && !isUnknownTask(problem);
};

/** Undefined for every answer that is not about our account, or about where we ask. */
export function troubleIn({ status, json }: ApiAnswer): ProviderTrouble | undefined {
  const codes = codesIn(json);
  const says = (what: RegExp): boolean => codes.some((code) => what.test(code));
  if (says(CONTENT)) return undefined;
  if (status === 401 || says(KEY)) return { kind: 'bad-key', message: 'Runware refuses RUNWARE_API_KEY.' };
  if (says(SUSPENDED))
    return { kind: 'out-of-balance', message: 'The Runware account is suspended; see its console.' };
  if (status === 402 || says(MONEY))
    return {
      kind: 'out-of-balance',
      message: 'The Runware account is out of balance; top it up in its console.',
    };
  if (status === 403 || says(FORBIDDEN))
    return { kind: 'bad-key', message: 'Runware does not let RUNWARE_API_KEY do this.' };
  if (status === 404 && codes.length === 0)
    return { kind: 'endpoint-gone', message: 'There is no Runware at RUNWARE_API_URL (404).' };
  return undefined;
}

/** A no to the call that would have started a task. Throws NoClearAnswer where the task may exist. */
export function refusalOf(answer: ApiAnswer, said: Said | undefined): No {
  const problem = said?.problems[0] ?? said?.ofTheCall[0];
  const code = problem?.code ?? '';
  const isClear = isNo(code) || (answer.status >= 400 && !UNCLEAR.test(code));
  const trouble = troubleIn(answer);
  if (!isClear && !trouble) throw new NoClearAnswer(`a submit was answered with ${answer.status} by Runware`);
  return noOf(answer, {
    trouble,
    gone: false,
    about: () => (problem ? failureOf(problem) : 'provider-down'),
  });
}

/** Why a task failed, or was refused. */
export function failureOf({ code, message, parameter }: Problem): FailureCode {
  const known = fromUpstream(message);
  if (known !== 'provider-down') return known;
  if (CONTENT.test(code)) return 'content-refused';
  if (RATE.test(code)) return 'provider-busy';
  if (TIMEOUT.test(code)) return 'timed-out';
  if (MONEY.test(code)) return 'provider-out-of-balance';
  const about = REQUEST.test(code) ? subjectOf(parameter) : undefined;
  return about ? rejected(about) : 'provider-down';
}
