import { describe, expect, it } from 'vitest';
import { createStore } from '../../src/store/index.ts';
import { freshFolder } from '../fakes/folder.ts';
import { startChild } from './children/start.ts';

describe('kill -9 while jobs are written', () => {
  it('loses no write that was acknowledged, time after time', async () => {
    const dataDir = freshFolder();
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < 6; round += 1) {
      const child = startChild('write.ts', dataDir, String(round));
      const killAfter = 1 + Math.floor(Math.random() * 60);
      const lines: string[] = [];
      while (lines.length < killAfter) {
        const line = await child.line();
        if (line === undefined) expect.fail('the writer ended by itself');
        lines.push(line);
      }
      child.kill();
      lines.push(...(await child.rest()));
      for (const line of lines) {
        const [id = '', state = ''] = line.split(' ');
        acknowledged.set(id, state);
      }

      const store = createStore(dataDir, (error) => expect.fail(error.message));
      const open = new Set<string>();
      for await (const job of store.jobs.open()) open.add(job.id);
      for (const [id, state] of acknowledged) {
        expect((await store.jobs.get(id))?.state, id).toBe(state);
        expect(open.delete(id), `${id} in the index`).toBe(state === 'queued');
      }
      // What is left is at most the one job of each round whose acknowledgement the kill cut off.
      expect(open.size).toBeLessThanOrEqual(round + 1);
      const totals = await store.ledger.totals({ scope: 'space:1', window: 'day' });
      const booked = totals.heldJobs + totals.settledJobs - acknowledged.size;
      expect(booked).toBeGreaterThanOrEqual(0);
      expect(booked).toBeLessThanOrEqual(round + 1);
      expect(totals).toMatchObject({
        heldMicros: totals.heldJobs * 100,
        settledMicros: totals.settledJobs * 70,
      });
      await store.close();
    }
    expect(acknowledged.size).toBeGreaterThan(6);
  });
});
