import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/coach/finding.ts';
import { foretold } from '../../../src/core/coach/foretold.ts';
import { createLessons } from '../../../src/core/coach/lessons.ts';
import type { Job } from '../../../src/core/job/job.ts';
import { createLocks } from '../../../src/core/locks.ts';
import type { FailureCode } from '../../../src/core/refusals.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { usageLines } from '../../../src/words/usage.ts';
import { jobIn } from '../../fakes/jobs.ts';
import { memoryKeyValueStore } from '../../fakes/shelf.ts';

const WARNING: Finding = { code: 'legs-invented', level: 'may-fail', about: 'pair', measured: {}, mends: [] };
const request = { ...jobIn('created').request, model: 'kling-2.6' };

const delivered = (findings: readonly string[], durationMs?: number): Job => {
  const job = jobIn('delivered');
  const shown = durationMs ?? job.inputs.clip.durationMs;
  return { ...job, request, findings, video: { ...job.video, durationMs: shown } };
};
const failed = (findings: readonly string[], failure: FailureCode): Job => ({
  ...jobIn('failed'),
  request,
  findings,
  failure,
});

async function learntOf(jobs: readonly Job[]) {
  const book = createLessons(memoryKeyValueStore(), createLocks());
  for (const job of jobs) await book.learn(job);
  return book.read();
}
const times = (count: number, job: Job): Job[] => Array.from({ length: count }, () => job);
const levelAfter = async (...jobs: Job[]) => (await learntOf(jobs)).applied('kling-2.6', [WARNING])[0]?.level;

describe('a warning', () => {
  it('stays one until fifty jobs have had it', async () => {
    expect(await levelAfter(...times(49, delivered(['legs-invented'])))).toBe('may-fail');
  });

  it('is a hint once it has foretold nothing fifty times', async () => {
    expect(await levelAfter(...times(50, delivered(['legs-invented'])))).toBe('hint');
  });

  it('stays one where jobs with it are spoiled more often than those without', async () => {
    const jobs = [...times(49, delivered(['legs-invented'])), failed(['legs-invented'], 'image-rejected')];
    expect(await levelAfter(...jobs, ...times(20, delivered([])))).toBe('may-fail');
  });

  it('is a hint where jobs without it are spoiled as often', async () => {
    const jobs = [...times(49, delivered(['legs-invented'])), failed(['legs-invented'], 'image-rejected')];
    expect(await levelAfter(...jobs, failed([], 'clip-rejected'), delivered([]))).toBe('hint');
  });

  it('of another model is another matter, and so is what will fail', async () => {
    const lessons = await learntOf(times(60, delivered(['legs-invented', 'clip-cuts'])));
    const sure: Finding = { ...WARNING, code: 'clip-cuts', level: 'will-fail' };
    expect(lessons.applied('kling-3.0', [WARNING])[0]?.level).toBe('may-fail');
    expect(lessons.applied('kling-2.6', [sure])[0]?.level).toBe('will-fail');
  });
});

describe('what is learnt', () => {
  it('counts a video that broke off as spoiled, and nothing that the files are not to blame for', async () => {
    const { record } = await learntOf([
      delivered(['clip-cuts'], 1000),
      delivered(['clip-cuts']),
      failed(['clip-cuts'], 'provider-down'),
      failed(['clip-cuts'], 'no-person-in-clip'),
      { ...jobIn('cancelled'), request, findings: ['clip-cuts'] },
      { ...jobIn('running'), request, findings: ['clip-cuts'] },
      { ...jobIn('delivered'), request },
    ]);
    expect(record).toEqual({
      'kling-2.6': { jobs: 3, spoiled: 2, by: { 'clip-cuts': { jobs: 3, spoiled: 2 } } },
    });
  });

  it('is told finding by finding, the surest first, beside what befell jobs without it', async () => {
    const { record } = await learntOf([
      ...times(50, delivered(['legs-invented'])),
      failed(['clip-cuts'], 'clip-rejected'),
      failed([], 'clip-rejected'),
    ]);
    expect(foretold(record)).toEqual([
      { model: 'kling-2.6', code: 'clip-cuts', jobs: 1, spoiled: 1, usual: 1 / 51, isMuted: false },
      { model: 'kling-2.6', code: 'legs-invented', jobs: 50, spoiled: 0, usual: 1, isMuted: true },
    ]);
    expect(foretold({})).toEqual([]);
  });

  it('is read by the operator as so many of so many, the surest warning first', async () => {
    const { record: lessons } = await learntOf([
      delivered(['clip-still', 'clip-cuts'], 1000),
      delivered(['clip-still']),
    ]);
    const totals = {
      jobs: 0,
      micros: 0,
      seconds: 0,
      heldJobs: 0,
      heldMicros: 0,
      suspendedJobs: 0,
      suspendedMicros: 0,
    };
    const scope = { period: 'day' as const, from: 0, to: 1, timeZone: 'UTC' };
    const usage = { ...scope, totals, days: [], members: [], providers: [], spaces: [], lessons };
    expect(usageLines(wordsFor('en'), usage, (_kind, id) => id).slice(-3)).toEqual([
      'Warnings that came true',
      'There is a cut at …; the video may end there, and is paid in full. 1 of 1',
      'Nothing moves in this clip. 1 of 2',
    ]);
  });
});
