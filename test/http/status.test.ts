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
