/** Between a hold and its job's first save a process may stand still for so long that others take it for dead. */
import { afterAll, describe, expect, it } from 'vitest';
import { UnknownHold } from '../../src/core/limits/ledger.ts';
import { createJobStore } from '../../src/store/jobs.ts';
import { createLedger } from '../../src/store/ledger.ts';
import { aHold } from '../contracts/ledger.ts';
import { jobIn } from '../fakes/jobs.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { bothDatabases } from './open.ts';

const HELD = { held: true };
const postgres = postgresOfFile();
afterAll(() => postgres.close());

for (const { name, need, database } of bothDatabases(postgres)) {
  const stores = async () => {
    const db = await database();
    return {
      jobs: createJobStore(db, (error) => {
        throw error;
      }),
      ledger: createLedger(db),
    };
  };

  describe(`a job that is saved for the first time on ${name}`, need, () => {
    it('is not where its hold was taken back meanwhile: nothing would ever be billed for it', async () => {
      const { jobs, ledger } = await stores();
      await ledger.reserve(aHold({ jobId: 'web:1' }));
      await ledger.release('web:1');
      await expect(jobs.save(jobIn('created', { id: 'web:1' }), HELD)).rejects.toThrow(UnknownHold);
      expect(await jobs.get('web:1')).toBeUndefined();
    });

    it('keeps its hold from then on', async () => {
      const { jobs, ledger } = await stores();
      await ledger.reserve(aHold({ jobId: 'web:1' }));
      await jobs.save(jobIn('created', { id: 'web:1' }), HELD);
      await ledger.release('web:1');
      expect(await ledger.held()).toEqual(['web:1']);
    });

    it('is there with its hold or not at all, however the save and the taking back meet', async () => {
      const { jobs, ledger } = await stores();
      const ids = Array.from({ length: 40 }, (_, index) => `web:${index}`);
      for (const jobId of ids) await ledger.reserve(aHold({ jobId }));
      await Promise.all(
        ids.map(async (id, index) => {
          const save = () => jobs.save(jobIn('created', { id }), HELD).catch(() => {});
          const free = () => ledger.release(id);
          await Promise.all(index % 2 === 0 ? [save(), free()] : [free(), save()]);
        }),
      );
      const saved: string[] = [];
      for await (const job of jobs.open()) saved.push(job.id);
      expect(await ledger.held()).toEqual(saved.sort());
    });
  });
}
