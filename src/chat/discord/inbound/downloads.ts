/** Fetches members' files from Discord's CDN: from nowhere else, not larger than what is taken, never twice the address. */
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { REST } from 'discord.js';
import { request } from 'undici';
import { z } from 'zod';
import { isDiskFull } from '../../../core/intake/uploads.ts';
import type { Files, Log } from '../../../core/ports.ts';
import { FILE_WITHIN_MS, fileAgent, type KeptDownload, keepUpTo } from '../../download.ts';
import { troubleOf } from '../outbound/trouble.ts';
import type { GivenFile } from './given-files.ts';
import { isAttachment, type Origins } from './origins.ts';

const CONNECTIONS = 16;
const TRIES = 3;
const PAUSE_MS = 400;
const HOPS = 3;

/** `gone`: the address opens nothing any more, or was never one that we fetch from. Passing trouble is `trouble`. */
type DownloadResult = { kind: 'here'; file: KeptDownload } | { kind: 'too-large' | 'gone' | 'trouble' };

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
  const agent = fileAgent(CONNECTIONS);
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
    const file = await keepUpTo(maxBytes, body, parts.files, signal);
    return file === 'too-large' ? { kind: file } : { kind: 'here', file };
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

const refreshAnswer = z.object({
  refreshed_urls: z.array(z.object({ refreshed: z.string().nullish() })).min(1),
});

/**
 * A pasted link to an upload opens it for a day. Discord signs it anew for bots as it does for its own app, though its
 * documentation does not say so (discord-api-docs has nothing of it on 2026-11-21): where it refuses, the file is gone.
 */
export async function refreshed(
  { rest, log }: { rest: REST; log: Log },
  url: string,
): Promise<string | undefined> {
  try {
    const body = { attachment_urls: [url] };
    const answer = refreshAnswer.parse(await rest.post('/attachments/refresh-urls', { body }));
    return answer.refreshed_urls[0]?.refreshed ?? undefined;
  } catch (error) {
    log.debug({ err: troubleOf(error) }, 'a link to an upload could not be refreshed');
    return undefined;
  }
}
