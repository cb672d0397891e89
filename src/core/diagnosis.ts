/** What an examination of the bot finds, for the operator. How that is worded stands in `src/words/doctor/`. */

import { z } from 'zod';

/** `ok` says how a part is that has nothing wrong with it; `warning` will hurt, or hurts some; `broken` keeps from working. */
export type Level = 'ok' | 'warning' | 'broken';

export const diagnosisSchema = z.object({
  code: z.string(),
  /** What it is about, where there can be several of that code: a provider, a chat, a setting. */
  about: z.string().exactOptional(),
  level: z.enum(['ok', 'warning', 'broken']),
  what: z.string(),
  /** Why it matters, and exactly what to do: missing where all is well. */
  why: z.string().exactOptional(),
  nextStep: z.string().exactOptional(),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;

/** Examines the bot; what was found a moment ago may be told again. */
export type Examination = { at: number; found: readonly Diagnosis[] };

const RANK: Record<Level, number> = { broken: 0, warning: 1, ok: 2 };

/** The worst first, and otherwise in the order in which they were found. */
export const worstFirst = (found: readonly Diagnosis[]): Diagnosis[] =>
  found.toSorted((a, b) => RANK[a.level] - RANK[b.level]);

export const worstOf = (found: readonly Diagnosis[]): Level => worstFirst(found)[0]?.level ?? 'ok';

/** The same, with each of its texts as `words` gives it back. */
export const reworded = (one: Diagnosis, words: (text: string) => string): Diagnosis => ({
  ...one,
  what: words(one.what),
  ...(one.why === undefined ? {} : { why: words(one.why) }),
  ...(one.nextStep === undefined ? {} : { nextStep: words(one.nextStep) }),
});
