/** Calls to a store that speaks S3. Every call made here may be repeated, and is where it fails for what may pass. */
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { Agent, type Dispatcher } from 'undici';
import { FilesRefused, FilesUnreachable } from '../errors.ts';

export type S3Place = {
  /** `https://s3.eu-central-1.amazonaws.com`: buckets are named in the path, which all of them understand. */
  endpoint: string;
  bucket: string;
  /** Before every name in the bucket: empty, or with a slash at its end. */
  prefix: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** The endpoint as members reach it, where that is another one. */
  publicEndpoint?: string | undefined;
};

type S3Call = {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Without the prefix; the bucket itself where it is left out. */
  name?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Made anew for each try. `sha256` lets the server see that it is whole. */
  body?: { bytes: number; sha256: string; open(): Readable | Buffer };
};

export type S3Answer = { headers: Record<string, string>; body: Readable };

export type S3Client = {
  /**
   * One call, `read` to its end: what is thrown there is repeated, too. Throws FilesRefused where the store says no, also
   * that there is no such thing (404), and FilesUnreachable when it was tried often enough.
   */
  call<T>(call: S3Call, read: (answer: S3Answer) => Promise<T>): Promise<T>;
  /** An address that anybody may call so for that long. */
  signedAddress(
    call: Pick<S3Call, 'method' | 'query'> & { name: string },
    lastsSeconds: number,
  ): Promise<string>;
  stop(): Promise<void>;
};

const TRIES = 5;
const CONNECT_TIMEOUT_MS = 10_000;
/** Without a word from the other side. */
const SILENCE_MS = 30_000;
/** For what is sent, at the least, and no sensible connection is slower. What comes may be of any size: silence alone ends it. */
const CALL_MS = 10 * 60_000;
const SLOWEST_BYTES_PER_SECOND = 50_000;
/** Of nothing. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** What the store calls a fault of this one call. RequestTimeout comes as a 400. */
const PASSING_CODES = ['RequestTimeout', 'SlowDown', 'InternalError', 'OperationAborted'];

export function createS3Client(
  place: S3Place,
  { pauseMs = 300, tries = TRIES, silenceMs = SILENCE_MS } = {},
): S3Client {
  const agent = new Agent({
    allowH2: false,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
  });

  async function once<T>(call: S3Call, read: (answer: S3Answer) => Promise<T>): Promise<T> {
    const { method, body } = call;
    const { url, headers } = await sign(place, call);
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: { ...headers, ...(body ? { 'content-length': String(body.bytes) } : {}) },
      body: body?.open() ?? null,
      signal: method === 'GET' ? null : AbortSignal.timeout(longestMs(body?.bytes)),
    });
    if (answer.statusCode >= 200 && answer.statusCode < 300)
      return read({ headers: plain(answer.headers), body: answer.body });
    throw await refusalOf(call, answer);
  }

  return {
    async call(call, read) {
      for (let left = tries; ; left -= 1) {
        try {
          return await once(call, read);
        } catch (error) {
          if (error instanceof FilesRefused || isStopped(error)) throw error;
          if (left <= 1) throw new FilesUnreachable(wordsOf(place, call, error), { cause: error });
          // Everybody who was cut off at once should not be back at once.
          await wait(pauseMs * (tries - left + 1) * (0.5 + Math.random()));
        }
      }
    },
    async signedAddress({ method, name, query = {} }, lastsSeconds) {
      const url = addressOf({ ...place, endpoint: place.publicEndpoint ?? place.endpoint }, name, {
        ...query,
        'X-Amz-Expires': String(lastsSeconds),
      });
      const signed = await new AwsV4Signer({
        ...signing(place),
        method,
        url: url.href,
        signQuery: true,
      }).sign();
      return asSigned(signed.url).href;
    },
    stop: () => agent.destroy(),
  };
}

const longestMs = (bytes = 0): number => Math.max(CALL_MS, (bytes / SLOWEST_BYTES_PER_SECOND) * 1000);

const isStopped = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'UND_ERR_DESTROYED';

const signing = ({ accessKeyId, secretAccessKey, region }: S3Place) => ({
  accessKeyId,
  secretAccessKey,
  region,
  service: 's3',
});

function addressOf(place: S3Place, name: string | undefined, query: Record<string, string> = {}): URL {
  const path = name === undefined ? place.bucket : `${place.bucket}/${place.prefix}${name}`;
  const url = new URL(`${place.endpoint}/${path}`);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url;
}

async function sign(place: S3Place, { method, name, query, headers, body }: S3Call) {
  const { href } = addressOf(place, name, query);
  const signed = await new AwsV4Signer({
    ...signing(place),
    method,
    url: href,
    headers: { ...headers, 'x-amz-content-sha256': body?.sha256 ?? EMPTY_SHA256 },
  }).sign();
  return { url: asSigned(signed.url), headers: Object.fromEntries(signed.headers) };
}

/** What is signed is encoded as S3 wants it; the same must be sent, and not every store reads a plus as a space. */
function asSigned(signed: URL): URL {
  const url = new URL(signed);
  url.search = url.search.replaceAll('+', '%20');
  return url;
}

const plain = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** What is thrown for an answer that is no success: of a kind that is not repeated, where the store says no. */
async function refusalOf(call: S3Call, answer: Dispatcher.ResponseData): Promise<Error> {
  const text = await answer.body.text();
  const status = answer.statusCode;
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? (status === 404 ? 'NotFound' : `HTTP ${status}`);
  const message = `${call.method} was answered with ${status} ${code}`;
  if (status >= 500 || status === 429 || PASSING_CODES.includes(code)) return new Error(message);
  return new FilesRefused(message, { status, code });
}

/** Without paths or what others wrote, which may hold anything. */
function wordsOf(place: S3Place, { method }: S3Call, error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: string };
  const isOurs = typeof message === 'string' && message.startsWith(method);
  const why = isOurs ? message : typeof code === 'string' ? code : 'no answer';
  return `${new URL(place.endpoint).host}: ${isOurs ? why : `${method}: ${why}`}`;
}
