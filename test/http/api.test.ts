import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { refuse } from '../../src/core/refusals.ts';
import { createSignIn, digestOf } from '../../src/http/sign-in.ts';
import { jobIn } from '../fakes/jobs.ts';
import { PRICE } from '../fakes/remote.ts';
import { form, post, start, VIDEO } from './harness.ts';

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
    expect(await (await fetch(`${url}/api/jobs`)).json()).toEqual({ jobs: [], more: false });
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
      detail: expect.stringContaining('too late to cancel'),
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
    ['no-provider-for-quality', 422, { quality: 'pro' }],
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

  it('says when to come back where the machine had no time for the files', async () => {
    const { url, life } = await start();
    life.ctx.media.checkClip = async () => refuse({ code: 'busy' });
    const busy = await post(`${url}/api/quote`, form());
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '120']);
    expect(await busy.json()).toMatchObject({ code: 'busy', detail: expect.stringContaining('in time') });
    life.ctx.media.checkClip = async () => refuse({ code: 'too-heavy', what: 'clip' });
    const heavy = await post(`${url}/api/quote`, form());
    expect([heavy.status, heavy.headers.has('retry-after')]).toEqual([422, false]);
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
      detail: expect.stringContaining('starts over'),
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

  const drop = (url: string, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'DELETE', headers });
  const listed = async (url: string, query = '') =>
    (await (await fetch(`${url}/api/jobs${query}`)).json()) as { jobs: { id: string }[]; more: boolean };

  it('deletes a job that is over with its files, and says to wait while it is under way', async () => {
    const { url, life, world, dataDir } = await start();
    const made = (await (await post(`${url}/api/jobs`, form())).json()) as { id: string };
    const early = await drop(`${url}/api/jobs/${made.id}`);
    expect([early.status, early.headers.get('content-type')]).toEqual([409, 'application/problem+json']);
    expect(await early.json()).toMatchObject({
      code: 'under-way',
      detail: expect.stringContaining('Cancel it or wait for its end'),
    });
    await life.scheduler.runAll();
    const stored = () => readdirSync(join(dataDir, 'files'), { recursive: true, withFileTypes: true });
    expect(stored().filter((one) => one.isFile())).toHaveLength(3);
    const dropped = await drop(`${url}/api/jobs/${made.id}`);
    expect([dropped.status, dropped.headers.get('clear-site-data')]).toEqual([204, '"cache"']);
    expect(stored().filter((one) => one.isFile())).toEqual([]);
    expect(await world.disk.store.get(made.id)).toBeUndefined();
    expect(await listed(url)).toEqual({ jobs: [], more: false });
    expect((await drop(`${url}/api/jobs/${made.id}`)).status).toBe(404);
  });

  it('deletes nothing for another site, nor for anybody without the password', async () => {
    const { url, life } = await start();
    const { id } = (await (await post(`${url}/api/jobs`, form())).json()) as { id: string };
    await life.scheduler.runAll();
    expect((await drop(`${url}/api/jobs/${id}`, { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await listed(url)).jobs).toHaveLength(1);
    const signIn = createSignIn(digestOf('tap dancing shoes'), 'a secret of ours');
    const guarded = await start({ signIn, core: life.core });
    expect((await drop(`${guarded.url}/api/jobs/${id}`)).status).toBe(401);
    expect((await listed(url)).jobs).toHaveLength(1);
    const headers = { authorization: 'Bearer tap dancing shoes' };
    expect((await drop(`${guarded.url}/api/jobs/${id}`, headers)).status).toBe(204);
  });

  it('lists the newest jobs, and older ones when more are asked for', async () => {
    const { url, world } = await start();
    for (let n = 0; n < 60; n += 1) {
      const requester = { platform: 'web' as const, spaceId: 'web', memberId: 'web:operator', target: {} };
      await world.disk.store.save(jobIn('failed', { id: `web-${n}`, requester, createdAt: n }));
    }
    const first = await listed(url);
    expect([first.jobs.length, first.jobs[0]?.id, first.jobs.at(-1)?.id, first.more]).toEqual([
      50,
      'web-59',
      'web-10',
      true,
    ]);
    const all = await listed(url, '?limit=100');
    expect([all.jobs.length, all.jobs.at(-1)?.id, all.more]).toEqual([60, 'web-0', false]);
    expect((await listed(url, '?limit=60')).more).toBe(false);
    for (const limit of ['0', '-1', '1.5', 'x', '1e9', '']) {
      const answer = await fetch(`${url}/api/jobs?limit=${limit}`);
      expect([limit, answer.status]).toEqual([limit, 400]);
    }
  });
});
