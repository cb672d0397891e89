/** What the buttons of reports do, in every chat. Nobody learns who reported what. */
import { REPORT_REASONS, type ReportReason } from '../core/job/job.ts';
import { hides } from '../core/takedown/case.ts';
import type { Decision } from '../core/takedown/decide.ts';
import type { ActionHandler } from './face.ts';
import { said } from './page.ts';
import { caseLines, casePage, confirmPage, decisions, reasonsPage, removeQuestion } from './report-pages.ts';

const report: ActionHandler = ({ words, code }, face) =>
  face.confide(reasonsPage(words, code), said(words.t('report.write-me', { code })));

/** The second step, where it hides something; else the last one. */
const reportAs: ActionHandler = async (press, face, tools) => {
  const reason = reasonOf(press.arg);
  if (!press.alone || !reason) return void (await face.aside(said(press.words.t('told.too-old'))));
  if (hides(reason)) await face.instead(confirmPage(press.words, press.code, reason));
  else await take(press, face, tools);
};

const take: ActionHandler = async (press, face, { core }) => {
  const { words, code } = press;
  const reason = reasonOf(press.arg);
  if (!press.alone || !reason) return void (await face.aside(said(words.t('told.too-old'))));
  const taken = await press.as(({ requester: { memberId: by, spaceId } }) =>
    core.takedown.report({ by, spaceId, code, reason }),
  );
  await face.instead(taken.ok ? said(words.t('report.thanks')) : said(words.refusal(taken.refusal)));
};

const reasonOf = (arg: string | undefined): ReportReason | undefined =>
  REPORT_REASONS.find((reason) => reason === arg);

const TOLD = { restore: 'report.restored', remove: 'report.removed', ban: 'report.banned' } as const;

/** Asks for the decision as an admin of where the video was asked for, and writes down who made it. */
const decide =
  (decision: Decision): ActionHandler =>
  async (press, face, { core }) => {
    const { words, code, arg } = press;
    const done = await press.asAdmin((caller) => core.takedown.decide(caller, code, decision));
    // It broke off after it was decided, and before that was told.
    const wasMine = !done.ok && press.again && done.refusal.code === 'already-decided';
    if (!done.ok && !wasMine) return void (await face.aside(said(words.refusal(done.refusal))));
    const outcome = words.t(TOLD[decision], { admin: await press.name() });
    await face.instead({
      title: words.t('card.job', { code }),
      lines: [{ text: outcome, named: true, strong: true }],
      rows: done.ok && decision === 'ban' ? [decisions(words, { code, arg }, { banned: true })] : [],
    });
  };

const askToRemove: ActionHandler = async (press, face, { core }) => {
  const { words, code, arg } = press;
  const found = await press.asAdmin((caller) => core.takedown.find(caller, code));
  if (!found.ok) return void (await face.aside(said(words.refusal(found.refusal))));
  await face.instead(removeQuestion(words, { code, ...(arg === undefined ? {} : { arg }) }));
};

const showCase: ActionHandler = async (press, face, { core }) => {
  const { words, code, arg } = press;
  const found = await press.asAdmin((caller) => core.takedown.find(caller, code));
  if (!found.ok) return void (await face.aside(said(words.refusal(found.refusal))));
  const { value } = found;
  await face.instead(await face.draw((facts) => casePage(words, value, caseLines(words, value, facts), arg)));
};

export const REPORT_ACTIONS = {
  report,
  'report-as': reportAs,
  'report-yes': take,
  case: showCase,
  restore: decide('restore'),
  remove: askToRemove,
  'remove-yes': decide('remove'),
  ban: decide('ban'),
} satisfies Readonly<Record<string, ActionHandler>>;
