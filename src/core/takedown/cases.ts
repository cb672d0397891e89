/** The cases on disk, each under its job's id, and which files nobody may be handed by a link. */
import { createLocks } from '../locks.ts';
import type { KeyValueStore } from '../ports.ts';
import { type Case, inOrder } from './case.ts';

export type Cases = {
  get(jobId: string): Promise<Case | undefined>;
  /** Changes one, or makes it; nothing else does so meanwhile. Undefined where `change` says so: then all stays. */
  change(jobId: string, change: (before: Case | undefined) => Case | undefined): Promise<Case | undefined>;
  all(): Promise<Case[]>;
  drop(jobId: string): Promise<void>;
  /** Whether nobody may be given the job's video. */
  hides(jobId: string): Promise<boolean>;
  /** Whether the file is one that a hidden job made: every link to it is dead. */
  hidesFile(key: string): Promise<boolean>;
  hideFiles(jobId: string, keys: readonly string[]): Promise<void>;
  showFiles(jobId: string): Promise<void>;
};

const caseKey = (jobId: string): string => `case:${jobId}`;
const FILE = 'file:';

export function createCases(kv: KeyValueStore): Cases {
  const locks = createLocks();
  const get: Cases['get'] = (jobId) => kv.get<Case>(caseKey(jobId));
  return {
    get,
    change: (jobId, change) =>
      locks.run(jobId, async () => {
        const after = change(await get(jobId));
        if (after) await kv.set(caseKey(jobId), { ...after, todo: inOrder(after.todo) });
        return after;
      }),
    all: async () => [...(await kv.startingWith<Case>('case:')).values()],
    async drop(jobId) {
      await kv.delete(caseKey(jobId));
    },
    hides: async (jobId) => (await get(jobId))?.hidden ?? false,
    hidesFile: async (key) => (await kv.startingWith(`${FILE}${key}:`)).size > 0,
    async hideFiles(jobId, keys) {
      for (const key of keys) await kv.set(`${FILE}${key}:${jobId}`, jobId);
    },
    async showFiles(jobId) {
      for (const [key, owner] of await kv.startingWith<string>(FILE))
        if (owner === jobId) await kv.delete(key);
    },
  };
}
