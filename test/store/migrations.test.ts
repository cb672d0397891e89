import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { LedgerLine } from '../../src/core/ledger-port.ts';
import { createInbox } from '../../src/store/inbox.ts';
import { createJobStore } from '../../src/store/jobs.ts';
import { createLedger } from '../../src/store/ledger.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { aHold, SPACE_DAY } from '../contracts/ledger.ts';
import { freshFolder } from '../fakes/folder.ts';
import { jobIn } from '../fakes/jobs.ts';
import { freshDatabase } from './open.ts';

const never = (error: Error) => {
  throw error;
};

/** A database as the first version left it, with these records in it as they lay on disk. */
function ofVersionOne(jobs: { id: string }[]): string {
  const dataDir = freshFolder();
  const db = new DatabaseSync(join(dataDir, 'strut.sqlite'));
  db.exec(MIGRATIONS[0] ?? '');
  db.exec('PRAGMA user_version = 1');
  const insert = db.prepare('INSERT INTO keyv (key, value) VALUES (?, ?)');
  for (const job of jobs) insert.run(`jobs:${job.id}`, JSON.stringify({ value: job }));
  insert.run('history:x', JSON.stringify({ value: 'no job' }));
  db.close();
  return dataDir;
}

describe('a database of the first version', () => {
  it('is brought to the present shape with all its jobs, found in every new way', async () => {
    const done = jobIn('delivered', { id: 'web:done', createdAt: 1 });
    const open = jobIn('queued', { id: 'web:open', createdAt: 2 });
    const store = createJobStore(freshDatabase(ofVersionOne([done, open])), never);
    expect(await store.get('web:done')).toStrictEqual(done);
    expect(await store.ofMember('web:me', 9)).toStrictEqual([open, done]);
    expect(await store.byCode(open.code)).toStrictEqual([open]);
    for (const { key } of [done.inputs.image, done.inputs.clip, done.video])
      expect(await store.uses(key)).toBe(true);
    const stillOpen: string[] = [];
    for await (const job of store.open()) stillOpen.push(job.id);
    expect(stillOpen).toEqual(['web:open']);
  });

  it('has jobs without a record of deliveries, which are taken up all the same', async () => {
    const { rungs: _none, ...old } = jobIn('completed');
    const store = createJobStore(freshDatabase(ofVersionOne([old])), never);
    const ids: string[] = [];
    for await (const job of store.open()) ids.push(job.id);
    expect(ids).toEqual([old.id]);
    expect(await store.get(old.id)).toStrictEqual({ ...old, rungs: [] });
  });

  it('takes new records of every kind afterwards, and is migrated once', async () => {
    const dataDir = ofVersionOne([]);
    const db = freshDatabase(dataDir);
    expect(await createInbox(db, { now: () => 1 }).claim('x', 1)).toBe(true);
    await createJobStore(db, never).save(jobIn('queued'));
    await createLedger(db).reserve(aHold());
    const again = freshDatabase(dataDir);
    expect(again.prepare('PRAGMA user_version').get()).toEqual({ user_version: MIGRATIONS.length });
    expect(await createInbox(again, { now: () => 1 }).claim('x', 1)).toBe(false);
    expect(await createLedger(again).totals(SPACE_DAY)).toMatchObject({ heldJobs: 1 });
  });
});

describe('a book of the first version', () => {
  it('has lines that say nothing of seconds, beside new ones that do', async () => {
    const dataDir = ofVersionOne([]);
    const old = new DatabaseSync(join(dataDir, 'strut.sqlite'));
    old.exec(`INSERT INTO ledger_lines (job_id, state, held_micros, counters, provider, member_id, space_id, held_at)
              VALUES ('web:0', 'held', 5, '[]', 'fal', 'm', '1', 1)`);
    old.close();
    const ledger = createLedger(freshDatabase(dataDir));
    await ledger.reserve(aHold());
    const lines: LedgerLine[] = [];
    for await (const page of ledger.lines({ from: 0, to: 9999 })) lines.push(...page);
    expect(lines.map(({ jobId, seconds }) => [jobId, seconds])).toEqual([
      ['web:0', undefined],
      ['web:1', 4],
    ]);
  });
});
