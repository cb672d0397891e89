import { describe, expect, it } from 'vitest';
import type { JobState } from '../../src/core/job/job.ts';
import { foremost } from '../../src/core/job/job-order.ts';
import { jobIn } from '../fakes/jobs.ts';

describe('a list of jobs', () => {
  it('begins with what its member does not have yet, and then has what can be sent again before what is past', () => {
    const states: JobState[] = [
      'failed',
      'delivered',
      'created',
      'cancelled',
      'running',
      'delivered',
      'completed',
    ];
    const jobs = states.map((state, index) => jobIn(state, { id: `web:${index}` }));
    expect(foremost(jobs).map(({ id, state }) => `${id} ${state}`)).toEqual([
      'web:6 completed',
      'web:2 created',
      'web:4 running',
      'web:1 delivered',
      'web:5 delivered',
      'web:0 failed',
      'web:3 cancelled',
    ]);
  });
});
