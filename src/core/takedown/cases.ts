/** The cases on disk, each under its job's id, and which files nobody may be handed by a link. */
import type { Locks } from '../locks.ts';
import type { KeyValueStore } from '../ports.ts';
import { FORGOTTEN } from '../trust/audit.ts';
import { type Case, inOrder } from './case.ts';

export type Cases = {
  get(jobId: string): Promise<Case | undefined>;
  /** Changes one, or makes it; nothing else does so meanwhile. Undefined where `change` says so: then all stays. */
  change(jobId: string, change: (before: Case | undefined) => Case | undefined): Promise<Case | undefined>;
  all(): Promise<Case[]>;
  drop(jobId: string): Promise<void>;
  /** Takes the member's name off what is decided, and off what is still open once that is decided. False where there was none. */
  forget(memberId: string): Promise<boolean>;
  /** Whether nobody may be given the job's video. */
  hides(jobId: string): Promise<boolean>;
  /** Whether the file is one that a hidden job made: every link to it is dead. */
  hidesFile(key: string): Promise<boolean>;
  hideFiles(jobId: string, keys: readonly string[]): Promise<void>;
  showFiles(jobId: string): Promise<void>;
};

const caseKey = (jobId: string): string => `case:${jobId}`;
const FILE = 'file:';

/** `forgetsAsker`: whoever asked for the video is to be forgotten; a decision needs to know them, and is the last that does. */
type KeptCase = Case & { forgetsAsker?: true };

export function createCases(kv: KeyValueStore, locks: Locks): Cases {
  const get: Cases['get'] = (jobId) => kv.get<Case>(caseKey(jobId));
  const all: Cases['all'] = async () => [...(await kv.startingWith<Case>('case:')).values()];
  const change: Cases['change'] = (jobId, change) =>
    locks.run(caseKey(jobId), async () => {
      const changed = change(await get(jobId));
      const after = changed && withoutForgotten(changed);
      if (after) await kv.set(caseKey(jobId), { ...after, todo: inOrder(after.todo) });
      return after;
    });
  return {
    get,
    change,
    all,
    async drop(jobId) {
      await kv.delete(caseKey(jobId));
    },
    async forget(memberId) {
      let named = false;
      for (const { jobId } of await all())
        await change(jobId, (one) => {
          const less = one && without(one, memberId);
          named ||= less !== undefined;
          return less;
        });
      return named;
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

/** Undefined where the member is not named in it. */
function without(one: KeptCase, memberId: string): KeptCase | undefined {
  const isAsker = one.asker.memberId === memberId;
  const hasDecided = one.decided?.by === memberId;
  // While it is open, they need not be told again.
  const wasTold = one.state !== 'open' && one.told.includes(memberId);
  if (!hasDecided && !wasTold && (!isAsker || one.forgetsAsker)) return undefined;
  return {
    ...one,
    ...(one.decided && hasDecided ? { decided: { ...one.decided, by: FORGOTTEN } } : {}),
    ...(wasTold ? { told: one.told.filter((name) => name !== memberId) } : {}),
    ...(isAsker ? { forgetsAsker: true } : {}),
  };
}

function withoutForgotten({ forgetsAsker, ...one }: KeptCase): KeptCase {
  if (!forgetsAsker) return one;
  if (one.state === 'open') return { ...one, forgetsAsker };
  const { platform, spaceId, memberId } = one.asker;
  // A chat of theirs alone may have their own name.
  const space = spaceId === memberId ? FORGOTTEN : spaceId;
  return { ...one, asker: { platform, spaceId: space, memberId: FORGOTTEN, target: {} } };
}
