import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import { createHealth } from '../../src/core/health.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import type { StatusView } from '../../src/http/page/contract.ts';
import { type HttpServer, type ServerParts, startServer } from '../../src/http/server.ts';
import { createSignIn, digestOf } from '../../src/http/sign-in.ts';
import { createFiles } from '../../src/store/files.ts';
import { PRICE } from '../fakes/remote.ts';
import { calmWeather, createWorld } from '../fakes/world.ts';

const VIDEO = Buffer.from('not really a video, but bytes are bytes here');

let dir: string;
const servers: HttpServer[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'strut-http-'));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await rm(dir, { recursive: true });
});

/** The true server on a free port, with the true core on fakes behind it. */
async function start(over: Partial<ServerParts> = {}) {
  const dataDir = await mkdtemp(join(dir, 'data-'));
  const files = createFiles(dataDir);
  const media = {
    normaliseImage: async (path: string, to: string) => {
      // A child process takes its time: the upload must still be there then.
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      await copyFile(path, to);
      return { ok: true as const, value: { mime: 'image/jpeg', width: 800, height: 800, bytes: 10 } };
    },
    normaliseClip: async (_path: string, to: string) => {
      await writeFile(to, 'clip');
      const facts = {
        container: 'mp4',
        width: 720,
        height: 1280,
        durationMs: 4000,
        fps: 30,
        hasSound: true,
        bytes: 4,
        cameraMoves: false,
      };
      return { ok: true as const, value: facts };
    },
  };
  const world = createWorld({ files, media });
  const life = world.boot();
  life.ctx.fetcher.fetch = async (_result, toPath) => {
    await writeFile(toPath, VIDEO);
    return 'here';
  };
  await life.jobs.recover();
  const health = createHealth(() => {});
  health.set('discord', { state: 'off', reason: 'set DISCORD_TOKEN' });
  const metrics = createMetrics(life.ctx.events, {
    openJobs: () => life.scheduler.size(),
    weather: () => [
      {
        ...calmWeather().of('paid'),
        p50Seconds: 200,
        microsPerSecond: 70_000,
        lastFailure: { code: 'provider-busy', at: 5000 },
      },
    ],
  });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    signIn: undefined,
    core: { intake: life.intake, jobs: life.jobs },
    commands,
    files,
    events: life.ctx.events,
    history: life.ctx.history,
    health,
    weather: calmWeather(),
    metrics,
    log: life.ctx.log,
    ping: async () => {},
    clock: world.clock,
    version: '1.2.3',
    qualities: ['standard'],
    defaultQuality: 'standard',
    ...over,
  });
  servers.push(server);
  return { world, life, url: server.url, files, dataDir };
}

function form(fields: Record<string, string | Blob> = {}): FormData {
  const data = new FormData();
  const all = { image: new Blob(['an image']), clip: new Blob(['a clip']), ...fields };
  for (const [name, value] of Object.entries(all)) data.append(name, value);
  return data;
}

const post = (url: string, body?: FormData, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers, redirect: 'manual', ...(body ? { body } : {}) });

