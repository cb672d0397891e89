import { RateLimiterRes } from 'rate-limiter-flexible';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createThrottle } from '../../src/engine/throttle.ts';
import { StoreUnreachable } from '../../src/store/errors.ts';
import { openPostgresLimits } from '../../src/store/postgres-limits.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

async function processOn(url?: string) {
  const limits = await openPostgresLimits(url ?? (await postgres.url()));
  onTestFinished(() => limits.close());
  return limits;
}

describe('what members ask of several processes', postgresNeeded, () => {
  it('is counted together, also where they all start at once on an empty database', async () => {
    const all = await Promise.all([processOn(), processOn(), processOn()]);
    const throttles = all.map(({ limiter }) => createThrottle({ commands: 4, perSeconds: 600, limiter }));
    const waits = await Promise.all(
      Array.from({ length: 9 }, (_, n) => throttles[n % 3]?.waitMs('discord:7')),
    );
    expect(waits.filter((wait) => wait === 0)).toHaveLength(4);
    expect(await throttles[0]?.waitMs('discord:8')).toBe(0);
  });

  it('is counted apart for each kind, and can be let go of', async () => {
    const [here, there] = [await processOn(), await processOn()];
    const wrong = { keyPrefix: 'sign-in', points: 2, duration: 600 };
    for (let n = 0; n < 2; n += 1) await here.limiter(wrong).penalty('1.2.3.4');
    expect((await there.limiter(wrong).get('1.2.3.4'))?.consumedPoints).toBe(2);
    expect(await there.limiter({ ...wrong, keyPrefix: 'other' }).get('1.2.3.4')).toBeNull();
    await there.limiter(wrong).delete('1.2.3.4');
    expect(await here.limiter(wrong).get('1.2.3.4')).toBeNull();
  });

  it('is counted by each for itself while the database is away', async () => {
    const limits = await openPostgresLimits(await postgres.url());
    const limiter = limits.limiter({ keyPrefix: 'commands', points: 1, duration: 600 });
    await limits.close();
    await limiter.consume('discord:9');
    await expect(limiter.consume('discord:9')).rejects.toBeInstanceOf(RateLimiterRes);
  });

  it('can not be counted where there is no database to begin with', async () => {
    await expect(openPostgresLimits('postgres://strut@127.0.0.1:1/strut')).rejects.toThrow(StoreUnreachable);
  });
});
