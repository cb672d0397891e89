import { afterAll, describe, expect, it } from 'vitest';
import type { UnreadableJob } from '../../src/store/errors.ts';
import { StoreClosed } from '../../src/store/errors.ts';
import { createJobStore } from '../../src/store/jobs.ts';
import { keyvOn } from '../../src/store/keyv-sql.ts';
import type { Database } from '../../src/store/sql.ts';
import { jobStoreContract } from '../contracts/job-store.ts';
import { jobIn } from '../fakes/jobs.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { bothDatabases, freshDatabase } from './open.ts';

const never = (error: UnreadableJob) => {
  throw error;
};

const postgres = postgresOfFile();
afterAll(() => postgres.close());

for (const { name, need, database } of bothDatabases(postgres))
  describe(`on ${name}`, need, () => {
    jobStoreContract('the job store', async () => createJobStore(await database(), never));
  });

/** Puts on disk what the store itself would never write. */
const damage = (db: Database, id: string, record: unknown) => keyvOn(db, 'jobs').set(id, record);

for (const { name, need, database } of bothDatabases(postgres))
  describe(`the job store on ${name}`, need, () => {
    it('gives every optional field of a job back', async () => {
      const store = createJobStore(await database(), never);
      const jobs = [
        {
          ...jobIn('running', { id: 'web:1' }),
          request: {
            ...jobIn('running').request,
            prompt: 'dance',
            negativePrompt: 'blur',
          },
          attempts: [{ provider: 'fal', at: 1, outcome: 'refused' as const, code: 'provider-busy' as const }],
          cancelAskedAt: 5,
          cancelTriedAt: 4,
          phase: {
            kind: 'fetching' as const,
            result: { kind: 'url' as const, url: 'https://example.com/v.mp4' },
            costMicros: 1,
            since: 2,
          },
        },
        {
          ...jobIn('delivered', { id: 'web:2' }),
          receipt: { rung: 'page', at: 1, details: { deep: [1, { a: null }] } },
        },
        { ...jobIn('cancelled', { id: 'web:3' }), by: 'provider' as const },
        // As it was written before it was noted who had cancelled.
        jobIn('cancelled', { id: 'web:4' }),
      ];
      for (const job of jobs) {
        const saved = await store.save(job);
        expect(await store.get(job.id)).toStrictEqual(saved);
      }
    });

    it('refuses to save a record that it could not read again, and keeps the old one', async () => {
      const store = createJobStore(await database(), never);
      const job = jobIn('queued');
      const saved = await store.save(job);
      await expect(store.save({ ...saved, position: Number.NaN })).rejects.toThrow();
      expect(await store.get(job.id)).toStrictEqual(saved);
    });

    it('throws UnreadableJob for a record that is no job, and names it', async () => {
      const db = await database();
      const store = createJobStore(db, never);
      await damage(db, 'web:bad', { ...jobIn('queued'), id: 'web:bad', operation: undefined });
      await expect(store.get('web:bad')).rejects.toMatchObject({ name: 'UnreadableJob', jobId: 'web:bad' });
    });

    it('reports an unreadable record in a list and goes on with the others', async () => {
      const db = await database();
      const reported: string[] = [];
      const store = createJobStore(db, ({ jobId }) => reported.push(jobId));
      for (const id of ['web:a', 'web:b', 'web:c']) await store.save(jobIn('queued', { id }));
      await damage(db, 'web:b', { ...jobIn('queued'), id: 'web:b', inputs: 'gone' });
      const ids: string[] = [];
      for await (const job of store.open()) ids.push(job.id);
      expect(ids).toEqual(['web:a', 'web:c']);
      expect((await store.recent('web:page', 9)).map((job) => job.id)).toEqual(['web:c', 'web:a']);
      expect(reported).toEqual(['web:b', 'web:b']);
    });

    it('tells of unreadable records what is left of them, so that they can go, however many come first', async () => {
      const db = await database();
      const store = createJobStore(db, () => {});
      const { requester, inputs } = jobIn('queued');
      for (let n = 0; n < 210; n += 1)
        await damage(db, `web:${n}`, {
          ...jobIn('queued', { id: `web:${n}`, createdAt: n }),
          state: 'dreaming',
        });
      await damage(db, 'web:bare', { ...jobIn('queued', { id: 'web:bare', createdAt: 300 }), inputs: 7 });
      await store.save(jobIn('delivered', { id: 'web:good', createdAt: 400 }));
      const found: string[] = [];
      for await (const { id } of store.oldest(requester.spaceId, 500)) found.push(id);
      expect(found).toHaveLength(212);
      expect(found.slice(-2)).toEqual(['web:bare', 'web:good']);
      const left = await store.unreadableOf(requester.memberId);
      expect(left).toHaveLength(211);
      expect(left.at(-1)).toEqual({
        state: 'unreadable',
        id: 'web:0',
        files: [inputs.image.key, inputs.clip.key],
      });
      expect(left[0]).toEqual({ state: 'unreadable', id: 'web:bare', files: [] });
      await store.remove('web:bare');
      expect(await store.unreadableOf(requester.memberId)).toHaveLength(210);
    });

    it('knows a job by its own id alone, not by the key it has on disk', async () => {
      const store = createJobStore(await database(), never);
      await store.save(jobIn('queued', { id: 'web:1' }));
      expect(await store.get('jobs:web:1')).toBeUndefined();
    });

    it('does not list what other namespaces hold', async () => {
      const db = await database();
      const store = createJobStore(db, never);
      await keyvOn(db, 'jobs2').set('x', jobIn('queued'));
      await keyvOn(db, 'job').set('s:x', jobIn('queued'));
      for await (const job of store.open()) expect.fail(`listed ${job.id}`);
      expect(await store.recent('web:page', 9)).toEqual([]);
    });
  });

describe('the job store on SQLite', () => {
  it('rejects everything once the store is closed', async () => {
    const db = freshDatabase();
    const store = createJobStore(db, never);
    db.close();
    await expect(store.get('web:1')).rejects.toThrow(StoreClosed);
    await expect(store.save(jobIn('queued'))).rejects.toThrow(StoreClosed);
    await expect(store.recent('web:page', 1)).rejects.toThrow(StoreClosed);
    await expect(store.open()[Symbol.asyncIterator]().next()).rejects.toThrow(StoreClosed);
  });
});
