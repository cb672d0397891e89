/** The yes and the no to one motion with several characters. */
import { readConsentAnswer } from '../core/trust/consent-answers.ts';
import { castPage } from './cast-page.ts';
import type { ActionHandler } from './face.ts';
import { said } from './page.ts';
import { notYours, refusedPage } from './pages.ts';

/** The message with the price becomes the one that tells how all of them stand. */
const confirm: ActionHandler = async (press, face, { core }) => {
  const { words, code } = press;
  const answer = readConsentAnswer(press.arg);
  const given = answer ? { answer, language: words.language } : undefined;
  const done = await press.as((caller) => core.casts.confirm(caller, code, given));
  if (!done.ok) {
    if (done.refusal.code === 'offer-expired') return face.over(refusedPage(words, done.refusal));
    return void (await face.aside(notYours(words, done.refusal)));
  }
  const { value } = done;
  if (value.kind === 'cast') return face.instead(castPage(words, value.offer));
  for (const job of value.jobs) await face.become(job);
};

const decline: ActionHandler = async (press, face, { core }) => {
  const { words, code } = press;
  const gone = await press.as((caller) => core.casts.decline(caller, code));
  if (gone.ok) await face.instead(said(words.t('confirm.declined')));
  else if (gone.refusal.code === 'offer-expired') await face.over(refusedPage(words, gone.refusal));
  else await face.aside(notYours(words, gone.refusal));
};

export const CAST_ACTIONS: Readonly<Record<string, ActionHandler>> = {
  'cast-yes': confirm,
  'cast-no': decline,
};
