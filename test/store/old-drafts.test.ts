import { describe, expect, it } from 'vitest';
import { jobSchema } from '../../src/store/job-schema.ts';
import { jobIn } from '../fakes/jobs.ts';

describe('a job on record with a finished draft', () => {
  it('goes on from an earlier version, which wrote down where the file lay', () => {
    const running = jobIn('running');
    const result = { kind: 'file', path: '/old/data/drafts/1.mp4' };
    const old = { ...running, phase: { kind: 'fetching', result, since: 1 } };
    expect(jobSchema.parse(old)).toEqual({
      ...running,
      phase: { kind: 'fetching', result: { kind: 'file' }, since: 1 },
    });
  });
});
