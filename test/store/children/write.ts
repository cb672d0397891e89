/** Saves jobs and books them for ever, and names each one only after the store has answered. */
import { writeSync } from 'node:fs';
import { createStore } from '../../../src/store/index.ts';
import { jobIn } from '../../fakes/jobs.ts';

const [dataDir = '', round = ''] = process.argv.slice(2);
const store = createStore(dataDir, (error) => {
  throw error;
});
const key = { scope: 'space:1', window: 'day' };
for (let i = 0; ; i += 1) {
  const id = `web:${round}-${i}`;
  await store.ledger.reserve({
    jobId: id,
    micros: 100,
    counters: [key],
    limits: [],
    at: 1,
    memberId: 'm',
    spaceId: 's',
    provider: 'fal',
    seconds: 4,
  });
  const { rev = 0 } = await store.jobs.save(jobIn('queued', { id }));
  // Every third job ends, so that the kill also falls between the states of one job.
  if (i % 3 === 0) await store.jobs.save({ ...jobIn('delivered', { id }), rev });
  if (i % 3 === 0) await store.ledger.settle(id, { micros: 70, counts: true, provider: 'fal', at: 2 });
  // Written at once: a line that waits in a buffer would be an acknowledgement that nobody got.
  writeSync(1, `${id} ${i % 3 === 0 ? 'delivered' : 'queued'}\n`);
}
