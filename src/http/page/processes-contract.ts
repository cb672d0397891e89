/** What the page reads of the processes that share the work. */

/** `has`: what only one process may have, a chat, a shard of it, or upkeep. `seenSeconds`: so long ago it said that it is there. */
export type ProcessView = {
  id: string;
  host: string;
  roles: string[];
  has: string[];
  version: string;
  startedAt: number;
  seenSeconds: number;
};

/** Steps of jobs that wait for a process; `oldestDueSeconds`: so long the first of them could have been taken. */
export type QueueView = { lane: string; waiting: number; oldestDueSeconds?: number };
