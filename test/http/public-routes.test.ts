import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredFile } from '../../src/core/job/job.ts';
import type { HookAnswer } from '../../src/core/job/webhook.ts';
import { createLinks } from '../../src/http/links.ts';
import { onlyPublic, publicRoutes } from '../../src/http/public.ts';
import { createFiles } from '../../src/store/files.ts';

const PUBLIC_URL = 'https://strut.example';
const CLIP = Buffer.from('0123456789');

let dir: string;
let url: string;
let file: StoredFile;
let answer: HookAnswer = 'taken';
const news: { provider: string; jobId: string; body: Buffer; headers: Record<string, string | undefined> }[] =
  [];
const time = { now: 1_000_000 };
const links = createLinks({
  publicUrl: PUBLIC_URL,
  secretKey: 'a secret of ours',
  clock: { now: () => time.now },
});
let server: ReturnType<typeof serve>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'strut-public-'));
  const files = createFiles(dir);
  const temp = await files.temp('mp4');
  await writeFile(temp.path, CLIP);
  file = await files.keep(temp.path, 'video/mp4');
  const app = new Hono();
  app.use(onlyPublic(PUBLIC_URL));
  app.route(
    '/',
    publicRoutes({
      publicUrl: PUBLIC_URL,
      links,
      files,
      takedown: {
        hidesFile: async () => false,
        state: async () => ({ ok: true, value: 'taken' }),
      },
      clock: { now: () => time.now },
      takeWebhook: async (one) => {
        news.push(one);
        return answer;
      },
    }),
  );
  app.get('/', (c) => c.text('the page'));
  url = await new Promise((resolve) => {
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer }, ({ port }) =>
      resolve(`http://127.0.0.1:${port}`),
    );
  });
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

const here = (address: string) => address.replace(PUBLIC_URL, url);
const withHost = (path: string, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request(`${url}${path}`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('a media link', () => {
  it('gives one file with its type, whole or in part, to be kept by nobody', async () => {
    const whole = await fetch(here(links.media(file)));
    expect([whole.status, whole.headers.get('content-type'), whole.headers.get('accept-ranges')]).toEqual([
      200,
      'video/mp4',
      'bytes',
    ]);
    expect(whole.headers.get('cache-control')).toContain('no-store');
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(CLIP);
    const part = await fetch(here(links.media(file)), { headers: { range: 'bytes=2-4' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      'bytes 2-4/10',
      '234',
    ]);
    const beyond = await fetch(here(links.media(file)), { headers: { range: 'bytes=50-60' } });
    expect(beyond.status).toBe(416);
  });

  it('lists nothing and opens nothing else', async () => {
    const token = links.media(file).split('/').at(-1) ?? '';
    const other =
      links
        .media({ ...file, key: `${'0'.repeat(64)}.mp4` })
        .split('/')
        .at(-1) ?? '';
    const outside =
      links
        .media({ ...file, key: '../../secret-key' })
        .split('/')
        .at(-1) ?? '';
    for (const bad of [
      '',
      'x',
      `${token}x`,
      token.slice(1),
      other,
      outside,
      '..%2f..%2fsecret-key',
      token.replace('.', '%2e%2e'),
    ]) {
      expect((await fetch(`${url}/media/${bad}`)).status).toBe(404);
    }
    time.now += 7 * 3_600_000;
    expect((await fetch(`${url}/media/${token}`)).status).toBe(404);
  });
});

describe('a webhook address', () => {
  const post = (address: string, body: string) => fetch(here(address), { method: 'POST', body });

  it('hands on the exact bytes with the job that its token names', async () => {
    answer = 'taken';
    const sent = await post(links.hook('fal', 'web-1'), '{"ok": 1}');
    expect(sent.status).toBe(200);
    expect(news.at(-1)).toMatchObject({ provider: 'fal', jobId: 'web-1' });
    expect(news.at(-1)?.body.toString()).toBe('{"ok": 1}');
  });

  it('answers 401 to a forged body or token, and asks to come again when it cannot be judged now', async () => {
    answer = 'refused';
    expect((await post(links.hook('fal', 'web-1'), '{}')).status).toBe(401);
    answer = 'later';
    const later = await post(links.hook('fal', 'web-1'), '{}');
    expect([later.status, later.headers.has('retry-after')]).toEqual([503, true]);
    const before = news.length;
    const token = links.hook('fal', 'web-1').split('/').at(-1) ?? '';
    for (const path of [
      `/hooks/runpod/${token}`,
      '/hooks/fal/x',
      `/hooks/fal/${token.slice(0, -4)}`,
      `/hooks/fal/${links.media(file).split('/').at(-1)}`,
    ]) {
      expect((await fetch(`${url}${path}`, { method: 'POST', body: '{}' })).status).toBe(401);
    }
    expect(news).toHaveLength(before);
  });

  it('takes no body of any size', async () => {
    answer = 'taken';
    const before = news.length;
    expect((await post(links.hook('fal', 'web-1'), 'x'.repeat(1_100_000))).status).toBe(413);
    expect(news).toHaveLength(before);
  });
});

describe("the internet's name for us", () => {
  it('opens nothing but links and webhooks', async () => {
    for (const name of ['strut.example', 'STRUT.example', 'strut.example:443', 'strut.example:8080']) {
      expect(await withHost('/', name)).toBe(404);
    }
    expect(await withHost('/', '127.0.0.1')).toBe(200);
    time.now = 1_000_000;
    expect(await withHost(here(links.media(file)).replace(url, ''), 'strut.example')).toBe(200);
  });
});
