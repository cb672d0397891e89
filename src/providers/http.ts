/** Calls to the providers' APIs: bounded in time and size, never redirected, never repeated, and silent about secrets. */
import type { Readable } from 'node:stream';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { z } from 'zod';
import { clientOn, openConnection } from './one-connection.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1_000_000;

export type ApiCall = {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers?: Record<string, string>;
  json?: unknown;
  /** A body that is not JSON; the caller gives its `content-length`. */
  body?: Buffer | Readable;
  signal: AbortSignal;
  /** For the whole call. */
  timeoutMs?: number;
};

/** Any answer at all, whatever its status. `json` is undefined when the body is not JSON. */
export type ApiAnswer = { status: number; header(name: string): string | undefined; json: unknown };

export type Http = {
  /** Throws NoClearAnswer. */
  call(call: ApiCall): Promise<ApiAnswer>;
  /**
   * For a call that costs money: on a connection of its own, used once, so that whether anything was sent is known
   * for certain. Throws NothingSent or NoClearAnswer.
   */
  callOnce(call: ApiCall): Promise<ApiAnswer>;
  stop(): Promise<void>;
};

/** The provider could not be reached: no byte of the call left this machine. A retry is safe. */
export class NothingSent extends Error {
  override name = 'NothingSent';
}

/** The call may have arrived, and its answer is missing or unreadable. A retry is safe only where the call is free. */
export class NoClearAnswer extends Error {
  override name = 'NoClearAnswer';
  readonly retryHelps = true;
}

/** `connect` replaces how connections are opened, for calls to addresses that somebody else gave us. */
export function createHttp({
  timeoutMs = 20_000,
  maxAnswerBytes = MAX_ANSWER_BYTES,
  connect = buildConnector({ allowH2: false, timeout: CONNECT_TIMEOUT_MS }),
}: {
  timeoutMs?: number;
  maxAnswerBytes?: number;
  connect?: buildConnector.connector;
} = {}): Http {
  const options = { allowH2: false, maxResponseSize: maxAnswerBytes } as const;
  const agent = new Agent({ ...options, connect });

  async function call(call: ApiCall): Promise<ApiAnswer> {
    try {
      return await exchange(agent, call, within(call, timeoutMs));
    } catch (error) {
      throw new NoClearAnswer(describe(call, error));
    }
  }

  async function callOnce(call: ApiCall): Promise<ApiAnswer> {
    const stop = within(call, timeoutMs);
    const socket = await openConnection(connect, call.url, stop).catch((error: unknown) => {
      throw new NothingSent(describe(call, error));
    });
    const { client, isTaken, destroy } = clientOn(socket, new URL(call.url).origin, options);
    try {
      return await exchange(client, call, stop, { reset: true });
    } catch (error) {
      const message = describe(call, error);
      throw isTaken() ? new NoClearAnswer(message) : new NothingSent(message);
    } finally {
      await destroy();
    }
  }

  return { call, callOnce, stop: () => agent.destroy() };
}

const within = ({ signal, timeoutMs }: ApiCall, usualMs: number): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(timeoutMs ?? usualMs)]);

/** undici heeds a signal only once it is connected, which can take as long as the other side likes. */
export async function heeding<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function exchange(
  dispatcher: Dispatcher,
  { method, url, headers, json, body }: ApiCall,
  stop: AbortSignal,
  options: { reset?: boolean } = {},
): Promise<ApiAnswer> {
  const { origin, pathname, search } = new URL(url);
  const request = {
    ...options,
    origin,
    path: pathname + search,
    method,
    headers: {
      accept: 'application/json',
      'user-agent': 'strut',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: json === undefined ? (body ?? null) : JSON.stringify(json),
    signal: stop,
    // The signal ends the whole call; undici's own timers would only make a second judge of the same time.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const answer = await heeding(stop, () => dispatcher.request(request));
  const text = await answer.body.text();
  const header = (name: string) => {
    const value = answer.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return { status: answer.statusCode, header, json: parseJson(text) };
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Method, host and a code: paths may hold secrets, and messages of others may hold anything. */
function describe({ method, url }: ApiCall, error: unknown): string {
  const code =
    error instanceof Error
      ? 'code' in error && typeof error.code === 'string'
        ? error.code
        : error.name
      : 'unknown';
  return `${method} ${new URL(url).host}: ${code}`;
}

/** Reads an answer that should be of this shape. Throws NoClearAnswer, which names the fields but not their values. */
export function read<T>(schema: z.ZodType<T>, answer: ApiAnswer, what: string): T {
  const parsed = schema.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'body').join(', ');
  throw new NoClearAnswer(`${what} answered ${answer.status} with something unreadable at ${fields}`);
}
