import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cutAfter,
  eachWithFolder,
  fetcher,
  fetchFrom,
  folder,
  host,
  signal,
  toPath,
  video,
} from './download-subject.ts';

eachWithFolder();

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
    // On a busy machine the good answers may seem silent for so long as well, many times over.
    expect(await fetchFrom(url, { idleMs: 100, tries: 1_000 })).toBe('here');
  });

  it('gives up a call after some cuts that bring nothing new', async () => {
    const { url, requests } = await host((_, response) => {
      response.writeHead(200, { 'content-length': video.length });
      response.write(video.subarray(0, 500), () => response.destroy());
    });
    await expect(fetchFrom(url)).rejects.toThrow();
    // Bytes in flight are lost with a cut: two that bring nothing, one that brings all there is, and three for nothing new.
    expect(requests.length).toBeLessThan(7);
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
