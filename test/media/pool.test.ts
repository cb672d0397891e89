import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPoolOf, type PoolOf, type PoolOptions } from '../../src/media/pool.ts';
import {
  PoolStopped,
  TaskCrashed,
  TaskFailed,
  TaskOutOfMemory,
  TaskOutOfTime,
  TaskStalled,
} from '../../src/media/task-errors.ts';
import { BAD_TASKS } from './children/tasks.ts';

const ENTRY = new URL('./children/bad-child.ts', import.meta.url);
const pools: PoolOf<typeof BAD_TASKS>[] = [];
const parents: ChildProcess[] = [];
const HOUR = 3_600_000;

function makePool(options: Partial<PoolOptions> = {}): PoolOf<typeof BAD_TASKS> {
  const pool = createPoolOf(BAD_TASKS, ENTRY, { size: 2, log: { warn: () => {} }, ...options });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  for (const parent of parents.splice(0)) parent.kill('SIGKILL');
  await Promise.all(pools.splice(0).map((pool) => pool.stop()));
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a pool of child processes', () => {
  it('runs a task in another process and gives its answer', async () => {
    const pool = makePool();
    await expect(pool.run('echo', { value: 'hello' })).resolves.toBe('hello');
    await expect(pool.run('pid', {})).resolves.not.toBe(process.pid);
  });

  it('keeps a child warm for the next task', async () => {
    const pool = makePool();
    const first = await pool.run('pid', {});
    await expect(pool.run('pid', {})).resolves.toBe(first);
  });

  it('ends a child that has had nothing to do for half a minute', async () => {
    const pool = makePool();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const pid = await pool.run('pid', {});
    vi.advanceTimersByTime(29_000);
    const warmFor29Seconds = isAlive(pid);
    vi.advanceTimersByTime(2_000);
    vi.useRealTimers();
    expect(warmFor29Seconds).toBe(true);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('gives the next task no child that has kept much memory', async () => {
    const pool = makePool({ maxRssBytes: 700_000_000 });
    const swollen = await pool.run('swell', { bytes: 400_000_000 });
    await expect(pool.run('pid', {})).resolves.not.toBe(swollen);
  });

  it('gives the child none of our secrets', async () => {
    vi.stubEnv('DISCORD_TOKEN', 'very-secret');
    const names = await makePool().run('environment', {});
    expect(names).toContain('PATH');
    expect(names).not.toContain('DISCORD_TOKEN');
    vi.unstubAllEnvs();
  });

  it('passes progress on, whatever number it is', async () => {
    const told: number[] = [];
    await makePool().run(
      'progress',
      { shares: [0.25, 7, null] },
      { onProgress: (share) => told.push(share) },
    );
    expect(told).toEqual([0.25, 1, 0]);
  });

  describe('when a task goes wrong', () => {
    it('kills a child that has worked for longer than it may, and goes on', async () => {
      const pool = makePool();
      const late = await pool
        .run('spin', {}, { budgetMs: 200, wallMs: HOUR })
        .catch((error: unknown) => error);
      expect(late).toBeInstanceOf(TaskOutOfTime);
      expect(late).toMatchObject({ task: 'spin' });
      await expect(pool.run('echo', { value: 'again' })).resolves.toBe('again');
    });

    it('kills a child that hangs without working, after very long, and goes on', async () => {
      const pool = makePool();
      const hung = await pool.run('hang', {}, { wallMs: 400 }).catch((error: unknown) => error);
      expect(hung).toBeInstanceOf(TaskStalled);
      expect(hung).toMatchObject({ task: 'hang', retryHelps: true });
      await expect(pool.run('echo', { value: 'again' })).resolves.toBe('again');
    });

    it('leaves a child alone that takes longer than its budget by the clock, but does not work', async () => {
      const pool = makePool();
      const pid = await pool.run('pid', {});
      await expect(pool.run('nap', { ms: 1_500 }, { budgetMs: 1_000, wallMs: HOUR })).resolves.toBe(pid);
    });

    it('holds against a task only what was worked since it began', async () => {
      const pool = makePool();
      const pid = await pool.run('toil', { processorMs: 700 });
      // The child has used up far more than this in its life; the looks at it are twenty a second.
      await expect(pool.run('nap', { ms: 400 }, { budgetMs: 600, wallMs: HOUR })).resolves.toBe(pid);
    });

    it('kills a child that takes too much memory, and goes on', async () => {
      const pool = makePool({ maxRssBytes: 250_000_000 });
      const fat = await pool.run('hog', { bytes: 400_000_000 }).catch((error: unknown) => error);
      expect(fat).toBeInstanceOf(TaskOutOfMemory);
      await expect(pool.run('echo', { value: 'again' })).resolves.toBe('again');
    });

    it('says that a child was killed from outside, and goes on', async () => {
      const warn = vi.fn();
      const pool = makePool({ log: { warn } });
      const pid = await pool.run('pid', {});
      const hanging = pool.run('hang', {}, { onQueue: () => process.kill(pid, 'SIGKILL') });
      const crash = await hanging.catch((error: unknown) => error);
      expect(crash).toBeInstanceOf(TaskCrashed);
      expect(crash).toMatchObject({ task: 'hang', retryHelps: true, byItself: false });
      expect(warn).toHaveBeenCalledWith(expect.objectContaining({ task: 'hang' }), expect.any(String));
      await expect(pool.run('echo', { value: 'again' })).resolves.toBe('again');
    });

    it('takes a child that exits, or says what it should not, for a crashed one', async () => {
      const pool = makePool();
      for (const name of ['exit', 'abort', 'babble'] as const) {
        const crash = await pool.run(name, {}).catch((error: unknown) => error);
        expect(crash).toBeInstanceOf(TaskCrashed);
        expect(crash).toMatchObject({ task: name, byItself: true });
      }
    });

    it('touches no other task when one aborts its child', async () => {
      const pool = makePool();
      const napping = pool.run('nap', { ms: 600 });
      await expect(pool.run('abort', {})).rejects.toBeInstanceOf(TaskCrashed);
      await expect(napping).resolves.toBeGreaterThan(0);
    });

    it('passes on what a task throws, and keeps the child', async () => {
      const pool = makePool();
      const pid = await pool.run('pid', {});
      const failure = await pool.run('fail', {}).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TaskFailed);
      expect(failure).toMatchObject({ message: expect.stringContaining('this is no good') });
      await expect(pool.run('pid', {})).resolves.toBe(pid);
    });

    it('believes no answer of another shape', async () => {
      await expect(makePool().run('lie', {})).rejects.toBeInstanceOf(TaskFailed);
    });
  });

  describe('when nobody wants the result any more', () => {
    it('takes the task from the queue', async () => {
      const pool = makePool();
      const render = Promise.allSettled([pool.run('render', {})]);
      const controller = new AbortController();
      const waiting = pool.run('render', {}, { signal: controller.signal });
      controller.abort(new Error('changed my mind'));
      await expect(waiting).rejects.toThrow('changed my mind');
      await pool.stop();
      await expect(render).resolves.toMatchObject([{ reason: { name: 'PoolStopped' } }]);
    });

    it('kills a child that does not stop', async () => {
      const pool = makePool();
      const pid = await pool.run('pid', {});
      const controller = new AbortController();
      const spinning = pool.run('spin', {}, { signal: controller.signal });
      controller.abort(new Error('changed my mind'));
      await expect(spinning).rejects.toThrow('changed my mind');
      expect(isAlive(pid)).toBe(false);
    });

    it('keeps a child that stops by itself', async () => {
      const pool = makePool();
      const pid = await pool.run('pid', {});
      const controller = new AbortController();
      const render = pool.run('politeVerdict', {}, { signal: controller.signal });
      controller.abort(new Error('changed my mind'));
      await expect(render).rejects.toThrow('changed my mind');
      await expect(pool.run('pid', {})).resolves.toBe(pid);
    });

    it('starts nothing for a signal that has fired already', async () => {
      const run = makePool().run(
        'echo',
        { value: 'never' },
        { signal: AbortSignal.abort(new Error('late')) },
      );
      await expect(run).rejects.toThrow('late');
    });
  });

  describe('with work that has to run alone', () => {
    it('gives it a fresh child, and begins nothing long beside it', async () => {
      const pool = makePool();
      const old = await pool.run('pid', {});
      const order: string[] = [];
      const note = (name: string) => (place: number) => void (place === 0 && order.push(name));
      const before = pool.run('nap', { ms: 300 }, { onQueue: note('before') });
      const alone = pool.run('nap', { ms: 300 }, { alone: true, onQueue: note('alone') });
      const after = pool.run('nap', { ms: 0 }, { onQueue: note('after') });
      expect(await before).toBe(old);
      expect(await alone).not.toBe(old);
      expect(isAlive(old)).toBe(false);
      await after;
      expect(order).toEqual(['before', 'alone', 'after']);
    });
  });

  describe('in order not to be in the way', () => {
    it.skipIf(process.platform !== 'linux')(
      'has every thread of a child yield, those of renders most',
      async () => {
        const pool = makePool();
        expect(new Set(await pool.run('niceness', {}))).toEqual(new Set([2]));
        expect(new Set(await pool.run('slowNiceness', {}))).toEqual(new Set([5]));
        expect(new Set(await pool.run('niceness', {}))).toEqual(new Set([2]));
      },
    );

    it('uses a child that has rendered for nothing else', async () => {
      const pool = makePool();
      const rendered = await pool.run('slowPid', {});
      await expect(pool.run('pid', {})).resolves.not.toBe(rendered);
    });
  });

  describe('with more work than children', () => {
    it('lets no render delay quick work', async () => {
      const pool = makePool();
      const renders = Promise.allSettled([1, 2, 3].map(() => pool.run('render', {})));
      await expect(pool.run('echo', { value: 'quick' })).resolves.toBe('quick');
      await pool.stop();
      const stopped = { reason: { name: 'PoolStopped' } };
      await expect(renders).resolves.toMatchObject([stopped, stopped, stopped]);
    });

    it('gives a verdict even while every child encodes', async () => {
      const pool = makePool();
      const encodings = Promise.allSettled([1, 2, 3].map(() => pool.run('hang', {})));
      await expect(pool.run('echo', { value: 'verdict' })).resolves.toBe('verdict');
      await pool.stop();
      await encodings;
    });

    it('tells everybody their place, and 0 at the start', async () => {
      const pool = makePool();
      const places: number[] = [];
      const controller = new AbortController();
      const all = Promise.allSettled([
        pool.run('polite', {}, { signal: controller.signal }),
        pool.run('polite', {}, { signal: controller.signal }),
        pool.run('polite', {}, { onQueue: (place) => places.push(place) }),
      ]);
      controller.abort(new Error('enough'));
      await expect.poll(() => places).toEqual([2, 1, 0]);
      await pool.stop();
      await expect(all).resolves.toMatchObject([{}, {}, { reason: { name: 'PoolStopped' } }]);
    });
  });

  it('ends every child when it is stopped, and starts no more', async () => {
    const pool = makePool();
    const pid = await pool.run('pid', {});
    const hanging = Promise.allSettled([pool.run('hang', {})]);
    await pool.stop();
    await expect(hanging).resolves.toMatchObject([{ reason: { name: 'PoolStopped', retryHelps: true } }]);
    expect(isAlive(pid)).toBe(false);
    await expect(pool.run('echo', { value: 'late' })).rejects.toBeInstanceOf(PoolStopped);
  });

  it.each(['hang', 'spin'])('leaves no child behind when our own process is killed (%s)', async (task) => {
    const script = new URL('./children/doomed-parent.ts', import.meta.url);
    const parent = spawn(process.execPath, [script.pathname, task], { stdio: ['ignore', 'pipe', 'inherit'] });
    parents.push(parent);
    const [said] = await once(parent.stdout, 'data');
    const child = Number(said);
    expect(isAlive(child)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(child)).toBe(false);
  });
});
