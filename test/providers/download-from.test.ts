import type { LookupFunction } from 'node:net';
import { describe, expect, it } from 'vitest';
import { eachWithFolder, fetcher, fetchFrom, host, signal, toPath, video } from './download-subject.ts';

eachWithFolder();

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
