import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHistory } from '../../src/core/job/history.ts';
import { StoreClosed, StoreUnwritable } from '../../src/store/errors.ts';
import { createStore } from '../../src/store/index.ts';
import { aHold, SPACE_DAY } from '../contracts/ledger.ts';
import { freshFolder } from '../fakes/folder.ts';
import { jobIn } from '../fakes/jobs.ts';

function freshStore(dataDir = freshFolder()) {
  const store = createStore(dataDir, (error) => expect.fail(error.message));
  onTestFinished(() => store.close());
  return store;
}

describe('the store as a whole', () => {
  it('keeps jobs, the ledger, small records and files over a restart', async () => {
    const dataDir = freshFolder();
    const first = freshStore(dataDir);
    const saved = await first.jobs.save(jobIn('queued'));
    await first.ledger.reserve(aHold());
    const history = await createHistory(first.keyv('history'));
    await history.learn('fal', jobIn('queued').request, 60_000);
    await first.close();

    const second = freshStore(dataDir);
    expect(await second.jobs.get('web:1')).toStrictEqual(saved);
    expect(await second.ledger.totals(SPACE_DAY)).toMatchObject({ heldMicros: 420_000 });
    const learnt = await createHistory(second.keyv('history'));
    expect(learnt.usualMs('fal', jobIn('queued').request)).toBe(60_000);
  });

  it('answers a ping while it takes writes, again and again', async () => {
    const store = freshStore();
    await store.ping();
    await store.ping();
  });

  it('rejects a ping once it is closed, or its file is gone', async () => {
    const closed = freshStore();
    await closed.close();
    await closed.close();
    await expect(closed.ping()).rejects.toThrow(StoreClosed);

    const dataDir = freshFolder();
    const lost = freshStore(dataDir);
    rmSync(join(dataDir, 'strut.sqlite'));
    await expect(lost.ping()).rejects.toThrow(StoreUnwritable);
  });
});
