import { describe, expect, it } from 'vitest';
import type { Chart } from '../../src/core/media.ts';
import { form, post, start } from './harness.ts';

async function up() {
  const started = await start();
  const { url, life, world } = started;
  await post(`${url}/api/jobs`, form());
  await life.scheduler.runAll();
  const hold = { counters: [], limits: [], provider: 'paid', seconds: 5, micros: 500_000 };
  await world.disk.ledger.reserve({
    ...hold,
    jobId: 'x:1',
    spaceId: 'discord:10',
    memberId: '=cmd()',
    at: world.time.now,
  });
  await world.disk.ledger.suspend('x:1', 'operator');
  return started;
}

describe("the operator's report", () => {
  it('is of all spaces, in figures for scripts and for people', async () => {
    const { url } = await up();
    const report = await (await fetch(`${url}/api/usage?period=day`)).json();
    expect(report).toMatchObject({
      period: 'day',
      timeZone: 'UTC',
      totals: { jobs: 1, usd: 0.28, spent: '$0.28', seconds: 4, suspendedJobs: 1, suspended: '$0.50' },
      days: [{ day: '2026-11-21', usd: 0.28 }],
      providers: [{ id: 'paid', spent: '$0.28' }],
      spaces: [
        { id: 'web', usd: 0.28 },
        { id: 'discord:10', usd: 0 },
      ],
      members: [{ id: 'web:operator' }, { id: '=cmd()' }],
      suspense: [{ space: 'discord:10', provider: 'paid', price: '$0.50' }],
      links: { csv: '/api/usage.csv?period=day', chart: '/api/usage.png?period=day' },
    });
  });

  it('is of this month where no period is named, and names the periods that there are', async () => {
    const { url } = await up();
    expect(await (await fetch(`${url}/api/usage`)).json()).toMatchObject({ period: 'month' });
    for (const path of ['usage', 'usage.csv', 'usage.png']) {
      const answer = await fetch(`${url}/api/${path}?period=year`);
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { code: 'bad-option', allowed: ['day', 'week', 'month', 'last-month'] },
      ]);
    }
  });

  it('comes as a table to be saved, in which nothing is a formula', async () => {
    const { url } = await up();
    const answer = await fetch(`${url}/api/usage.csv?period=month`);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('content-disposition')).toBe(
      'attachment; filename="strut-usage-2026-11-01-2026-11-21.csv"',
    );
    const [head, ...lines] = (await answer.text()).split('\r\n');
    expect(head).toMatch(/^job,space,member,/);
    expect(lines.map((line) => line.split(',').slice(1, 8))).toEqual([
      ['web', 'web:operator', 'paid', 'settled', '4', '0.28', '0.28'],
      ['discord:10', "'=cmd()", 'paid', 'suspended', '5', '0.50', ''],
      [],
    ]);
  });

  it('comes as a picture', async () => {
    const { url } = await up();
    const answer = await fetch(`${url}/api/usage.png?period=day`);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect((await answer.json()) as Chart).toEqual({
      language: 'en',
      totalMicros: 280_000,
      days: ['2026-11-21'],
      series: [{ name: 'paid', micros: [280_000] }],
    });
  });

  it('has a page of its own', async () => {
    const { url } = await up();
    const page = await fetch(`${url}/usage`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('/usage.js');
  });
});

describe('the audit log', () => {
  it('is for the operator to export, as a table or as JSON, and as nothing else', async () => {
    const { url } = await start({}, { consents: 'asked' });
    await post(`${url}/api/jobs`, form({ consent: 'self' }));
    const table = await fetch(`${url}/api/audit.csv`);
    expect(table.headers.get('content-disposition')).toContain('strut-audit.csv');
    expect(await table.text()).toContain(',consent-given,web,web:operator,,');
    expect(await (await fetch(`${url}/api/audit.json`)).json()).toMatchObject([{ kind: 'consent-given' }]);
    expect((await fetch(`${url}/api/audit.xml`)).status).toBe(404);
  });
});
