/** What was found, for people at a terminal or for scripts, and the status that the process ends with. */
import { styleText } from 'node:util';
import { type Diagnosis, type Level, worstOf } from '../core/diagnosis.ts';
import { headingOf } from '../words/doctor/index.ts';

/** 0 where all is well, 1 for warnings, 2 where something is broken. */
export const EXIT: Readonly<Record<Level, number>> = { ok: 0, warning: 1, broken: 2 };

export const asJson = (found: readonly Diagnosis[]): string =>
  JSON.stringify({ status: worstOf(found), found }, undefined, 2);

const MARKS = { ok: 'ok', warning: 'warning', broken: 'BROKEN' } as const satisfies Record<Level, string>;
const COLOURS = { ok: 'green', warning: 'yellow', broken: 'red' } as const satisfies Record<Level, string>;

/** What is wrong with what to do about it, then what is well, a line each. */
export function asText(found: readonly Diagnosis[], { colours }: { colours: boolean }): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
    colours ? styleText(format, text, { validateStream: false }) : text;
  const lines = found.flatMap(({ code, level, what, why, nextStep }) => [
    `${paint(COLOURS[level], MARKS[level].padEnd(8))} ${level === 'ok' ? what : paint('bold', what)}`,
    ...(why ? [`         Why it matters: ${why}`] : []),
    ...(nextStep ? [`         What to do: ${nextStep}`, `         More: ${headingOf(code)}`, ''] : []),
  ]);
  return [...lines, '', paint('bold', summary(found))].join('\n');
}

function summary(found: readonly Diagnosis[]): string {
  const count = (level: Level): number => found.filter((one) => one.level === level).length;
  const [broken, warnings] = [count('broken'), count('warning')];
  if (broken + warnings === 0) return 'All is well.';
  const parts = [
    ...(broken > 0 ? [broken === 1 ? '1 thing is broken' : `${broken} things are broken`] : []),
    ...(warnings > 0 ? [warnings === 1 ? '1 warning' : `${warnings} warnings`] : []),
  ];
  return `${parts.join(', ')}.`;
}
