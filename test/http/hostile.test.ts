import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLinks } from '../../src/http/links.ts';
import type { ServerParts } from '../../src/http/server.ts';
import { form, NO_REPORTS, post, start } from './harness.ts';

const PUBLIC = 'http://localhost';
const SECRET = 'a key of sixteen or more letters';

/** What the server answers to these bytes, until it ends the connection or `enough` is there. */
function say(url: string, bytes: string | Buffer, enough?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (enough?.test(heard)) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(heard));
    socket.write(bytes);
  });
}

async function startOpen() {
  const failed: string[] = [];
  const note = (_facts: object, message: string) => void failed.push(message);
  const log = { debug() {}, info() {}, warn() {}, error: note };
  const taken: unknown[] = [];
  const clock = { now: Date.now };
  const links = createLinks({ publicUrl: PUBLIC, secretKey: SECRET, clock });
  const base = await start({ log });
  const internet: ServerParts['internet'] = {
    publicUrl: PUBLIC,
    links,
    files: base.files,
    ...NO_REPORTS,
    takeWebhook: async (news) => {
      taken.push(news);
      return 'refused';
    },
  };
  const { url } = await start({ log, internet, files: base.files });
  await using temp = await base.files.temp('mp4');
  writeFileSync(temp.path, 'x'.repeat(1000));
  const file = await base.files.keep(temp.path, 'video/mp4');
  return { url, links, file, failed, taken, dataDir: base.dataDir };
}

const tokenOf = (link: string): string => link.slice(link.lastIndexOf('/') + 1);
const sign = (body: string) =>
  `${body}.${createHmac('sha256', SECRET).update(`link:${body}`).digest('base64url')}`;
const sealed = (content: unknown) => sign(Buffer.from(JSON.stringify(content)).toString('base64url'));

describe('links to media, in strangers’ hands', () => {
  it('open one file, whole or in parts, and nothing by any change of them', async () => {
    const { url, links, file, failed } = await startOpen();
    const good = tokenOf(links.media(file));
    expect((await fetch(`${url}/media/${good}`)).status).toBe(200);
    const change = fc.tuple(
      fc.nat(good.length - 1),
      fc.constantFrom('cut', 'drop', 'swap', 'add'),
      fc.constantFrom('A', '_', '.', '%00', '/', '..%2f'),
    );
    await fc.assert(
      fc.asyncProperty(change, async ([at, how, char]) => {
        const token = {
          cut: good.slice(0, at),
          drop: good.slice(0, at) + good.slice(at + 1),
          swap: good.slice(0, at) + char + good.slice(at + 1),
          add: good.slice(0, at) + char + good.slice(at),
        }[how];
        fc.pre(token !== good);
        const answer = await fetch(`${url}/media/${token}`);
        await answer.arrayBuffer();
        expect(answer.status).toBe(404);
      }),
      { numRuns: 150 },
    );
    expect(failed).toEqual([]);
  });

  it.each([
    ['another job’s webhook token', { for: 'hook', provider: 'fal', job: 'x', until: 9e15 }],
    [
      'one that has run out',
      { for: 'media', key: `${'0'.repeat(64)}.mp4`, bytes: 1, mime: 'video/mp4', until: 1 },
    ],
    ['a path in place of a key', { for: 'media', key: '../strut.sqlite', bytes: 1, mime: 'a', until: 9e15 }],
    ['a file that is gone', { for: 'media', key: `${'0'.repeat(64)}.mp4`, bytes: 1, mime: 'a', until: 9e15 }],
    ['nothing', {}],
    ['null', null],
    ['a list', [1, 2]],
  ])('open nothing when they are ours and name %s', async (_what, content) => {
    const { url, failed } = await startOpen();
    expect((await fetch(`${url}/media/${sealed(content)}`)).status).toBe(404);
    expect(failed).toEqual([]);
  });

  it.each([
    'bytes=0-0',
    'bytes=-1',
    'bytes=999-',
    'bytes=5-2',
    'bytes=1000-',
    'bytes=99999999999999999999-',
    'bytes=0-0,1-1,2-2,3-3',
    `bytes=${Array.from({ length: 500 }, (_, n) => `${n}-${n}`).join(',')}`,
    'bytes=-0',
    'bytes=--1',
    'bytes=a-b',
    'items=0-1',
    'bytes=',
    'bytes=NaN-NaN',
    'bytes=-99999999999',
  ])('are answered with at most the whole file to the range %.40s', async (range) => {
    const { url, links, file, failed } = await startOpen();
    const answer = await fetch(`${url}/media/${tokenOf(links.media(file))}`, { headers: { range } });
    expect([200, 206, 400, 416]).toContain(answer.status);
    expect((await answer.arrayBuffer()).byteLength).toBeLessThanOrEqual(1000);
    expect(failed).toEqual([]);
  });
});

