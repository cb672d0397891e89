/**
 * What operators must hear of, where several processes share the work: each sees troubles that no other sees, such as a chat
 * that it alone is connected to. Each notes what it sees, and the one that tells reads all of it.
 */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Diagnosis, diagnosisSchema } from '../diagnosis.ts';
import type { KeyValueStore } from '../ports.ts';

const KEY = 'seen:';
const EVERY_MS = 60_000;
/** One that has not noted anything for longer is gone, and what it saw with it. */
const FRESH_MS = 3 * EVERY_MS;

const noted = z.object({ at: z.number(), found: z.array(diagnosisSchema) });

export type SharedUrgent = {
  /** What this process sees, and what others saw of late. */
  urgent(): Promise<Diagnosis[]>;
  note(): Promise<void>;
};

/** Notes every minute until the process stops. `id`: of this process. `see`: what it sees itself. */
export function shareUrgent(
  { clock, log, stopping }: Pick<Context, 'clock' | 'log' | 'stopping'>,
  { id, kv, see }: { id: string; kv: KeyValueStore; see(): Promise<Diagnosis[]> },
): SharedUrgent {
  const own = KEY + id;

  async function note(): Promise<void> {
    const found = await see();
    if (found.length > 0) await kv.set(own, { at: clock.now(), found });
    else await kv.delete(own);
  }

  async function others(): Promise<Diagnosis[]> {
    const all: Diagnosis[] = [];
    for (const [key, value] of await kv.startingWith<unknown>(KEY)) {
      if (key === own) continue;
      const { data } = noted.safeParse(value);
      if (data && clock.now() - data.at < FRESH_MS) all.push(...data.found);
      else await kv.delete(key);
    }
    return all;
  }

  const timer = setInterval(() => {
    if (stopping()) return clearInterval(timer);
    note().catch((err: unknown) => log.info({ err }, 'what this process sees could not be noted for now'));
  }, EVERY_MS).unref();
  return {
    note,
    urgent: async () => [...(await see()), ...(await others())],
  };
}
