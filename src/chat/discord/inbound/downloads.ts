/** Fetches members' files from Discord's CDN: from nowhere else, not larger than what is taken, never twice the address. */
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { Files } from '../../../core/ports.ts';
import { isDiskFull } from '../../../core/uploads.ts';
import type { Given } from './given-files.ts';

const SILENCE_MS = 30_000;
/** A byte a second is never silent, and never done: 100 MB take this long at 1.4 Mbit/s. */
const FILE_WITHIN_MS = 10 * 60_000;
const CONNECTIONS = 16;
const TRIES = 3;
const PAUSE_MS = 400;
const HOPS = 3;

/** `gone`: the address opens nothing any more, or was never one that we fetch from. Passing trouble is `trouble`. */
type Fetched =
  | { kind: 'here'; path: string; dispose(): Promise<void> }
  | { kind: 'too-large' | 'gone' | 'trouble' };

export type Downloads = {
  /** To a temporary file, which the caller disposes of. */
  fetch(file: Given, maxBytes: number): Promise<Fetched>;
  stop(): Promise<void>;
};

/** `cdnUrls`: the only places that anything is fetched from, redirects included. */
export function createDownloads(parts: {
  cdnUrls: readonly string[];
  files: Pick<Files, 'temp'>;
  /** One file, all tries together. */
  withinMs?: number;
}): Downloads {
  const places = parts.cdnUrls.map((url) => new URL(url));
  const agent = new Agent({
    connections: CONNECTIONS,
    connectTimeout: SILENCE_MS,
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  });
  const stopping = new AbortController();

  const allowed = (url: URL): boolean =>
    places.some(({ origin, pathname }) => {
      const folder = pathname.endsWith('/') ? pathname : `${pathname}/`;
      return url.origin === origin && url.pathname.startsWith(folder);
    });

  /** The bytes, or what came in their place. A redirect is followed only to where we would fetch from anyway. */
  async function open(address: string, signal: AbortSignal): Promise<Readable | 'gone' | 'trouble'> {
    let url = URL.canParse(address) ? new URL(address) : undefined;
    for (let hop = 0; url && allowed(url) && hop <= HOPS; hop += 1) {
      const { statusCode, headers, body } = await request(url, { dispatcher: agent, signal });
      if (statusCode === 200) return body;
      await body.dump();
      if (statusCode === 429 || statusCode >= 500) return 'trouble';
      if (statusCode < 300 || statusCode >= 400) return 'gone';
      const { location } = headers;
      const next = typeof location === 'string' ? location : '';
      url = URL.canParse(next, url.href) ? new URL(next, url) : undefined;
    }
    return 'gone';
  }

  async function once(file: Given, maxBytes: number, signal: AbortSignal): Promise<Fetched> {
    const body = await open(file.url, signal);
    if (typeof body === 'string') return { kind: body };
    const temp = await parts.files.temp('upload');
    const dispose = async () => temp[Symbol.asyncDispose]();
    let bytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > maxBytes) return done(new TooLarge());
        done(null, chunk);
      },
    });
    try {
      await pipeline(body, count, createWriteStream(temp.path, { mode: 0o600 }), { signal });
      return { kind: 'here', path: temp.path, dispose };
    } catch (error) {
      await dispose();
      if (error instanceof TooLarge) return { kind: 'too-large' };
      throw error;
    }
  }

  return {
    async fetch(file, maxBytes) {
      if ((file.bytes ?? 0) > maxBytes) return { kind: 'too-large' };
      const late = AbortSignal.timeout(parts.withinMs ?? FILE_WITHIN_MS);
      const signal = AbortSignal.any([stopping.signal, late]);
      for (let left = TRIES - 1; ; left -= 1) {
        const fetched = await once(file, maxBytes, signal).catch((error: unknown): Fetched => {
          // Of our own disk, which another try does not mend; anything else is the network.
          if (isDiskFull(error) || stopping.signal.aborted) throw error;
          return { kind: 'trouble' };
        });
        if (fetched.kind !== 'trouble' || left === 0 || late.aborted) return fetched;
        await wait(PAUSE_MS * (TRIES - left), undefined, { signal: stopping.signal });
      }
    },
    async stop() {
      stopping.abort();
      await agent.destroy();
    },
  };
}

/** Ends the transfer; nobody outside this file sees it. */
class TooLarge extends Error {
  override name = 'TooLarge';
}