describe('webhooks, from strangers', () => {
  it('are asked about by nobody unless the address is ours', async () => {
    const { url, links, taken, failed } = await startOpen();
    const good = tokenOf(links.hook('fal', 'job-1'));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ maxLength: 200 }),
          fc.nat(good.length - 2).map((at) => good.slice(0, at)),
          fc.base64String({ maxLength: 300 }).map((text) => `${text}.${text}`),
        ),
        fc.uint8Array({ maxLength: 500 }),
        async (token, body) => {
          const answer = await fetch(`${url}/hooks/fal/${encodeURIComponent(token)}`, {
            method: 'POST',
            body: Buffer.from(body),
          });
          expect([401, 404]).toContain(answer.status);
        },
      ),
      { numRuns: 100 },
    );
    expect((await fetch(`${url}/hooks/runpod/${good}`, { method: 'POST' })).status).toBe(401);
    expect(taken).toEqual([]);
    expect((await fetch(`${url}/hooks/fal/${good}`, { method: 'POST', body: '{' })).status).toBe(401);
    expect(taken).toHaveLength(1);
    expect(failed).toEqual([]);
  });

  it('are cut off at a megabyte', async () => {
    const { url, links, taken } = await startOpen();
    const answer = await fetch(links.hook('fal', 'job-1').replace(PUBLIC, url), {
      method: 'POST',
      body: 'x'.repeat(1_000_001),
    });
    expect([answer.status, taken]).toEqual([413, []]);
  });
});

