/** Hosts that serve a video as a test wants, and the fetcher before them. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createFetcher, type FetcherOptions } from '../../src/providers/download.ts';
import { sampleClip } from '../samples.ts';
import { PATIENCE_MS } from '../timeouts.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, number: number) => void;

export const signal = new AbortController().signal;
export let folder: string;
export let toPath: string;
export let video: Buffer;
const closers: (() => Promise<unknown>)[] = [];

/** For each test of the file that calls this. */
export function eachWithFolder(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strut-download-'));
    toPath = join(folder, 'video.mp4');
    video = await readFile(await sampleClip());
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
    await rm(folder, { recursive: true });
  });
}

export async function host(handler: Handler): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

export function fetcher(options: FetcherOptions) {
  const made = createFetcher({ pauseMs: 0, tries: 3, ...options });
  closers.push(made.stop);
  return made;
}

export const fetchFrom = (url: string, options: FetcherOptions = {}) =>
  fetcher({ trustedOrigins: [url], ...options }).fetch(
    { kind: 'url', url: `${url}/v.mp4?signature=secret` },
    toPath,
    signal,
  );

/** Sends so much and cuts the connection once that lies on disk: bytes in flight are lost with it. */
export function cutAfter(response: ServerResponse, bytes: Buffer, from = 0): void {
  response.write(bytes);
  void vi
    .waitFor(async () => expect((await stat(toPath)).size).toBe(from + bytes.length), {
      interval: 2,
      timeout: PATIENCE_MS,
    })
    .finally(() => response.destroy());
}
