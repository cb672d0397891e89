/** The processes that share the work, and what waits for them, as the operator sees them. */
import type { Scheduler } from '../core/ports.ts';
import type { Processes } from '../core/processes.ts';
import type { StatusView } from './page/contract.ts';

const seconds = (ms: number): number => Math.round(ms / 1000);

export async function presentProcesses({
  processes,
  queues,
}: {
  processes?: Pick<Processes, 'alive'> | undefined;
  queues?: Scheduler['queues'] | undefined;
}): Promise<Pick<StatusView, 'processes' | 'queues'>> {
  if (!processes) return {};
  // What runs is known also while the database is away.
  const waiting = (await queues?.().catch(() => undefined)) ?? [];
  return {
    processes: processes.alive().map(({ holds, roles, seenMs, id, ...facts }) => ({
      id: id.slice(0, 8),
      ...facts,
      roles: [...roles],
      has: [...holds],
      seenSeconds: seconds(seenMs),
    })),
    queues: waiting.map(({ oldestDueMs, ...queue }) => ({
      ...queue,
      ...(oldestDueMs === undefined ? {} : { oldestDueSeconds: seconds(oldestDueMs) }),
    })),
  };
}
