/** The shape of what the doctor says. English alone: it is the operator's, like the log. */
import type { Level } from '../../core/diagnosis.ts';

/** `{name}` stands for a value. `why` and `next` are there unless all is well. */
export type Entry =
  | { level: 'ok'; what: string }
  | { level: Exclude<Level, 'ok'>; what: string; why: string; next: string };
export type Table = Readonly<Record<string, Entry>>;
