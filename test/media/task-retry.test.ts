import { afterEach, describe, expect, it, vi } from 'vitest';
import { wallMsOf } from '../../src/media/budget.ts';
import { createPoolOf, type PoolOf } from '../../src/media/pool.ts';
import type { RunOptions } from '../../src/media/task.ts';
import {
  TaskCrashed,
  TaskFailed,
  TaskOutOfMemory,
  TaskOutOfTime,
  TaskStalled,
} from '../../src/media/task-errors.ts';
import { createTaskRetry } from '../../src/media/task-retry.ts';
import { TASKS } from '../../src/media/tasks.ts';
import { BAD_TASKS } from './children/tasks.ts';

const ended: PoolOf<typeof BAD_TASKS>[] = [];
afterEach(async () => {
  await Promise.all(ended.splice(0).map((pool) => pool.stop()));
});

/** Patience over runs that end as told, one after the other. */
function over(...ends: unknown[]) {
  const run = vi.fn(async (_name: string, _args: unknown, _options?: RunOptions) => {
    const end = ends.shift();
    if (end instanceof Error) throw end;
    return end;
  });
  return { run, patient: createTaskRetry({ run } as unknown as PoolOf<typeof BAD_TASKS>) };
}

const late = () => new TaskOutOfTime('echo', 21_000, 20_000);
const fat = () => new TaskOutOfMemory('echo', 2, 1);
const stalled = () => new TaskStalled('echo', 300_000, 'quick');
const killed = () => new TaskCrashed('echo', { how: 'SIGKILL', byItself: false });
const crash = () => new TaskCrashed('echo', { how: 'SIGABRT', byItself: true });

describe('retrying tasks', () => {
  it.each([
    ['time', late],
    ['memory', fat],
  ])('tries a task that was over its budget of %s once more, alone', async (_, end) => {
    const { patient, run } = over(end(), 'fine');
    await expect(patient('echo', { value: 'x' })).resolves.toBe('fine');
    expect(run.mock.calls.map(([, , options]) => options?.alone ?? false)).toEqual([false, true]);
  });

  it.each([
    ['time', late, late],
    ['memory', fat, fat],
    ['memory, then time', fat, late],
  ])('calls a task too heavy that was over its budget twice: %s', async (_, first, second) => {
    const { patient, run } = over(first(), second());
    await expect(patient('echo', { value: 'x' })).rejects.toMatchObject({ name: 'TooHeavy' });
    expect(run).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['stalls', stalled],
    ['is killed from outside', killed],
  ])('tries a task that %s again in line, and then says that the machine is busy', async (_, end) => {
    const passing = over(end(), end(), 'fine');
    await expect(passing.patient('echo', { value: 'x' })).resolves.toBe('fine');
    const staying = over(end(), end(), end(), end());
    await expect(staying.patient('echo', { value: 'x' })).rejects.toMatchObject({ name: 'MachineBusy' });
    expect(staying.run).toHaveBeenCalledTimes(3);
  });

  it('tries a render that stalls only once: it may have hung for an hour already', async () => {
    const { patient, run } = over(new TaskStalled('echo', 3_600_000, 'slow'), 'fine');
    await expect(patient('echo', { value: 'x' })).rejects.toBeInstanceOf(TaskStalled);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('does not hold against a file what became of a child that was killed', async () => {
    const { patient, run } = over(killed(), late(), stalled(), 'fine');
    await expect(patient('echo', { value: 'x' })).resolves.toBe('fine');
    expect(run.mock.calls.map(([, , options]) => options?.alone ?? false)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('tries once more after a crash, with other arguments where such are given', async () => {
    const { patient, run } = over(crash(), 'fine');
    const options = { afterCrash: { value: 'carefully' } };
    await expect(patient('echo', { value: 'x' }, options)).resolves.toBe('fine');
    expect(run.mock.calls.map(([, args]) => args)).toEqual([{ value: 'x' }, { value: 'carefully' }]);
    await expect(over(crash(), crash()).patient('echo', { value: 'x' })).rejects.toBeInstanceOf(TaskCrashed);
  });

  it('passes on at once what the task itself has to say', async () => {
    const { patient, run } = over(new TaskFailed('echo', 'ENOSPC'));
    await expect(patient('echo', { value: 'x' })).rejects.toBeInstanceOf(TaskFailed);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('ends by the clock, within all its tries, no later than an hour after it began', () => {
    for (const [name, { lane, budgetMs }] of Object.entries(TASKS)) {
      const tries = lane === 'slow' ? 1 : 3;
      expect(wallMsOf({ lane, budgetMs }) * tries, name).toBeLessThanOrEqual(3_600_000);
      expect(wallMsOf({ lane, budgetMs }), name).toBeGreaterThanOrEqual(5 * budgetMs);
    }
  });

  it('finds out with true children which task is too heavy', async () => {
    const pool = createPoolOf(BAD_TASKS, new URL('./children/bad-child.ts', import.meta.url), {
      size: 2,
      log: { warn() {} },
    });
    ended.push(pool);
    const patient = createTaskRetry(pool);
    const heavy = patient('toil', { processorMs: 30_000 }, { budgetMs: 200, wallMs: 3_600_000 });
    await expect(heavy).rejects.toMatchObject({ name: 'TooHeavy', task: 'toil' });
    await expect(
      patient('toil', { processorMs: 50 }, { budgetMs: 5_000, wallMs: 3_600_000 }),
    ).resolves.toBeGreaterThan(0);
  });
});
