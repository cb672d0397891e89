import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFetcher, type FetcherOptions } from '../../src/providers/download.ts';
import { sampleClip } from '../samples.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, number: number) => void;

const signal = new AbortController().signal;
let folder: string;
let toPath: string;
let video: Buffer;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strut-download-'));
  toPath = join(folder, 'video.mp4');
  video = await readFile(await sampleClip());
});

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await rm(folder, { recursive: true });
});

async function host(handler: Handler): Promise<{ url: string; requests: IncomingMessage[] }> {
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

function fetcher(options: FetcherOptions) {
  const made = createFetcher({ pauseMs: 0, tries: 3, ...options });
  closers.push(made.stop);
  return made;
}

const fetchFrom = (url: string, options: FetcherOptions = {}) =>
  fetcher({ trustedOrigins: [url], ...options }).fetch(
    { kind: 'url', url: `${url}/v.mp4?signature=secret` },
    toPath,
    signal,
  );

/** Sends so much and cuts the connection once that lies on disk: bytes in flight are lost with it. */
function cutAfter(response: ServerResponse, bytes: Buffer, from = 0): void {
  response.write(bytes);
  void vi
    .waitFor(async () => expect((await stat(toPath)).size).toBe(from + bytes.length), { interval: 2 })
    .finally(() => response.destroy());
}

describe('bringing a video', () => {
  it('copies a file of this machine, and says when it is gone', async () => {
    const path = join(folder, 'made.mp4');
    await writeFile(path, video);
    expect(await fetcher({}).fetch({ kind: 'file', path }, toPath, signal)).toBe('here');
    expect(await readFile(toPath)).toEqual(video);
    expect(await fetcher({}).fetch({ kind: 'file', path: join(folder, 'none') }, toPath, signal)).toBe(
      'gone',
    );
  });

  it('brings it whole, and sends no key', async () => {
    const { url, requests } = await host((_, response) => response.end(video));
    expect(await fetchFrom(url)).toBe('here');
    expect(await readFile(toPath)).toEqual(video);
    expect(requests[0]?.headers.authorization).toBeUndefined();
    expect(requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('goes on where it was cut, when the host still has the same file', async () => {
    const { url, requests } = await host((request, response, number) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const headers = { etag: '"one"', 'content-length': video.length - start };
      if (start > 0)
        response.writeHead(206, {
          ...headers,
          'content-range': `bytes ${start}-${video.length - 1}/${video.length}`,
        });
      else response.writeHead(200, headers);
      if (number < 6) cutAfter(response, video.subarray(start, start + 1_000), start);
      else response.end(video.subarray(start));
    });
    expect(await fetchFrom(url)).toBe('here');
    expect(await readFile(toPath)).toEqual(video);
    expect(requests.map(({ headers }) => [headers.range, headers['if-range']])).toEqual([
      [undefined, undefined],
      ...[1, 2, 3, 4, 5].map((times) => [`bytes=${times * 1_000}-`, '"one"']),
    ]);
  });

  it('starts anew when the host ignores the range', async () => {
    const { url } = await host((_, response, number) => {
      response.writeHead(200, { 'content-length': video.length });
      if (number === 1) cutAfter(response, Buffer.alloc(2_000, 1));
      else response.end(video);
    });
    expect(await fetchFrom(url)).toBe('here');
    expect(await readFile(toPath)).toEqual(video);
  });

  it.each<[string, Record<string, string>]>([
    ['another version', { etag: '"two"', 'content-range': 'bytes 2000-LAST/TOTAL' }],
    ['another place', { etag: '"one"', 'content-range': 'bytes 1000-LAST/TOTAL' }],
    ['another length', { etag: '"one"', 'content-range': 'bytes 2000-LAST/99' }],
    ['no range at all', { etag: '"one"' }],
  ])('starts anew when the rest is of %s', async (_, wrong) => {
    const { url, requests } = await host((_request, response, number) => {
      if (number === 2) {
        const range = wrong['content-range']
          ?.replace('LAST', String(video.length - 1))
          .replace('TOTAL', String(video.length));
        response.writeHead(206, { ...wrong, ...(range ? { 'content-range': range } : {}) });
        response.end(Buffer.alloc(video.length - 2_000));
        return;
      }
      response.writeHead(200, { etag: '"one"', 'content-length': video.length });
      if (number === 1) cutAfter(response, video.subarray(0, 2_000));
      else response.end(video);
    });
    expect(await fetchFrom(url)).toBe('here');
    expect(await readFile(toPath)).toEqual(video);
    expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=2000-', undefined]);
  });

  it('does not join two files when nothing tells them apart', async () => {
    const { url, requests } = await host((_, response, number) => {
      response.writeHead(200);
      if (number === 1) cutAfter(response, Buffer.alloc(5_000));
      else response.end(video);
    });
    expect(await fetchFrom(url)).toBe('here');
    expect(await readFile(toPath)).toEqual(video);
    expect(requests[1]?.headers.range).toBeUndefined();
  });

  it('counts a host that falls silent as cut', async () => {
    const { url } = await host((_, response, number) => {
      response.writeHead(200, { 'content-length': video.length });
      if (number === 1) response.write(video.subarray(0, 100));
      else response.end(video);
    });
    expect(await fetchFrom(url, { idleMs: 100 })).toBe('here');
  });

  it('gives up a call after some cuts that bring nothing new', async () => {
    const { url, requests } = await host((_, response) => {
      response.writeHead(200, { 'content-length': video.length });
      response.write(video.subarray(0, 500), () => response.destroy());
    });
    await expect(fetchFrom(url)).rejects.toThrow();
    expect(requests.length).toBeLessThan(6);
  });

  it('says gone for 410 at once, and for a 404 that stays', async () => {
    const gone = await host((_, response) => response.writeHead(410).end());
    expect(await fetchFrom(gone.url)).toBe('gone');
    expect(gone.requests).toHaveLength(1);
    const missing = await host((_, response) => response.writeHead(404).end());
    expect(await fetchFrom(missing.url)).toBe('gone');
    const late = await host((_, response, number) =>
      number === 1 ? response.writeHead(404).end() : response.end(video),
    );
    expect(await fetchFrom(late.url)).toBe('here');
  });

  it.each([401, 403, 429, 500, 503])('takes status %i for passing trouble', async (status) => {
    const { url } = await host((_, response) => response.writeHead(status).end('no'));
    await expect(fetchFrom(url)).rejects.toThrow(String(status));
  });

  it('refuses what is not a video', async () => {
    const { url } = await host((_, response) => response.end('<html>Just a moment…</html>'));
    await expect(fetchFrom(url)).rejects.toThrow('not a video');
  });

  it('takes no more bytes than allowed, announced or not', async () => {
    const announced = await host((_, response) =>
      response.writeHead(200, { 'content-length': 10_000_000 }).write(video),
    );
    await expect(fetchFrom(announced.url, { maxBytes: 1_000 })).rejects.toThrow('larger');
    expect(announced.requests).toHaveLength(1);
    const silent = await host((_, response) => response.writeHead(200).end(video));
    await expect(fetchFrom(silent.url, { maxBytes: 1_000 })).rejects.toThrow('larger');
    expect(silent.requests).toHaveLength(1);
  });

  it('tells no address in an error', async () => {
    const { url } = await host((_, response) => response.writeHead(302, { location: 'http://[not' }).end());
    const error: unknown = await fetchFrom(url).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
  });

  it('stops when told to', async () => {
    const { url } = await host((_, response) =>
      response.writeHead(200, { 'content-length': video.length }).write(video.subarray(0, 10)),
    );
    const controller = new AbortController();
    const under = fetcher({ trustedOrigins: [url] }).fetch({ kind: 'url', url }, toPath, controller.signal);
    controller.abort();
    await expect(under).rejects.toThrow();
  });
});

describe('where a video may come from', () => {
  const toLoopback: LookupFunction = (_name, options, callback) =>
    options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);

  it('is no private address, however it is written', async () => {
    const { url, requests } = await host((_, response) => response.end(video));
    const { port } = new URL(url);
    for (const name of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
      '0x7f000001',
      '0177.1',
    ]) {
      await expect(
        fetcher({}).fetch({ kind: 'url', url: `http://${name}:${port}/` }, toPath, signal),
        name,
      ).rejects.toThrow('not a public');
    }
    expect(requests).toHaveLength(0);
  });

  it('is judged by what DNS says when connecting', async () => {
    const { url, requests } = await host((_, response) => response.end(video));
    const named = `http://videos.example:${new URL(url).port}/`;
    await expect(
      fetcher({ resolve: toLoopback }).fetch({ kind: 'url', url: named }, toPath, signal),
    ).rejects.toThrow('not a public');
    expect(requests).toHaveLength(0);
  });

  it('is judged again on each redirect', async () => {
    const inner = await host((_, response) => response.end(video));
    const outer = await host((_, response) => response.writeHead(302, { location: inner.url }).end());
    await expect(fetchFrom(outer.url)).rejects.toThrow('not a public');
    expect(inner.requests).toHaveLength(0);
    expect(
      await fetcher({ trustedOrigins: [outer.url, inner.url] }).fetch(
        { kind: 'url', url: outer.url },
        toPath,
        signal,
      ),
    ).toBe('here');
  });

  it('is no file and no other scheme, and no circle', async () => {
    await expect(
      fetcher({}).fetch({ kind: 'url', url: 'file:///etc/passwd' }, toPath, signal),
    ).rejects.toThrow('no web address');
    const { url, requests } = await host((_, response) =>
      response.writeHead(302, { location: '/again' }).end(),
    );
    await expect(fetchFrom(url, { tries: 1 })).rejects.toThrow('circles');
    expect(requests).toHaveLength(6);
  });

  it('trusts an origin, not its neighbours', async () => {
    const trusted = await host((_, response) => response.end(video));
    const { url, requests } = await host((_, response) => response.end(video));
    await expect(
      fetcher({ trustedOrigins: [trusted.url] }).fetch({ kind: 'url', url }, toPath, signal),
    ).rejects.toThrow('not a public');
    expect(requests).toHaveLength(0);
  });
});
