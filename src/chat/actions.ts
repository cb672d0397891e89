/** What buttons do, in every chat. All that a button knows is its verb and a code: whether it may is asked at each press. */

import { strandedBy } from '../core/delivery/undelivered.ts';
import { CHOICE_OPTIONS } from '../core/intake/choices.ts';
import { isOver } from '../core/job/job.ts';
import type { Choices } from '../core/price/quote.ts';
import type { GivenConsent } from '../core/trust/consent.ts';
import { offerPrice } from '../words/jobs.ts';
import { approve, ask, refuse } from './approvals.ts';
import { goOnButton } from './asking.ts';
import { CAST_ACTIONS } from './cast.ts';
import { mendChosen, withSheet } from './coach.ts';
import { audit, csv } from './csv.ts';
import type { ActionHandler, Face, Press, Tools } from './face.ts';
import { LIBRARY_ACTIONS } from './library-actions.ts';
import { tellMadeBy } from './made-by.ts';
import { myData } from './my-data.ts';
import { offerPage } from './offer-page.ts';
import { NOBODY, said } from './page.ts';
import { deleteQuestion, detailsPage, forgetQuestion, notYours, overPage, refusedPage } from './pages.ts';
import { jobOf, offerIsOver, withJob } from './presses.ts';
import { REPORT_ACTIONS } from './reports.ts';
import { settingsAction } from './settings-action.ts';
import { readYes } from './yes.ts';

const cancel = withJob(async ({ job, caller }, { id, words }, face, { core, commands }) => {
  await face.reopen(job.requester.target);
  const call = { ...caller, id, options: { job: job.id }, files: {} };
  const done = await commands.cancel.execute(call, core);
  if (!done.ok) await face.aside(notYours(words, done.refusal));
  else if (done.value.kind === 'cancel')
    await face.inPassing(
      said(words.t(done.value.how === 'asked' ? 'told.cancel-asked' : 'told.cancelled')),
      job,
    );
});

/** The yes to a dearer offer, at the price that the button says. */
const goOn = withJob(async ({ job, caller }, press, face, tools) => {
  const { words, arg } = press;
  await face.reopen(job.requester.target);
  const { agreedMicros } = readYes(arg);
  if (agreedMicros === undefined) return void (await face.aside(said(words.t('told.too-old'))));
  const gone = await tools.core.jobs.goOn(caller, job.id, agreedMicros);
  if (gone.ok) {
    const price = offerPrice(words, gone.value.quote);
    await face.inPassing(said(words.t('told.goes-on', { price })), job);
  } else if (gone.refusal.code === 'price-rose') await askAnew(press, face, tools);
  else await face.aside(notYours(words, gone.refusal));
});

/** A list of jobs goes on saying the price of before, so that the way on stands beside it. */
async function askAnew(press: Press, face: Face, tools: Tools): Promise<void> {
  const { words } = press;
  const now = await jobOf(press, tools);
  const job = now.ok ? now.value.job : undefined;
  const rows = job?.state === 'asking' ? [[goOnButton(words, job)]] : [];
  await face.aside({ ...said(words.t('confirm.dearer')), rows });
}

/** To where the button is. A member who comes for a video and does not get it is told why. */
const send = withJob(async ({ job, caller }, press, face, tools) => {
  const { words, verb } = press;
  if (verb === 'get') await face.reopen(job.requester.target);
  const { to, reached } = press.where(job, caller);
  const sent = await tools.core.jobs.sendAgain(job.id, to, reached);
  if (!sent.ok && sent.refusal.code === 'job-hidden')
    return void (await face.aside(refusedPage(words, sent.refusal)));
  if (!sent.ok) return void (await face.aside(said(words.t('jobs.gone'))));
  if (sent.value) return;
  const now = await jobOf(press, tools);
  const tooLarge = now.ok && strandedBy(now.value.job) === 'too-large';
  const why = tooLarge ? words.t('told.too-large', { code: job.code }) : words.t('told.find-in-jobs');
  await face.aside(said(why));
});

/** The message with the price becomes the one that tells how the job stands. */
const confirm: ActionHandler = (press, face, tools) => confirmWith(press, face, tools);

/** The same, with a word on whom the picture shows. */
const consent: ActionHandler = async (press, face, tools) => {
  const { answer } = readYes(press.arg);
  if (answer) await confirmWith(press, face, tools, { answer, language: press.words.language });
  else await face.aside(said(press.words.t('told.too-old')));
};

async function confirmWith(press: Press, face: Face, tools: Tools, given?: GivenConsent): Promise<void> {
  const { words, code } = press;
  const { agreedMicros } = readYes(press.arg);
  const taken = await press.as((caller) => tools.core.offers.confirm(caller, code, agreedMicros, given));
  if (!taken.ok) return offerIsOver(press, face, tools, taken.refusal);
  const { value } = taken;
  if (value.kind === 'job') return face.become(value.job);
  await face.instead(
    await face.draw(({ hasAdmins, sheets }) =>
      value.kind === 'offer'
        ? withSheet(words, offerPage(words, value.offer), value.offer, sheets)
        : overPage(words, value, hasAdmins),
    ),
  );
}

