/** The Bot API, so that no error of it ever holds the token, and no call waits for ever. */
import { Api, GrammyError, HttpError, InputFile, type Transformer } from 'grammy';
import { cut } from '../../core/text.ts';
import { kindOf, TelegramTrouble } from './trouble.ts';

export { isLostSend, isTrouble, TelegramTrouble } from './trouble.ts';

/** 50 MB take ten minutes at 0.7 Mbit/s. */
const UPLOAD_TIMEOUT_MS = 600_000;
const CALL_TIMEOUT_MS = 30_000;
/** Telegram holds a poll for as long as was asked; the answer needs some time to come, too. */
const POLL_GRACE_MS = 20_000;
/** grammY's own: only there for what ours should have ended. */
const LAST_RESORT_SECONDS = 660;
const DESCRIPTION_LENGTH = 200;

export type TelegramApi = {
  api: Api;
  /** Takes the token, or whatever looks like one, out of a text. */
  scrub(text: string): string;
  /** What `api` has already; for an `Api` that grammY makes itself, such as a `Bot`'s. To be installed last. */
  guard: Transformer;
};

/** What grammY takes for a signal: a polyfill's type. */
export type GrammySignal = NonNullable<Parameters<Transformer>[3]>;
/** Node's own signal does all that the polyfill's does; only the types don't know. */
export const signalOf = (signal: AbortSignal): GrammySignal => signal as unknown as GrammySignal;

export type ApiOptions = { token: string; apiUrl: string };

/** Every call of `api` throws TelegramTrouble and nothing else. Nothing is retried here. */
export function createApi({ token, apiUrl }: ApiOptions): TelegramApi {
  const scrub = scrubberOf(token);
  const guard = guardOf(scrub);
  const api = new Api(token, { apiRoot: apiUrl.replace(/\/+$/, ''), timeoutSeconds: LAST_RESORT_SECONDS });
  // Whoever prints the api, or anything that holds it, must not print the token.
  Object.defineProperty(api, 'token', { enumerable: false });
  api.config.use(guard);
  return { api, scrub, guard };
}

const LOOKS_LIKE_A_TOKEN = /\d{6,}(?::|%3A)[\w-]{30,}/gi;

function scrubberOf(token: string): (text: string) => string {
  const [id = '', secret = token] = token.split(':');
  return (text) =>
    text
      .replaceAll(token, '[token]')
      .replaceAll(encodeURIComponent(token), '[token]')
      .replaceAll(`${id}%3a${secret}`, '[token]')
      .replaceAll(LOOKS_LIKE_A_TOKEN, '[token]');
}

function guardOf(scrub: (text: string) => string): Transformer {
  const tidy = (text: string) => cut(scrub(text), DESCRIPTION_LENGTH);
  return async (prev, method, payload, signal) => {
    const controller = new AbortController();
    const abort = () => controller.abort();
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    const timer = setTimeout(abort, timeoutMsOf(method, payload));
    try {
      const answer = await prev(method, payload, signalOf(controller.signal));
      if (answer.ok) return answer;
      throw refusal(method, answer.error_code, tidy(answer.description), answer.parameters);
    } catch (error) {
      if (error instanceof TelegramTrouble) throw error;
      if (error instanceof GrammyError)
        throw refusal(method, error.error_code, tidy(error.description), error.parameters);
      throw noAnswer(method, error, tidy);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  };
}

function timeoutMsOf(method: string, payload: object): number {
  if (method === 'getUpdates')
    return ('timeout' in payload ? Number(payload.timeout ?? 0) * 1000 : 0) + POLL_GRACE_MS;
  const uploads = Object.values(payload).some((value) => value instanceof InputFile);
  return uploads ? UPLOAD_TIMEOUT_MS : CALL_TIMEOUT_MS;
}

function refusal(
  method: string,
  code: number,
  description: string,
  parameters: { retry_after?: number; migrate_to_chat_id?: number } = {},
): TelegramTrouble {
  const { retry_after, migrate_to_chat_id } = parameters;
  const kind = kindOf(code, description, migrate_to_chat_id);
  return new TelegramTrouble({
    method,
    kind,
    code,
    description,
    maybeDone: code >= 500,
    ...(retry_after === undefined ? {} : { retryAfterMs: retry_after * 1000 }),
    ...(migrate_to_chat_id === undefined ? {} : { migratedTo: migrate_to_chat_id }),
  });
}

/** Codes of Node's that promise that Telegram has not got the request: no connection, or a file that can't be read. */
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT|EACCES|EISDIR|CERT_|ERR_TLS_)/;

/** Only the code of what happened: the words of node-fetch hold the address, and the address holds the token. */
function noAnswer(method: string, error: unknown, tidy: (text: string) => string): TelegramTrouble {
  const inner: unknown = error instanceof HttpError ? error.error : error;
  const facts = typeof inner === 'object' && inner !== null ? inner : {};
  const code = 'code' in facts ? String(facts.code) : 'type' in facts ? String(facts.type) : 'no answer';
  return new TelegramTrouble({
    method,
    kind: 'network',
    description: tidy(code),
    maybeDone: !NEVER_SENT.test(code),
  });
}