/** A request with headers that `fetch` would not let anybody set. */
function raw(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the API', () => {
  it('quotes without making a job or changing anything', async () => {
    const { url, world } = await start();
    const answer = await post(`${url}/api/quote`, form({ orientation: 'image' }));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      quote: {
        usd: 0.28,
        price: '$0.28',
        seconds: 4,
        provider: 'paid',
        orientation: 'image',
        notes: [],
        warnings: [],
      },
    });
    expect(await (await fetch(`${url}/api/jobs`)).json()).toEqual({ jobs: [] });
    expect((await world.disk.ledger.totals({ scope: 'operator', window: 'day:2026-11-21' })).heldMicros).toBe(
      0,
    );
  });

  it('makes a job, shows it to its end and serves the video', async () => {
    const { url, life } = await start();
    const created = await post(`${url}/api/jobs`, form({ prompt: 'a dance' }));
    expect(created.status).toBe(201);
    const job = (await created.json()) as { id: string; links: Record<string, string> };
    expect(job).toMatchObject({
      state: 'created',
      code: expect.stringMatching(/^[0-9A-Z]{6}$/),
      quote: { usd: 0.28, seconds: 4, provider: 'paid' },
      request: { prompt: 'a dance' },
    });
    await life.scheduler.runAll();
    const done = await (await fetch(`${url}${job.links.self}`)).json();
    expect(done).toMatchObject({
      state: 'delivered',
      costUsd: 0.28,
      cost: '$0.28',
      cancellable: false,
      provider: 'paid',
    });
    const video = await fetch(`${url}/api/jobs/${job.id}/video`);
    expect(video.headers.get('content-type')).toBe('video/mp4');
    expect(Buffer.from(await video.arrayBuffer())).toEqual(VIDEO);
    const part = await fetch(`${url}/api/jobs/${job.id}/video`, { headers: { range: 'bytes=4-9' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      `bytes 4-9/${VIDEO.length}`,
      VIDEO.subarray(4, 10).toString(),
    ]);
    const download = await fetch(`${url}/api/jobs/${job.id}/video?download`);
    expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename="strut-\w+\.mp4"$/);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('strut_jobs_ended_total{provider="paid",end="delivered"} 1');
    expect(metrics).toContain('strut_cost_usd_total{provider="paid"} 0.28');
    expect(metrics).toContain('strut_jobs_open 0');
    expect(metrics).toContain('strut_provider_seconds{provider="paid",quantile="0.5"} 200');
    expect(metrics).toContain('strut_provider_usd_per_second{provider="paid"} 0.07');
    expect(metrics).toContain(
      'strut_provider_last_failure_timestamp_seconds{provider="paid",code="provider-busy"} 5',
    );
  });

  it('makes one job of one press, however often it is sent', async () => {
    const { url, life, world } = await start();
    const headers = { 'idempotency-key': 'press-1' };
    const answers = await Promise.all([1, 2, 3].map(() => post(`${url}/api/jobs`, form(), headers)));
    const ids = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { id: string }).id),
    );
    expect(new Set(ids).size).toBe(1);
    await life.scheduler.runAll();
    expect(world.remotes[0]?.submits).toHaveLength(1);
    const other = await post(`${url}/api/jobs`, form(), { 'idempotency-key': 'press-2' });
    expect(ids).not.toContain(((await other.json()) as { id: string }).id);
  });

  it('sends each change as an event, the last one first, and ends with the job', async () => {
    const { url, life } = await start();
    const { id } = (await (await post(`${url}/api/jobs`, form())).json()) as { id: string };
    const stream = await fetch(`${url}/api/jobs/${id}/events`);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const text = stream.text();
    await life.scheduler.runAll();
    const states = [...(await text).matchAll(/^data: (.*)$/gm)].map(
      ([, data]) => (JSON.parse(data ?? '') as { state: string }).state,
    );
    expect(states.at(-1)).toBe('delivered');
    const replay = await (await fetch(`${url}/api/jobs/${id}/events`)).text();
    expect([...replay.matchAll(/^event: job$/gm)]).toHaveLength(1);
  });

  it('cancels while it can, and says when it is too late', async () => {
    const { url, life } = await start();
    const { id } = (await (await post(`${url}/api/jobs`, form())).json()) as { id: string };
    const cancelled = await post(`${url}/api/jobs/${id}/cancel`);
    expect([cancelled.status, ((await cancelled.json()) as { state: string }).state]).toEqual([
      200,
      'cancelled',
    ]);
    const again = await post(`${url}/api/jobs/${id}/again`);
    expect(again.status).toBe(201);
    const second = (await again.json()) as { id: string };
    expect(second.id).not.toBe(id);
    await life.scheduler.runAll();
    const late = await post(`${url}/api/jobs/${second.id}/cancel`);
    expect([late.status, late.headers.get('content-type')]).toEqual([409, 'application/problem+json']);
    expect(await late.json()).toMatchObject({
      code: 'not-cancellable',
      detail: "It's too late to cancel: the job is already delivered.",
    });
  });

  it('answers 202 when the provider only takes note of a cancel', async () => {
    const { url, life, world } = await start();
    world.remotes[0]?.cancels.push('asked');
    const { id } = (await (await post(`${url}/api/jobs`, form())).json()) as { id: string };
    await life.scheduler.runNext();
    const asked = await post(`${url}/api/jobs/${id}/cancel`);
    expect(asked.status).toBe(202);
    expect(await asked.json()).toMatchObject({ state: 'queued', cancellable: false });
  });

  it.each([
    ['missing-image', 400, { image: '' }],
    ['bad-option', 400, { orientation: 'sideways' }],
    ['bad-option', 400, { quality: 'ultra' }],
    ['bad-option', 400, { sound: 'loud' }],
    ['bad-option', 400, { colour: 'red' }],
    ['bad-option', 400, { prompt: 'x'.repeat(2501) }],
    ['bad-option', 400, { extra: new Blob(['x']) }],
    ['no-provider', 503, { quality: 'pro' }],
  ])('refuses with %s (%i) and words', async (code, status, fields) => {
    const { url } = await start();
    const data = form(fields as Record<string, string | Blob>);
    if ('image' in fields) data.delete('image');
    for (const path of ['quote', 'jobs']) {
      const answer = await post(`${url}/api/${path}`, data);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json',
      ]);
      expect(await answer.json()).toMatchObject({
        code,
        status,
        title: code,
        detail: expect.stringMatching(/\w.*[.?]$/),
      });
    }
  });

  it('takes an empty file for a broken one, and an empty part for none', async () => {
    const { url } = await start();
    const answer = async (clip: Blob, name: string) => {
      const data = new FormData();
      data.append('image', new Blob(['an image']), 'a.png');
      data.append('clip', clip, name);
      return ((await (await post(`${url}/api/quote`, data)).json()) as { code: string }).code;
    };
    expect(await answer(new Blob([]), 'clip.mp4')).toBe('broken-file');
    expect(await answer(new Blob([]), '')).toBe('missing-clip');
  });

  it('says how much is left and when to come back when the budget is spent', async () => {
    const { url, life } = await start();
    life.ctx.rules.operatorBudget.day = PRICE + 1;
    expect((await post(`${url}/api/jobs`, form())).status).toBe(201);
    const refused = await post(`${url}/api/jobs`, form());
    expect(refused.status).toBe(429);
    expect(refused.headers.has('retry-after')).toBe(true);
    expect(await refused.json()).toMatchObject({
      code: 'over-quota',
      leftMicros: 1,
      detail: expect.stringContaining('resets'),
    });
  });

  it('refuses what is no form, and addresses that are not there', async () => {
    const { url } = await start();
    const text = await fetch(`${url}/api/jobs`, { method: 'POST', body: 'hello' });
    expect([text.status, ((await text.json()) as { code: string }).code]).toEqual([400, 'bad-request']);
    const cut = await fetch(`${url}/api/jobs`, {
      method: 'POST',
      body: '--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nabc',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    expect(cut.status).toBe(400);
    for (const path of [
      '/api/nothing',
      '/api/jobs/nope',
      '/api/jobs/nope/video',
      '/api/jobs/nope/events',
      '/api/jobs/..%2f..%2fetc',
    ]) {
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
  });
});

describe('an upload', () => {
  it('that breaks off leaves no file behind', async () => {
    const { url, dataDir } = await start();
    const { hostname, port } = new URL(url);
    for (let time = 0; time < 5; time += 1) {
      const socket = connect({ host: hostname, port: Number(port) });
      await once(socket, 'connect');
      const head = [
        'POST /api/jobs HTTP/1.1',
        `Host: ${hostname}:${port}`,
        'Content-Type: multipart/form-data; boundary=x',
        'Content-Length: 1000000',
        '',
        '',
      ];
      const part = [
        '--x',
        'Content-Disposition: form-data; name="clip"; filename="a.mp4"',
        '',
        'x'.repeat(50_000),
      ];
      socket.write(head.join('\r\n') + part.join('\r\n'));
      await expect.poll(async () => (await readdir(join(dataDir, 'temp'))).length).toBe(1);
      socket.destroy();
      await expect.poll(() => readdir(join(dataDir, 'temp'))).toEqual([]);
    }
  });

  it('is refused when the disk is nearly full, before anything else is done', async () => {
    const { url, files } = await start();
    files.hasRoom = async () => false;
    const refused = await post(`${url}/api/jobs`, form());
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([503, 'disk-full']);
  });

  it('of a password is read only as far as a password goes', async () => {
    const { url } = await start();
    const huge = await fetch(`${url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ password: 'x'.repeat(50_000) }),
    });
    expect(huge.status).toBe(413);
  });
});

describe('the status', () => {
  it('tells the operator how each provider does lately', async () => {
    const { url } = await start({
      weather: {
        of: (provider) => ({
          provider,
          delivered: 3,
          failed: 1,
          cancelled: 0,
          p50Seconds: 212.34,
          p90Seconds: 480,
          microsPerSecond: 70_000,
          lastFailure: { code: 'provider-busy', at: 5 },
        }),
      },
    });
    const status = (await (await fetch(`${url}/api/status`)).json()) as StatusView;
    expect(status).toMatchObject({ version: '1.2.3', qualities: ['standard'], defaultQuality: 'standard' });
    expect(status.components[0]).toMatchObject({
      name: 'discord',
      weather: {
        delivered: 3,
        failed: 1,
        p50Seconds: 212.3,
        p90Seconds: 480,
        pricePerSecond: '$0.07',
        lastFailure: { code: 'provider-busy', message: expect.stringContaining('busy') },
      },
    });
  });
});

describe('the door', () => {
  it('is shut to a foreign name that was made to point here, and to a foreign page', async () => {
    const { url } = await start();
    const port = new URL(url).port;
    expect(await raw(`${url}/api/jobs`, { host: `evil.example:${port}` })).toBe(403);
    expect(await raw(`${url}/api/jobs`, { host: `localhost:${port}` })).toBe(200);
    expect(await raw(`${url}/api/jobs`, { host: `127.0.0.1:${port}`, origin: 'https://evil.example' })).toBe(
      403,
    );
    expect(await raw(`${url}/api/jobs`, { host: `127.0.0.1:${port}`, origin: 'null' })).toBe(403);
    expect(
      await raw(`${url}/api/jobs`, { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` }),
    ).toBe(200);
  });

  const password = 'correct horse';
  const signIn = () => createSignIn(digestOf(password), 'a secret key');

  it('asks for the password, takes it as a form or a bearer, and slows down guessing', async () => {
    const { url } = await start({ signIn: signIn() });
    expect((await fetch(`${url}/api/jobs`)).status).toBe(401);
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const page = await fetch(`${url}/`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([303, '/login']);
    const login = (given: string) =>
      fetch(`${url}/login`, {
        method: 'POST',
        body: new URLSearchParams({ password: given }),
        redirect: 'manual',
      });
    const welcome = await login(password);
    const cookie = welcome.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
    expect(cookie).not.toContain(password);
    expect((await fetch(`${url}/api/jobs`, { headers: { cookie: cookie.split(';')[0] ?? '' } })).status).toBe(
      200,
    );
    expect(
      (
        await fetch(`${url}/api/jobs`, {
          headers: { cookie: (cookie.split(';')[0] ?? '').replace(/.$/, 'x') },
        })
      ).status,
    ).toBe(401);
    expect(
      (await fetch(`${url}/api/jobs`, { headers: { authorization: `Bearer ${password}` } })).status,
    ).toBe(200);
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await login('wrong')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect(
      (await fetch(`${url}/api/jobs`, { headers: { authorization: `Bearer ${password}` } })).status,
    ).toBe(429);
  });

  it('signs everybody out when the password or the key changes', async () => {
    const { url } = await start({ signIn: signIn() });
    const welcome = await fetch(`${url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ password }),
      redirect: 'manual',
    });
    const headers = { cookie: (welcome.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
    for (const other of [
      createSignIn(digestOf('another'), 'a secret key'),
      createSignIn(digestOf(password), 'another key'),
    ]) {
      const { url: elsewhere } = await start({ signIn: other });
      expect((await fetch(`${elsewhere}/api/jobs`, { headers })).status).toBe(401);
    }
  });

  it('tells strangers whether we are up, and the operator how each part stands', async () => {
    const open = await start();
    expect(await (await fetch(`${open.url}/readyz`)).json()).toMatchObject({
      status: 'ok',
      components: expect.arrayContaining([{ name: 'discord', state: 'off', reason: 'set DISCORD_TOKEN' }]),
    });
    const shut = await start({ signIn: signIn() });
    expect(await (await fetch(`${shut.url}/readyz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${shut.url}/healthz`)).json()).toEqual({ status: 'ok' });
  });

  it('is not ready while the store cannot be written', async () => {
    const { url } = await start({ ping: () => Promise.reject(new Error('read-only')) });
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, ((await ready.json()) as { status: string }).status]).toEqual([503, 'degraded']);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('lets no page frame it, run foreign scripts, or guess types; and serves only the page’s own files', async () => {
    const { url } = await start();
    const page = await fetch(`${url}/`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    for (const path of ['/contract.ts', '/tsconfig.json', '/..%2fserver.ts', '/.env', '/package.json']) {
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
  });
});
