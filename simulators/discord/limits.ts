/** Rate limits, with the headers that tell of them. By the machine's own clock: a client really waits. */
import { createHash } from 'node:crypto';
import { rateLimited } from './faults.ts';
import type { Limit } from './settings.ts';

type Bucket = { startedAt: number; used: number };
export type Limits = ReturnType<typeof createLimits>;

export function createLimits() {
  const buckets = new Map<string, Bucket>();

  /** `refused` is the answer to a request too many. */
  function use(kind: string, key: string, rule: Limit | 'none') {
    if (rule === 'none') return { headers: {} };
    const now = performance.now();
    const name = `${kind}:${key}`;
    const known = buckets.get(name);
    const bucket = known && now - known.startedAt < rule.perMs ? known : { startedAt: now, used: 0 };
    buckets.set(name, bucket);
    const resetSeconds = Math.max(0, (bucket.startedAt + rule.perMs - now) / 1000);
    const headers = {
      'x-ratelimit-limit': String(rule.limit),
      'x-ratelimit-remaining': String(Math.max(0, rule.limit - bucket.used - 1)),
      'x-ratelimit-reset': (Date.now() / 1000 + resetSeconds).toFixed(3),
      'x-ratelimit-reset-after': resetSeconds.toFixed(3),
      'x-ratelimit-bucket': createHash('md5').update(kind).digest('hex'),
    };
    if (bucket.used >= rule.limit) {
      const refused = rateLimited(resetSeconds, { global: kind === 'global' });
      return { headers, refused: { ...refused, headers: { ...headers, ...refused.headers } } };
    }
    bucket.used += 1;
    return { headers };
  }

  return { use };
}
