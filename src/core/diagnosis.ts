/** What an examination of the bot finds, for the operator. How that is worded stands in `src/words/doctor/`. */

/** `ok` says how a part is that has nothing wrong with it; `warning` will hurt, or hurts some; `broken` keeps from working. */
export type Level = 'ok' | 'warning' | 'broken';

export type Diagnosis = {
  code: string;
  /** What it is about, where there can be several of that code: a provider, a chat, a setting. */
  about?: string;
  level: Level;
  what: string;
  /** Why it matters, and exactly what to do: missing where all is well. */
  why?: string;
  nextStep?: string;
};

/** Examines the bot; what was found a moment ago may be told again. */
export type Examination = { at: number; found: readonly Diagnosis[] };

const RANK: Record<Level, number> = { broken: 0, warning: 1, ok: 2 };

/** The worst first, and otherwise in the order in which they were found. */
export const worstFirst = (found: readonly Diagnosis[]): Diagnosis[] =>
  found.toSorted((a, b) => RANK[a.level] - RANK[b.level]);

export const worstOf = (found: readonly Diagnosis[]): Level => worstFirst(found)[0]?.level ?? 'ok';
