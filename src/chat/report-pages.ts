/** Reports of videos, as pages: why, what the admins read, and what they can do. */
import { REPORT_REASONS, type ReportReason } from '../core/job/job.ts';
import type { Case } from '../core/takedown/case.ts';
import type { Decision } from '../core/takedown/decide.ts';
import type { Words } from '../words/index.ts';
import { reportItem, reportLines } from '../words/reports.ts';
import type { Facts } from './facts.ts';
import { type Button, type Line, type Page, said } from './page.ts';

export type About = { code: string; arg?: string | undefined };

/** Why a video is reported, a button for each reason. */
export const reasonsPage = ({ t }: Words, code: string): Page => ({
  lines: [t('report.ask', { code })],
  rows: [
    REPORT_REASONS.map((reason) => ({ verb: 'report-as', code, arg: reason, label: t(`report.${reason}`) })),
  ],
});

export const confirmPage = ({ t }: Words, code: string, reason: ReportReason): Page => ({
  title: t(`report.${reason}`),
  tone: 'plain',
  lines: [t('report.confirm')],
  rows: [[{ verb: 'report-yes', code, arg: reason, label: t('button.report-yes'), tone: 'danger' }]],
});

/** What those who decide read, with what they can do. One that is locked has no buttons: it is decided elsewhere. */
export function casePage(words: Words, one: Case, lines: readonly Line[], arg?: string): Page {
  const rows = one.locked || one.state !== 'open' ? [] : [decisions(words, { code: one.code, arg }, one)];
  return { lines, rows };
}

export const caseLines = (words: Words, one: Case, facts: Pick<Facts, 'naming'>, reminder = false): Line[] =>
  reportLines(words, one, facts.naming, reminder).map((text) => ({ text, named: true }));

export function decisions({ t }: Words, about: About, { banned }: Pick<Case, 'banned'>): Button[] {
  const button = (decision: Decision, tone: 'success' | 'danger'): Button => ({
    verb: decision,
    code: about.code,
    ...(about.arg === undefined ? {} : { arg: about.arg }),
    label: t(`button.${decision}`),
    tone,
  });
  return [
    button('restore', 'success'),
    button('remove', 'danger'),
    ...(banned ? [] : [button('ban', 'danger')]),
  ];
}

/** The cases that wait for an admin, each with a button that leads to it. */
export function waitingPage(words: Words, cases: readonly Case[], facts: Facts): Page {
  const { t } = words;
  if (cases.length === 0) return said(t('report.none'));
  return {
    title: t('report.title'),
    lines: [],
    items: cases.slice(0, facts.room).map((one) => {
      const arg = facts.placeOf?.(one.asker.target);
      const decide = { verb: 'case', code: one.code, ...(arg === undefined ? {} : { arg }) };
      return {
        text: reportItem(words, one),
        ...(one.locked ? {} : { button: { ...decide, label: t('button.decide') } }),
      };
    }),
  };
}

/** The second of two steps: what goes can't be brought back. */
export const removeQuestion = ({ t }: Words, about: About): Page => ({
  title: t('card.job', { code: about.code }),
  lines: [t('report.sure')],
  rows: [
    [
      { verb: 'remove-yes', ...about, label: t('button.remove'), tone: 'danger' },
      { verb: 'case', ...about, label: t('button.keep') },
    ],
  ],
});
