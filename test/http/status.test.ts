import { describe, expect, it } from 'vitest';
import { createHealth } from '../../src/core/health.ts';
import type { StatusView } from '../../src/http/page/contract.ts';
import { start } from './harness.ts';

describe('the status', () => {
  it('says where the bot can be added, once that is known', async () => {
    const invites: Record<string, string> = {};
    const { url } = await start({ invites });
    invites.discord = 'https://discord.example/add';
    const status = (await (await fetch(`${url}/api/status`)).json()) as StatusView;
    expect(status.links).toEqual({ discord: 'https://discord.example/add' });
  });

  it('says what providers and chats are called, and what turns a provider on', async () => {
    const health = createHealth(() => {});
    health.set('paid', { state: 'off', reason: 'set PAID_KEY' });
    health.set('talk', { state: 'ok' });
    health.set('page', { state: 'ok' });
    const { url } = await start({ health });
    const status = (await (await fetch(`${url}/api/status`)).json()) as StatusView;
    expect(status.components).toEqual([
      {
        name: 'paid',
        state: 'off',
        reason: 'set PAID_KEY',
        kind: 'provider',
        label: 'Paid.ai',
        setting: 'PAID_KEY',
      },
      { name: 'talk', state: 'ok', label: 'Talk' },
      { name: 'page', state: 'ok' },
    ]);
  });

  it('says which processes share the work, what each has, and what waits for them', async () => {
    const alone = (await (await fetch(`${(await start()).url}/api/status`)).json()) as StatusView;
    expect([alone.processes, alone.queues]).toEqual([undefined, undefined]);
    const facts = { host: 'one', version: '1.2.3', startedAt: 5 };
    const { url } = await start({
      processes: {
        alive: () => [
          {
            ...facts,
            id: '0123456789ab',
            roles: ['page'],
            holds: ['front:talk', 'shard:0/2'],
            seenMs: 2_900,
          },
          { ...facts, id: 'ba9876543210', roles: ['worker'], holds: [], seenMs: 40 },
        ],
      },
      queues: async () => [
        { lane: 'worker', waiting: 12, oldestDueMs: 4_200 },
        { lane: 'talk', waiting: 0 },
      ],
    });
    const status = (await (await fetch(`${url}/api/status`)).json()) as StatusView;
    expect(status.processes).toEqual([
      { ...facts, id: '01234567', roles: ['page'], has: ['front:talk', 'shard:0/2'], seenSeconds: 3 },
      { ...facts, id: 'ba987654', roles: ['worker'], has: [], seenSeconds: 0 },
    ]);
    expect(status.queues).toEqual([
      { lane: 'worker', waiting: 12, oldestDueSeconds: 4 },
      { lane: 'talk', waiting: 0 },
    ]);
  });

  it('has nothing but how it is where another process has the page', async () => {
    const { url } = await start({ hasPage: false });
    const status = async (path: string) => (await fetch(url + path)).status;
    expect(await Promise.all(['/healthz', '/readyz', '/metrics'].map(status))).toEqual([200, 200, 200]);
    expect(await Promise.all(['/', '/api/status', '/login', '/privacy'].map(status))).toEqual([
      404, 404, 404, 404,
    ]);
  });

  it('tells the operator how each provider does lately', async () => {
    const { url } = await start({
      providerHealth: {
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
