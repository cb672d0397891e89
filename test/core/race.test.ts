/** Many at once on one small limit: what the ledger lets in is all that is ever sent. */
import { describe, expect, it } from 'vitest';
import type { Requester } from '../../src/core/job/job.ts';
import type { LimitRule } from '../../src/core/limits/limit-rules.ts';
import { createRemote } from '../fakes/remote.ts';
import { CHAT_EVENT, CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';

const DOLLAR: LimitRule = { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 1_000_000 };
const ASKERS: Requester[] = [
  CHAT_EVENT.requester,
  EVENT.requester,
  { platform: 'telegram', spaceId: 'telegram:-20', memberId: 'telegram:7', target: {} },
];
const TWENTY = Array.from({ length: 20 }, (_, i) => i);

function remoteThatCounts() {
  const remote = createRemote('paid', { micros: 420_000 });
  const uploads: string[] = [];
  const { upload } = remote.provider;
  remote.provider.upload = async (inputs, signal) => {
    uploads.push(inputs.image.key);
    return upload(inputs, signal);
  };
  return { remote, uploads };
}

describe('twenty jobs of $0.42 at once', () => {
  it('on a limit of $1.00: two run, and eighteen are refused before any provider hears of them', async () => {
    const { remote, uploads } = remoteThatCounts();
    const world = createWorld({ remotes: [remote], limits: [DOLLAR] });
    const { intake, jobs, scheduler } = world.boot();
    await jobs.recover();
    const made = await Promise.all(
      TWENTY.map((i) => {
        const requester = { ...CHAT_EVENT.requester, memberId: `discord:${i}` };
        return createJob(intake, { id: `discord:race-${i}`, requester }, UPLOADS, CHOICES);
      }),
    );
    const refused = made.flatMap((one) => (one.ok ? [] : one.refusal));
    expect(refused).toHaveLength(18);
    for (const refusal of refused)
      expect(refusal).toMatchObject({
        code: 'over-quota',
        scope: 'space',
        period: 'day',
        leftMicros: 160_000,
        resetsAt: Date.UTC(2026, 10, 22),
      });
    expect(uploads).toEqual([]);
    await scheduler.runAll();
    expect([uploads.length, remote.submits.length]).toEqual([2, 2]);
    const key = { scope: `space:${CHAT_EVENT.requester.spaceId}`, window: 'day:2026-11-21' };
    expect(await world.disk.ledger.totals(key)).toEqual({
      heldMicros: 0,
      heldJobs: 0,
      settledMicros: 840_000,
      settledJobs: 2,
    });
  });

  it("on the operator's budget, from Discord, Telegram and the page together: two run", async () => {
    const { remote, uploads } = remoteThatCounts();
    const world = createWorld({ remotes: [remote], budgetMicros: 1_000_000 });
    const { intake, jobs, scheduler } = world.boot();
    await jobs.recover();
    const made = await Promise.all(
      TWENTY.map((i) => {
        const requester = ASKERS[i % ASKERS.length] ?? EVENT.requester;
        return createJob(intake, { id: `race-${i}`, requester }, UPLOADS, CHOICES);
      }),
    );
    expect(made.filter(({ ok }) => ok)).toHaveLength(2);
    const scopes = made.flatMap((one) =>
      one.ok || one.refusal.code !== 'over-quota' ? [] : one.refusal.scope,
    );
    expect(scopes).toEqual(Array(18).fill('operator'));
    await scheduler.runAll();
    expect([uploads.length, remote.submits.length]).toEqual([2, 2]);
  });
});