describe('the page’s API, from scripts that mean ill', () => {
  const PATHS = [
    '/api/jobs/',
    '/api/jobs/x/video?',
    '/api/jobs/x/image?',
    '/api/jobs/x/events?',
    '/',
    '/api/',
    '/media/',
    '/hooks/',
    '/hooks/fal/',
  ];

  it('answers every path without failing', async () => {
    const { url, failed } = await startOpen();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PATHS),
        fc.oneof(
          fc.string({ maxLength: 60, unit: 'binary' }).map((text) => encodeURIComponent(text.toWellFormed())),
          fc.constantFrom(
            '..%2f..%2fetc%2fpasswd',
            '%',
            '%zz',
            '%00',
            '%c0%ae',
            '__proto__',
            'constructor',
            `${'a'.repeat(8_000)}`,
            'jobs:x',
            ';',
            '%2e%2e/',
          ),
        ),
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD'),
        async (path, tail, method) => {
          const answer = await fetch(`${url}${path}${tail}`, { method, redirect: 'manual' });
          expect(answer.status).toBeLessThan(500);
          await answer.arrayBuffer();
        },
      ),
      { numRuns: 80 },
    );
    expect(failed).toEqual([]);
  });

  it('answers every field and every key without failing', async () => {
    const { url, failed } = await startOpen();
    const text = fc.string({ unit: 'binary', maxLength: 100 }).map((one) => one.toWellFormed());
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.oneof(
            text,
            fc.constantFrom('prompt', 'quality', 'sound', 'trim', 'orientation', '__proto__', 'toString'),
          ),
          fc.oneof(text, fc.constantFrom('true', 'pro', 'auto', 'a'.repeat(3_000))),
          { maxKeys: 4 },
        ),
        fc.constantFrom('quote', 'jobs'),
        async (fields, path) => {
          const key = Buffer.from(Object.keys(fields).join()).toString('base64') || 'x';
          const answer = await post(`${url}/api/${path}`, form(fields), { 'idempotency-key': key });
          expect(answer.status).toBeLessThan(500);
          await answer.arrayBuffer();
        },
      ),
      { numRuns: 60 },
    );
    expect(failed).toEqual([]);
  });

  it('answers every broken form, and leaves no file of it behind', async () => {
    const { url, failed, dataDir } = await startOpen();
    const whole = Buffer.from(
      [
        '--b',
        'content-disposition: form-data; name="image"; filename="a.png"',
        'content-type: image/png',
        '',
        'bytes',
        '--b',
        'content-disposition: form-data; name="clip"; filename="../../etc/passwd"',
        '',
        'bytes',
        '--b',
        'content-disposition: form-data; name="prompt"',
        '',
        'hello',
        '--b--',
        '',
      ].join('\r\n'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length),
        fc.uint8Array({ maxLength: 8 }),
        fc.nat(12),
        fc.constantFrom('b', '', 'c', '"', 'b; boundary=c', 'x'.repeat(500)),
        async (at, put, drop, boundary) => {
          const body = Buffer.concat([whole.subarray(0, at), Buffer.from(put), whole.subarray(at + drop)]);
          const answer = await fetch(`${url}/api/quote`, {
            method: 'POST',
            headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
            body,
          });
          expect(answer.status).toBeLessThan(500);
          await answer.arrayBuffer();
        },
      ),
      { numRuns: 200 },
    );
    expect(failed).toEqual([]);
    expect(readdirSync(join(dataDir, 'temp'))).toEqual([]);
  });

  it.each([
    ['field', ''],
    ['file', '; filename="a.png"'],
  ])('refuses a %s without a name, and goes on', async (_, rest) => {
    const { url, failed } = await startOpen();
    const answer = await fetch(`${url}/api/quote`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: `--b\r\ncontent-disposition: form-data${rest}\r\n\r\nhello\r\n--b--\r\n`,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ status: 400, title: 'bad-request' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(failed).toEqual([]);
  });

  it('says no to an upload that announces too much, before a byte of it has come', async () => {
    const { url } = await start();
    const heard = await say(
      url,
      'POST /api/quote HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 999999999999\r\n\r\n',
      /upload-too-large/,
    );
    expect(heard).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('a sender who dawdles', () => {
  const timeouts = { headersMs: 60, requestMs: 150, checkEveryMs: 20 };

  it.each([
    ['with the headers', 'GET / HTTP/1.1\r\nhost: local'],
    [
      'with the body',
      'POST /api/quote HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 100\r\n\r\n--b',
    ],
  ])('%s is sent away', async (_with, bytes) => {
    const { url, dataDir } = await start({ timeouts });
    // The server ends the connection, or this waits for ever.
    expect(await say(url, bytes)).toMatch(/^(HTTP\/1\.1 (408|400) [\s\S]*)?$/);
    await expect.poll(() => readdirSync(join(dataDir, 'temp'))).toEqual([]);
    // Whoever asks dawdles too, on a busy machine.
    const isUp = () =>
      fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isUp).toBe(true);
  });
});

describe('the page itself', () => {
  const PAGE = join(import.meta.dirname, '../../src/http/page');

  it('has no script, style or address in its HTML that its own policy would refuse', () => {
    for (const name of readdirSync(PAGE).filter((file) => file.endsWith('.html'))) {
      const html = readFileSync(join(PAGE, name), 'utf8');
      expect(html, name).not.toMatch(/<script(?![^>]*\bsrc="\/[a-z-]+\.js")/);
      expect(html, name).not.toMatch(/\son[a-z]+=|javascript:|<style|\sstyle=/i);
      expect(html, name).not.toMatch(/(?:src|href|action)="(?:https?:)?\/\//);
    }
    for (const name of readdirSync(PAGE).filter((file) => /\.(?:js|css|svg)$/.test(file))) {
      const text = readFileSync(join(PAGE, name), 'utf8')
        .replace(/xmlns="[^"]*"/g, '')
        .replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '');
      expect(text, name).not.toMatch(/\b(?:innerHTML|outerHTML|insertAdjacentHTML|eval\(|new Function)/);
      expect(text, name).not.toMatch(
        /url\(["']?(?:https?:)?\/\/|@import|fetch\(["'`]https?:|import ['"]https?:/,
      );
    }
  });

  it.each([
    '/',
    '/usage',
    '/login',
    '/api/status',
    '/api/jobs/none',
    '/nothing',
    '/style/base.css',
    '/healthz',
  ])('sends what keeps a browser from harm with %s', async (path) => {
    const { url } = await start();
    const { headers } = await fetch(`${url}${path}`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
