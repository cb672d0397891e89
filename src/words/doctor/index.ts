/** What the doctor says, worded once for the terminal, the page, the chats and the wizard. */
import type { Diagnosis } from '../../core/diagnosis.ts';
import { INTERNET } from './internet.ts';
import { MACHINE } from './machine.ts';
import { RECORDS } from './records.ts';
import { SERVICES } from './services.ts';
import type { Entry, Table } from './table.ts';

type NamesIn<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type Values<E extends Entry> = Readonly<Record<NamesIn<E[keyof E]>, string | number>>;

/** Says what stands in a table, with the values that its texts name. `about` tells it from others of that code. */
export const diagnosisOf =
  <T extends Table>(table: T) =>
  <Code extends keyof T & string>(code: Code, values: Values<T[Code]>, about?: string): Diagnosis => {
    const entry = table[code] as Entry;
    const filled = (text: string): string =>
      text.replaceAll(/\{(\w+)\}/g, (_, name: keyof typeof values) => String(values[name]));
    return {
      code,
      ...(about === undefined ? {} : { about }),
      level: entry.level,
      what: filled(entry.what),
      ...(entry.level === 'ok' ? {} : { why: filled(entry.why), nextStep: filled(entry.next) }),
    };
  };

/** By code. */
export const TABLE = { ...MACHINE, ...RECORDS, ...SERVICES, ...INTERNET };

/** What is the same for every chat and provider; what only one chat can have, stands in its folder. */
export const diagnosis = diagnosisOf(TABLE);

/** Where the documents say what to do about it: under its code, which a test holds against what stands there. */
export const headingOf = (code: string): string => `docs/trouble.md#${code}`;
