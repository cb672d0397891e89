/** Brings a finished video to our disk from wherever the provider put it: guarded, bounded, resumed when cut. */
import { copyFile, type FileHandle, open } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import type { ResultFetcher } from '../core/ports.ts';
import { publicOnly } from './public-only.ts';
import { BadResult, openRemote, type Progress } from './remote-file.ts';

const VIDEO_TYPES: readonly string[] = ['video/mp4', 'video/x-m4v', 'video/quicktime', 'video/webm'];

export type FetcherOptions = {
  /** Base addresses of the operator's own configuration, fetched from even when private. */
  trustedOrigins?: readonly string[];
  maxBytes?: number;
  /** Without a byte for so long, the connection counts as cut. */
  idleMs?: number;
  /** One that brings fewer bytes than these in so long counts as cut as well: a byte a second is never silent. */
  slowest?: { bytes: number; withinMs: number };
  /** So often in a row one call goes on after a cut that brought nothing new; and how long it waits before. */
  tries?: number;
  pauseMs?: number;
  /** Stands in for DNS in tests. */
  resolve?: LookupFunction;
};

/**
 * No key of ours goes to these hosts, and nothing but the public internet is reached. `fetch` answers `gone` when
 * the video is there no more (410, or a 404 that stays) and throws on everything else, which is passing trouble.
 */
export function createFetcher(options: FetcherOptions = {}): ResultFetcher & { stop(): Promise<void> } {
  const {
    trustedOrigins = [],
    maxBytes = 500_000_000,
    idleMs = 30_000,
    slowest = { bytes: 30_000, withinMs: 60_000 },
    tries = 4,
    pauseMs = 500,
    resolve,
  } = options;
  const agent = new Agent({
    allowH2: false,
    connect: publicOnly(trustedOrigins, resolve),
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
  });

  async function download(url: string, file: FileHandle, signal: AbortSignal): Promise<'here' | 'gone'> {
    const progress: Progress = { bytes: 0 };
    let furthest = 0;
    for (let left = tries; ; ) {
      const outcome = await copyOnce(agent, url, file, progress, { maxBytes, slowest }, signal).catch(
        (error: unknown) => ({ error }),
      );
      if (outcome === 'here' || outcome === 'gone') return outcome;
      const error = outcome === 'missing' ? undefined : outcome.error;
      // What crawls on does bring something new, and would be gone on with for days.
      left = progress.bytes > furthest && !(error instanceof TooSlow) ? tries : left - 1;
      furthest = Math.max(furthest, progress.bytes);
      if (outcome === 'missing' && left <= 0) return 'gone';
      const final = left <= 0 || signal.aborted || (error instanceof BadResult && !error.retryHelps);
      if (error !== undefined && final) throw error;
      await wait(pauseMs * (tries - left + 1), undefined, { signal });
    }
  }

  return {
    async fetch(result, toPath, signal) {
      if (result.kind === 'file') return copyLocal(result.path, toPath);
      await using file = await open(toPath, 'w');
      if ((await download(result.url, file, signal)) === 'gone') return 'gone';
      // Loaded with the first video: a start, which needs none, is a little quicker.
      const { fileTypeFromFile } = await import('file-type');
      const type = await fileTypeFromFile(toPath);
      if (!type || !VIDEO_TYPES.includes(type.mime))
        throw new BadResult(`what came is ${type?.mime ?? 'nothing known'}, not a video`);
      return 'here';
    },
    stop: () => agent.destroy(),
  };
}

/** One connection's worth. Throws when it is cut; `progress` then says how far it came. */
async function copyOnce(
  agent: Dispatcher,
  url: string,
  file: FileHandle,
  progress: Progress,
  { maxBytes, slowest }: Required<Pick<FetcherOptions, 'maxBytes' | 'slowest'>>,
  signal: AbortSignal,
): Promise<'here' | 'gone' | 'missing'> {
  const remote = await openRemote(agent, url, progress, signal);
  if (remote === 'gone' || remote === 'missing') return remote;
  if (progress.bytes === 0) await file.truncate(0);
  if ((progress.total ?? 0) > maxBytes) {
    remote.destroy();
    throw new BadResult('the video is larger than can be taken', { retryHelps: false });
  }
  const save = async (bytes: Buffer): Promise<void> => {
    if (progress.bytes + bytes.length > maxBytes)
      throw new BadResult('the video is larger than can be taken', { retryHelps: false });
    await file.write(bytes, 0, bytes.length, progress.bytes);
    progress.bytes += bytes.length;
    release(bytes);
  };
  // A pipe hands over chunk by chunk; iterating would join those that wait into new ones.
  const write = (bytes: Buffer, _: string, done: (error?: Error) => void) =>
    void save(bytes).then(() => done(), done);
  let before = progress.bytes;
  const watch = setInterval(() => {
    if (progress.bytes - before < slowest.bytes) remote.destroy(new TooSlow('the video comes too slowly'));
    before = progress.bytes;
  }, slowest.withinMs);
  try {
    await pipeline(remote, new Writable({ write }));
  } finally {
    clearInterval(watch);
  }
  if (progress.total !== undefined && progress.bytes !== progress.total)
    throw new BadResult('the video came cut');
  return 'here';
}

/**
 * Gives a chunk's memory back at once. The collector, which sees only the small objects around it, lets some 60 MB of
 * such chunks pile up first. Only a chunk that fills its buffer has it for itself.
 */
function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** The next connection may be a better one. */
class TooSlow extends BadResult {
  override name = 'TooSlow';
}

async function copyLocal(from: string, to: string): Promise<'here' | 'gone'> {
  try {
    await copyFile(from, to);
    return 'here';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'gone';
    throw error;
  }
}
