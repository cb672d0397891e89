import { describe, expect, it, onTestFinished } from 'vitest';
import type { Scheduler } from '../../src/core/ports.ts';

const HOUR = 3_600_000;

type Made = { scheduler: Scheduler; errors: unknown[] };

/** Steps that end when the test says so. */
export function manualSteps() {
  // One that is taken for lost is taken again while it is still under way.
  const ends: { key: string; end(): void }[] = [];
  const started: string[] = [];
  return {
    started,
    step: (key: string) => {
      started.push(key);
      return new Promise<void>((end) => void ends.push({ key, end }));
    },
    end(key: string) {
      for (const one of ends) if (one.key === key) one.end();
    },
    endAll() {
      for (const { end } of ends) end();
    },
  };
}

/** What the core may count on from any scheduler. `make` gives one with nothing in it. */
export function schedulerContract(name: string, need: object, make: (atOnce: number) => Promise<Made>): void {
  describe(`${name} keeps the contract of a scheduler`, need, () => {
    async function up({ atOnce = 10 } = {}) {
      const made = await make(atOnce);
      const steps = manualSteps();
      onTestFinished(async () => {
        const stopped = made.scheduler.stop();
        steps.endAll();
        await stopped;
      });
      return { ...made, ...steps };
    }

    it('runs a key once when it is due, and forgets it', async () => {
      const { scheduler, started, step, end } = await up();
      await scheduler.at('a', Date.now());
      await scheduler.start(step);
      await expect.poll(() => started).toEqual(['a']);
      end('a');
      await expect.poll(() => scheduler.size()).toBe(0);
      // Whatever else it might have run, it would have run before this one.
      await scheduler.at('b', Date.now());
      await expect.poll(() => started).toEqual(['a', 'b']);
    });

    it('leaves alone what is not due yet', async () => {
      const { scheduler, started, step } = await up();
      await scheduler.start(step);
      await scheduler.at('late', Date.now() + HOUR);
      await scheduler.at('now', Date.now());
      await expect.poll(() => started).toEqual(['now']);
      expect(await scheduler.size()).toBe(2);
    });

    it('knows one due time per key, the last one given', async () => {
      const { scheduler, started, step } = await up();
      await scheduler.at('sooner', Date.now() + HOUR);
      await scheduler.at('later', Date.now());
      await scheduler.at('sooner', Date.now());
      await scheduler.at('later', Date.now() + HOUR);
      await scheduler.start(step);
      await expect.poll(() => started).toEqual(['sooner']);
      await scheduler.at('last', Date.now());
      await expect.poll(() => started).toEqual(['sooner', 'last']);
      expect(await scheduler.size()).toBe(3);
    });

    it('runs no more steps at once than it may, and the rest as places come free', async () => {
      const { scheduler, started, step, end } = await up({ atOnce: 2 });
      for (const key of ['a', 'b', 'c', 'd']) await scheduler.at(key, Date.now());
      await scheduler.start(step);
      await expect.poll(() => started).toHaveLength(2);
      expect(await scheduler.size()).toBe(4);
      end(started[0] ?? '');
      await expect.poll(() => started).toHaveLength(3);
      end(started[1] ?? '');
      await expect.poll(() => [...started].sort()).toEqual(['a', 'b', 'c', 'd']);
    });

    it('never runs a key twice at once: scheduled while it runs, it runs again afterwards', async () => {
      const { scheduler, started, step, end } = await up();
      await scheduler.start(step);
      await scheduler.at('a', Date.now());
      await expect.poll(() => started).toEqual(['a']);
      await scheduler.at('a', Date.now());
      await scheduler.at('b', Date.now());
      await expect.poll(() => started).toEqual(['a', 'b']);
      expect(await scheduler.size()).toBe(2);
      end('a');
      await expect.poll(() => started).toEqual(['a', 'b', 'a']);
    });

    it('forgets a removed key, also while it runs', async () => {
      const { scheduler, started, step, end } = await up();
      await scheduler.start(step);
      await scheduler.at('gone', Date.now() + HOUR);
      await scheduler.at('runs', Date.now());
      await expect.poll(() => started).toEqual(['runs']);
      await scheduler.at('runs', Date.now());
      await scheduler.remove('gone');
      await scheduler.remove('runs');
      await scheduler.remove('never there');
      end('runs');
      await expect.poll(() => scheduler.size()).toBe(0);
      expect(started).toEqual(['runs']);
    });

    it('tells of a step that throws and goes on with the others', async () => {
      const { scheduler, errors } = await up({ atOnce: 1 });
      const ran: string[] = [];
      await scheduler.at('a', Date.now());
      await scheduler.start(async (key) => {
        ran.push(key);
        if (key === 'a') throw new Error('boom');
      });
      await expect.poll(() => errors).toEqual([expect.objectContaining({ message: 'boom' })]);
      await scheduler.at('b', Date.now());
      await expect.poll(() => ran).toContain('b');
    });

    it('gives many their due times at once, but for those that wait or run', async () => {
      const { scheduler, started, step, end } = await up();
      await scheduler.start(step);
      await scheduler.at('waits', Date.now() + HOUR);
      await scheduler.at('runs', Date.now());
      await expect.poll(() => started).toEqual(['runs']);
      const now = Date.now();
      const keys = ['waits', 'runs', ...Array.from({ length: 5 }, (_, n) => `new ${n}`)];
      await scheduler.fill(keys.map((key) => ({ key, dueAt: key === 'new 4' ? now + HOUR : now })));
      await expect.poll(() => [...started].sort()).toEqual(['new 0', 'new 1', 'new 2', 'new 3', 'runs']);
      expect(await scheduler.size()).toBe(7);
      await scheduler.fill([]);
      for (const key of started) end(key);
    });

    it('says which keys are missing: not those that wait, nor those that run', async () => {
      const { scheduler, started, step } = await up();
      await scheduler.start(step);
      await scheduler.at('waits', Date.now() + HOUR);
      await scheduler.at('runs', Date.now());
      await expect.poll(() => started).toEqual(['runs']);
      expect(await scheduler.missing(['lost', 'runs', 'waits'])).toEqual(['lost']);
      expect(await scheduler.missing([])).toEqual([]);
    });

    it('waits for the steps under way when it stops, and starts nothing more', async () => {
      const { scheduler, errors } = await make(10);
      const { started, step, end } = manualSteps();
      await scheduler.start(step);
      await scheduler.at('a', Date.now());
      await expect.poll(() => started).toEqual(['a']);
      let stopped = false;
      const stopping = scheduler.stop().then(() => {
        stopped = true;
      });
      await scheduler.at('b', Date.now());
      expect(stopped).toBe(false);
      end('a');
      await stopping;
      expect([started, errors]).toEqual([['a'], []]);
    });
  });
}
