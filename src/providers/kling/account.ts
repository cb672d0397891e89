/** Kling's own codes: what each says of our account, of the moment, or of the request. */
import { z } from 'zod';
import type { AccountFacts, ProviderTrouble } from '../../core/ports.ts';
import type { FailureCode } from '../../core/refusals.ts';
import { fromUpstream, rejected, subjectOf } from '../failures.ts';
import { type ApiAnswer, NoClearAnswer } from '../http.ts';
import { type No, noOf } from '../queue-api.ts';
import { coded } from './wire.ts';

/** Undefined for an answer that has none, which is none of Kling's own. */
const codeIn = (answer: ApiAnswer): number | undefined => coded.safeParse(answer.json).data?.code;

export const isYes = (answer: ApiAnswer): boolean => answer.status === 200 && codeIn(answer) === 0;

export const saying = (what: string, answer: ApiAnswer): string =>
  `Kling's ${what} answered ${answer.status} (${codeIn(answer) ?? 'no code'})`;

const ACCESS_KEY_NOT_TAKEN = 1002;
const ARREARS = 1101;
const USED_UP = 1102;
const NOT_FROM_HERE = 1304;

/** Undefined for every answer that is not about our account, or about where we ask. */
export function troubleIn(answer: ApiAnswer): ProviderTrouble | undefined {
  const code = codeIn(answer);
  const which = code ?? answer.status;
  switch (which) {
    case ACCESS_KEY_NOT_TAKEN:
      return badKey(
        'Kling does not take an access key and its secret any more (1002); KLING_API_KEY must be an API key, api-key-kling-…',
      );
    case 401:
    case 1000:
    case 1001:
    case 1003:
    case 1004:
      return badKey(`Kling refuses KLING_API_KEY (${which}).`);
    case 403:
    case 1103:
      return badKey(`Kling does not let KLING_API_KEY do this (${which}).`);
    case NOT_FROM_HERE:
      return badKey('Kling does not let this machine’s address in (1304); allow it in its console.');
    case 402:
    case 1100:
    case ARREARS:
      return outOfBalance(`The Kling account is in arrears or suspended (${which}); see its console.`);
    case USED_UP:
      return outOfBalance(
        'The Kling account has no units left for motion control (1102); buy a pack of that kind in its console.',
      );
    case 1202:
    case 1203:
      return noSuchPath(which);
    default:
      return undefined;
  }
}

const badKey = (message: string): ProviderTrouble => ({ kind: 'bad-key', message });
const outOfBalance = (message: string): ProviderTrouble => ({ kind: 'out-of-balance', message });
const noSuchPath = (which: number): ProviderTrouble => ({
  kind: 'endpoint-gone',
  message: `Kling knows no such model or path at KLING_API_URL (${which}); the old api.klingai.com is retired.`,
});

/** Codes of a request, or an account, that is refused. What has them was not made. */
const isRefusal = (code: number): boolean => code >= 1000 && code <= 1304;

/**
 * A no to the call that would have started a job; undefined for a yes. Throws NoClearAnswer where the job may exist:
 * among others where Kling has one of our id already.
 */
export function refusalOf(answer: ApiAnswer): No | undefined {
  const { code, message } = coded.catch({ code: -1, message: '' }).parse(answer.json);
  if (answer.status < 400 && code <= 0) return undefined;
  const isTwin = code === 1201 && /already exists/i.test(message);
  if (isTwin || code >= 5000 || (answer.status < 400 && !isRefusal(code)))
    throw new NoClearAnswer(saying('submit', answer));
  // Too many at once, or too fast: it takes the same job later.
  if (code === 1302 || code === 1303) return { failure: 'provider-busy', passes: true };
  return noOf(answer, {
    trouble: troubleIn(answer) ?? (answer.status === 404 ? noSuchPath(404) : undefined),
    gone: false,
    about: () => (code === 1300 ? 'content-refused' : failureOf(message, answer.json)),
  });
}

/** Why a task failed, or was refused, from Kling's words. */
export function failureOf(message: string, whole: unknown = message): FailureCode {
  const known = fromUpstream(whole);
  if (known !== 'provider-down') return known;
  if (/risk control|content safety|sensitive/i.test(message)) return 'content-refused';
  const about = subjectOf(message);
  return about ? rejected(about) : known;
}

const packs = z.object({
  data: z.object({
    resource_pack_subscribe_infos: z.array(z.object({ remaining_quantity: z.number(), status: z.string() })),
  }),
});

/** What is left in the packs that can be used now; the figure is half a day old, by its own documentation. */
export function unitsIn(answer: ApiAnswer): AccountFacts {
  const known = packs.safeParse(answer.json).data?.data.resource_pack_subscribe_infos;
  const online = known?.filter(({ status }) => status === 'online') ?? [];
  const left = online.reduce((sum, { remaining_quantity }) => sum + remaining_quantity, 0);
  return known ? { units: `${left} units in its packs` } : {};
}
