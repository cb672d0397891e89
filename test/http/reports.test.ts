import { describe, expect, it } from 'vitest';
import { createLinks } from '../../src/http/links.ts';
import type { CaseView, JobView, Problem, ReportsView } from '../../src/http/page/contract.ts';
import { form, post, start, VIDEO } from './harness.ts';

const HOUR = 3_600_000;

/** A finished job of the page, with what the internet may open. */
async function finished() {
  const base = await start();
  const links = createLinks({
    publicUrl: 'http://localhost',
    secretKey: 'a secret of ours',
    clock: base.world.clock,
  });
  const { core } = base.life;
  const { url } = await start({
    core,
    files: base.files,
    internet: {
      publicUrl: 'http://localhost',
      links,
      files: base.files,
      takeWebhook: async () => 'taken',
      takedown: core.takedown,
      clock: base.world.clock,
    },
  });
  const made = (await (await post(`${url}/api/jobs`, form())).json()) as { id: string };
  await base.life.scheduler.runAll(base.world.time.now + HOUR);
  const job = await base.world.disk.store.get(made.id);
  if (job?.state !== 'delivered') throw new Error('not delivered');
  const link = new URL(links.media(job.video)).pathname;
  const send = (path: string, body: object = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const reports = async (): Promise<ReportsView> =>
    (await fetch(`${url}/api/reports`)).json() as Promise<ReportsView>;
  return { ...base, url, job, link, send, reports };
}

type Finished = Awaited<ReturnType<typeof finished>>;

/** The form as it was opened a little ago, filled in. */
async function fillIn({ url, job, world }: Finished, over: Record<string, string> = {}, waitMs = 5_000) {
  const html = await (await fetch(`${url}/report`)).text();
  const token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
  world.time.now += waitMs;
  const body = new URLSearchParams({
    token,
    reason: 'intimate',
    where: `the one with ${job.code} below it`,
    what: 'my face on somebody else',
    name: 'Mary Example',
    contact: 'mary@example.org',
    faith: 'yes',
    ...over,
  });
  return fetch(`${url}/report`, { method: 'POST', body });
}

describe('a report on the page', () => {
  it('ends the video, its picture and its link, and names the job as hidden', async () => {
    const all = await finished();
    expect(Buffer.from(await (await fetch(all.url + all.link)).arrayBuffer())).toEqual(VIDEO);
    expect((await all.send('/api/reports', { code: all.job.code, reason: 'me' })).status).toBe(202);
    for (const what of ['video', 'image']) {
      const answer = await fetch(`${all.url}/api/jobs/${all.job.id}/${what}`);
      expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([403, 'job-hidden']);
    }
    expect((await fetch(all.url + all.link)).status).toBe(404);
    const again = await post(`${all.url}/api/jobs/${all.job.id}/again`);
    expect(((await again.json()) as Problem).code).toBe('job-hidden');
    const view = (await (await fetch(`${all.url}/api/jobs/${all.job.id}`)).json()) as JobView;
    expect(view).toMatchObject({ hidden: true, message: expect.stringContaining('It was reported') });
    expect(view.links).not.toHaveProperty('video');
  });

  it('waits for a decision there, and to restore brings video and link back', async () => {
    const all = await finished();
    await all.send('/api/reports', { code: all.job.code, reason: 'me' });
    expect((await all.reports()).cases).toMatchObject([{ code: all.job.code, hidden: true, locked: false }]);
    const decided = (await (await all.send(`/api/reports/${all.job.code}/restore`)).json()) as CaseView;
    expect(decided).toMatchObject({ state: 'restored', hidden: false });
    expect((await fetch(all.url + all.link)).status).toBe(200);
    expect((await all.reports()).cases).toEqual([]);
  });

  it('of what may show a minor says where that is reported, and only there it can be decided', async () => {
    const all = await finished();
    await all.send('/api/reports', { code: all.job.code, reason: 'minor' });
    const [one] = (await all.reports()).cases;
    expect(one?.advice).toMatch(/NCMEC.*IWF.*inhope/);
    expect((await all.send(`/api/reports/${all.job.code}/remove`)).status).toBe(200);
    expect(await all.world.disk.store.get(all.job.id)).toBeUndefined();
  });

  it('is counted for the operator', async () => {
    const all = await finished();
    await all.send('/api/reports', { code: all.job.code, reason: 'intimate' });
    // The server that was started first has the metrics of this core.
    const text = await (await fetch(`${all.url}/metrics`)).text();
    expect(text).toContain('strut_reports_open');
    expect(text).toContain('strut_reports_total{reason="intimate"}');
  });

  it('with a reason or a decision that there is not is refused', async () => {
    const all = await finished();
    expect((await all.send('/api/reports', { code: all.job.code, reason: 'boring' })).status).toBe(400);
    expect((await all.send(`/api/reports/${all.job.code}/forgive`)).status).toBe(400);
    expect((await all.send('/api/reports/ZZZZZZ/restore')).status).toBe(404);
  });
});

describe('the form for people outside', () => {
  it('hides the video whose code it names, and shows the operator alone what was written', async () => {
    const all = await finished();
    const answer = await fillIn(all);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Thank you')]);
    expect((await all.world.disk.store.get(all.job.id))?.hidden).toMatchObject({ reason: 'intimate' });
    expect((await all.reports()).statements).toMatchObject([
      { name: 'Mary Example', contact: 'mary@example.org', codes: [all.job.code] },
    ]);
  });

  it('lets the operator be done with what was written, and sending the same again then changes nothing', async () => {
    const all = await finished();
    await fillIn(all);
    const [one] = (await all.reports()).statements;
    const done = () => all.send(`/api/statements/${one?.id}/done`);
    expect([(await done()).status, (await done()).status]).toEqual([204, 204]);
    expect((await all.reports()).statements).toEqual([]);
    await all.send(`/api/reports/${all.job.code}/restore`);
    await fillIn(all);
    expect((await all.reports()).statements).toEqual([]);
    expect((await all.world.disk.store.get(all.job.id))?.hidden).toBeUndefined();
  });

  it('answers the same where there is no such video', async () => {
    const all = await finished();
    const known = await (await fillIn(all)).text();
    const unknown = await (await fillIn(all, { where: 'ZZZZZZ' })).text();
    expect(unknown).toBe(known);
  });

  it('gives back what anybody wrote as text, and in the language of whoever reads it', async () => {
    const all = await finished();
    const answer = await fillIn(all, { what: '"><script>alert(1)</script>', faith: '' });
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(html).not.toContain('<script>');
    expect(html).toContain('&quot;&gt;&lt;script&gt;');
    const german = await fetch(`${all.url}/report`, { headers: { 'accept-language': 'de-AT,en' } });
    expect(await german.text()).toContain('Ein Video melden');
  });

  it.each([
    ['a sentence that is missing', { name: ' ' }],
    ['no good faith', { faith: 'no' }],
    ['a field that no person sees', { website: 'https://spam.example' }],
    ['a token that somebody made up', { token: '1.abc' }],
  ])('takes nothing with %s', async (_, over) => {
    const all = await finished();
    expect((await fillIn(all, over)).status).toBe(422);
    expect((await all.reports()).statements).toEqual([]);
  });

  it.each([
    ['faster than anybody reads', 500],
    ['a day too late', 25 * HOUR],
  ])('takes nothing that comes %s', async (_, waitMs) => {
    const all = await finished();
    expect((await fillIn(all, {}, waitMs)).status).toBe(422);
  });

  it('takes nothing that another site fills in', async () => {
    const all = await finished();
    const answer = await fetch(`${all.url}/report`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'reason=me',
    });
    expect(answer.status).toBe(422);
  });

  it('takes ten a day from one address, and says so', async () => {
    const all = await finished();
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await fillIn(all, { where: `somewhere ${i}` })).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
  });

  it('is open to others, however often one address has filled it in', async () => {
    const all = await finished();
    for (let i = 0; i < 62; i += 1) await fillIn(all, { where: `somewhere ${i}` });
    const html = await (await fetch(`${all.url}/report`)).text();
    const token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
    all.world.time.now += 5_000;
    const fields = { token, reason: 'me', where: 'x', what: 'y', name: 'z', contact: 'c', faith: 'yes' };
    const answer = await fetch(`${all.url}/report`, {
      method: 'POST',
      headers: { 'x-forwarded-for': '203.0.113.9' },
      body: new URLSearchParams(fields),
    });
    expect(answer.status).toBe(200);
  });

  it('takes no more than a form can hold', async () => {
    const all = await finished();
    const body = new URLSearchParams({ what: 'x'.repeat(30_000) });
    expect((await fetch(`${all.url}/report`, { method: 'POST', body })).status).toBe(413);
  });
});
