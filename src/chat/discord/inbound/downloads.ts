/** Fetches members' files from Discord's CDN: from nowhere else, not larger than what is taken, never twice the address. */
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { isDiskFull } from '../../../core/intake/uploads.ts';
import type { Files } from '../../../core/ports.ts';
import type { GivenFile } from './given-files.ts';
import { isAttachment, type Origins } from './origins.ts';

const SILENCE_MS = 30_000;
/** A byte a second is never silent, and never done: 100 MB take this long at 1.4 Mbit/s. */
const FILE_WITHIN_MS = 10 * 60_000;
const CONNECTIONS = 16;
const TRIES = 3;
const PAUSE_MS = 400;
const HOPS = 3;

/** `gone`: the address opens nothing any more, or was never one that we fetch from. Passing trouble is `trouble`. */
type DownloadResult =
  | { kind: 'here'; path: string; dispose(): Promise<void> }
  | { kind: 'too-large' | 'gone' | 'trouble' };

export type Downloads = {
  /** To a temporary file, which the caller disposes of. */
  fetch(file: GivenFile, maxBytes: number): Promise<DownloadResult>;
  stop(): Promise<void>;
};

/** `origins`: the only places that anything is fetched from, redirects included. */
export function createDownloads(parts: {
  origins: Origins;
  /** A fresh address of an upload whose own has run out, where Discord gives one. */
  refresh?: (url: string) => Promise<string | undefined>;
  files: Pick<Files, 'temp'>;
  /** One file, all tries together. */
  withinMs?: number;
}): Downloads {
  const { origins } = parts;
  const agent = new Agent({
    connections: CONNECTIONS,
    connectTimeout: SILENCE_MS,
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  });
  const stopping = new AbortController();

  /** The bytes, or what came in their place. A redirect is followed only to where we would fetch from anyway. */
  async function open(address: string, signal: AbortSignal): Promise<Readable | 'gone' | 'trouble'> {
    let url = URL.canParse(address) ? new URL(address) : undefined;
    for (let hop = 0; url && origins.pathOf(url.href) !== undefined && hop <= HOPS; hop += 1) {
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

  async function once(url: string, maxBytes: number, signal: AbortSignal): Promise<DownloadResult> {
    const body = await open(url, signal);
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

  /** One address, as often as it takes while there is only passing trouble. */
  async function retry(url: string, maxBytes: number, late: AbortSignal): Promise<DownloadResult> {
    const signal = AbortSignal.any([stopping.signal, late]);
    for (let left = TRIES - 1; ; left -= 1) {
      const fetched = await once(url, maxBytes, signal).catch((error: unknown): DownloadResult => {
        // Of our own disk, which another try does not mend; anything else is the network.
        if (isDiskFull(error) || stopping.signal.aborted) throw error;
        return { kind: 'trouble' };
      });
      if (fetched.kind !== 'trouble' || left === 0 || late.aborted) return fetched;
      await wait(PAUSE_MS * (TRIES - left), undefined, { signal: stopping.signal });
    }
  }

  return {
    async fetch({ url, also = [], bytes = 0 }, maxBytes) {
      if (bytes > maxBytes) return { kind: 'too-large' };
      const late = AbortSignal.timeout(parts.withinMs ?? FILE_WITHIN_MS);
      let last: DownloadResult = { kind: 'gone' };
      for (const address of [url, ...also]) {
        last = await retry(address, maxBytes, late);
        if (last.kind !== 'gone') return last;
      }
      const fresh = isAttachment(origins.pathOf(url)) ? await parts.refresh?.(url) : undefined;
      return fresh === undefined ? last : retry(fresh, maxBytes, late);
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