const decline: ActionHandler = async (press, face, tools) => {
  const done = await press.as((caller) => tools.core.offers.decline(caller, press.code));
  if (!done.ok) return offerIsOver(press, face, tools, done.refusal);
  await face.instead(said(press.words.t('confirm.declined')));
};

const choose: ActionHandler = async (press, face, tools) => {
  const { words, arg = '' } = press;
  const choices = choiceOf(arg) ?? mendChosen(arg);
  const offer = await press.as((caller) =>
    choices
      ? tools.core.offers.change(caller, press.code, choices)
      : tools.core.offers.find(caller, press.code),
  );
  if (!offer.ok) return offerIsOver(press, face, tools, offer.refusal);
  const { value } = offer;
  await face.instead(
    await face.draw(({ sheets }) => withSheet(words, offerPage(words, value), value, sheets)),
  );
};

/** `quality=pro`, `sound=false`. Undefined for what none of our buttons says. */
function choiceOf(arg: string): Partial<Choices> | undefined {
  const [name, value = ''] = arg.split('=');
  const option = CHOICE_OPTIONS.find((one) => one.name === name);
  if (option?.type === 'switch' && (value === 'true' || value === 'false'))
    return { [option.name]: value === 'true' };
  // Whether it is offered is asked where it is priced.
  if (option?.name === 'model' && value !== '') return { model: value };
  const values: readonly string[] = option?.type === 'choice' ? option.choices : [];
  return option && values.includes(value) ? { [option.name]: value } : undefined;
}

const askToDelete = withJob(({ job }, { words, mark }, face) =>
  face.ask(deleteQuestion(words, job, mark), job),
);

/** The messages first: once the job is forgotten, nobody knows where they are. */
const deleteNow: ActionHandler = async (press, face, tools) => {
  const { t, refusal } = press.words;
  const found = await jobOf(press, tools);
  if (!found.ok) {
    const isDone = press.again && found.refusal.code === 'no-such-job';
    if (isDone) await face.instead(said(t('delete.done')));
    else await face.aside(notYours(press.words, found.refusal));
    return;
  }
  const { job } = found.value;
  if (!isOver(job) && job.state !== 'completed')
    return void (await face.aside(said(refusal({ code: 'under-way' }))));
  const gone = await face.removeMessages(job);
  if (gone === undefined) return void (await face.aside(said(t('told.too-old'))));
  const forgotten = await tools.core.privacy.forgetJob(job.id);
  await face.instead(said(t(forgotten ? (gone ? 'delete.done' : 'delete.failed') : 'told.trouble')));
};

/** It deletes what is kept of whoever presses, so nobody can delete anybody else's. */
const forgetNow: ActionHandler = async (press, face, { core, commands }) => {
  const { words, id } = press;
  const done = await press.as((caller) =>
    commands.privacy.execute({ ...caller, id, options: { delete: 'true' }, files: {} }, core),
  );
  await face.instead(
    done.ok
      ? await face.draw((facts) => commands.privacy.show(words, done.value, facts))
      : notYours(words, done.refusal),
  );
};

/** By the verb on the button. A new one is a line here and its label in the languages. */
export const ACTIONS: Readonly<Record<string, ActionHandler>> = {
  cancel,
  'go-on': goOn,
  send,
  get: send,
  confirm,
  consent,
  decline,
  choose,
  ask,
  approve,
  refuse,
  csv,
  'made-by': tellMadeBy,
  audit,
  settings: settingsAction(),
  details: withJob(async ({ job }, { words }, face) => void (await face.aside(detailsPage(words, job)))),
  delete: askToDelete,
  'delete-yes': deleteNow,
  forget: ({ words }, face) => face.ask(forgetQuestion(words)),
  'forget-yes': forgetNow,
  ...REPORT_ACTIONS,
  ...LIBRARY_ACTIONS,
  ...CAST_ACTIONS,
  'my-data': myData,
  keep: (press, face, tools) =>
    press.code === NOBODY ? face.removeQuestion() : withJob(() => face.removeQuestion())(press, face, tools),
};

/** `own`: what the chat does by itself with some verbs. A verb is any stranger's text: `constructor` is something to every object. */
export async function runAction(
  press: Press,
  face: Face,
  tools: Tools,
  own: typeof ACTIONS = {},
): Promise<void> {
  const found = [own, ACTIONS].find((acts) => Object.hasOwn(acts, press.verb))?.[press.verb];
  if (found) await found(press, face, tools);
  else await face.aside(said(press.words.t('told.too-old')));
}
