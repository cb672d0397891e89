import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { openSession, type SessionUse } from '../../src/store/postgres-session.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { wireTo } from '../postgres/wire.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

/** Quick ones, so that a test need not wait for what takes seconds in earnest. */
const QUICK = { beatMs: 20, answerMs: 100, oursMs: 10_000, serversMs: 60_000 };

async function open(pulse: SessionUse['pulse'], url?: string) {
  const seen = { opened: 0, lost: 0 };
  const session = await openSession(url ?? (await postgres.url()), {
    name: 'strut session',
    ...(pulse ? { pulse } : {}),
    async opened(client) {
      await client.ask('SELECT pg_advisory_lock(7)');
      seen.opened += 1;
    },
    lost: () => {
      seen.lost += 1;
    },
  });
  onTestFinished(() => session.close());
  return { session, seen };
}

async function holders(): Promise<number> {
  const db = await postgres.empty();
  const rows = await db.all(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND classid = 0 AND granted",
  );
  return rows.length;
}

describe('the connection to PostgreSQL that is kept open', postgresNeeded, () => {
  it('is given up when the cable is cut, and taken up again, with what it held, when it is mended', async () => {
    const wire = await wireTo(await postgres.url());
    const { session, seen } = await open(QUICK, wire.url);
    wire.cut();
    await expect.poll(() => seen.lost).toBe(1);
    expect(session.client()).toBeUndefined();
    wire.mend();
    await expect.poll(() => seen.opened).toBe(2);
    expect(session.client()).toBeDefined();
    expect(await holders()).toBe(1);
  });

  it('is not believed in any more before the server may have ended it', async () => {
    const wire = await wireTo(await postgres.url());
    const patient = { ...QUICK, answerMs: 60_000, oursMs: 300 };
    const { session, seen } = await open(patient, wire.url);
    await expect.poll(() => session.client()).toBeDefined();
    wire.cut();
    await expect.poll(() => session.client()).toBeUndefined();
    expect(seen.lost).toBe(0);
  });

  it('is ended by the server where we have gone silent, so that others get what it held', async () => {
    const silent = { beatMs: 3_600_000, answerMs: 1_000, oursMs: 3_600_000, serversMs: 200 };
    const { seen } = await open(silent);
    await expect.poll(() => seen.lost).toBeGreaterThan(0);
  });

  it('closes although nobody is there any more to say goodbye to', async () => {
    const wire = await wireTo(await postgres.url());
    const { session } = await open({ ...QUICK, beatMs: 3_600_000 }, wire.url);
    wire.cut();
    await session.close();
    expect(session.client()).toBeUndefined();
  });
});
