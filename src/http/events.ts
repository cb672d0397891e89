/** A job's changes as server-sent events: the last one at once, then each as it comes, until the job is over. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { JobEvents } from '../core/events.ts';
import { isOver, type Job } from '../core/job/job.ts';
import type { Outcome } from '../core/refusals.ts';
import type { JobView } from './page/contract.ts';

/** Proxies cut a connection that is silent for a minute. */
const KEEP_ALIVE_MS = 20_000;

type Parts = { events: JobEvents; read: () => Promise<Outcome<Job>>; present: (job: Job) => JobView };

export function jobEvents(c: Context, id: string, { events, read, present }: Parts): Response {
  return streamSSE(c, async (stream) => {
    let latest: Job | undefined;
    let wake = () => {};
    // Listening starts before the record is read, so that no change falls between the two.
    const stop = events.subscribe(id, (job) => {
      latest = job;
      wake();
    });
    stream.onAbort(() => wake());
    try {
      const current = await read();
      if (current.ok) latest ??= current.value;
      while (latest && !stream.aborted) {
        const job: Job = latest;
        latest = undefined;
        await stream.writeSSE({ event: 'job', data: JSON.stringify(present(job)) });
        if (isOver(job)) return;
        while (!latest && !stream.aborted) {
          const woken = await new Promise<boolean>((resolve) => {
            const timer = setTimeout(() => resolve(false), KEEP_ALIVE_MS);
            wake = () => {
              clearTimeout(timer);
              resolve(true);
            };
            if (latest || stream.aborted) wake();
          });
          if (!woken) await stream.write(': still here\n\n');
        }
      }
    } finally {
      stop();
    }
  });
}
