import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { eachWithFolder, fetchFrom, host, toPath, video } from './download-subject.ts';

eachWithFolder();

const SLOWEST = { bytes: 200, withinMs: 60 };

/** A byte now and then: never silent, never done. */
function crawl(response: ServerResponse, bytes: Buffer): void {
  let at = 0;
  const timer = setInterval(() => response.write(bytes.subarray(at, ++at)), 5);
  response.on('close', () => clearInterval(timer));
}

describe('a host that sends a byte now and then', () => {
  it('counts as cut, and the rest is asked for anew', async () => {
    const { url, requests } = await host((request, response, number) => {
      const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      const headers = { etag: '"one"', 'content-length': video.length - start };
      const range = `bytes ${start}-${video.length - 1}/${video.length}`;
      response.writeHead(
        start === 0 ? 200 : 206,
        start === 0 ? headers : { ...headers, 'content-range': range },
      );
      if (number === 1) crawl(response, video);
      else response.end(video.subarray(start));
    });
    expect(await fetchFrom(url, { slowest: SLOWEST })).toBe('here');
    expect(await readFile(toPath)).toEqual(video);
    expect(requests).toHaveLength(2);
  });

  it('is given up for now when it never does better', async () => {
    const { url, requests } = await host((_request, response) => {
      response.writeHead(200, { 'content-length': video.length });
      crawl(response, video);
    });
    await expect(fetchFrom(url, { slowest: SLOWEST })).rejects.toThrow('too slowly');
    expect(requests).toHaveLength(3);
  });
});
