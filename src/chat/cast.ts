/** The yes and the no to one motion with several characters. */
import { castPage } from './cast-page.ts';
import type { ActionHandler } from './face.ts';
import { said } from './page.ts';
import { overPage } from './pages.ts';
import { offerIsOver } from './presses.ts';
import { readYes } from './yes.ts';

/** The message with the price becomes the one that tells how all of them stand. */
const confirm: ActionHandler = async (press, face, tools) => {
  const { core } = tools;
  const { words, code } = press;
  const { agreedMicros, answer } = readYes(press.arg);
  const given = answer ? { answer, language: words.language } : undefined;
  const done = await press.as((caller) => core.casts.confirm(caller, code, agreedMicros, given));
  if (!done.ok) return offerIsOver(press, face, tools, done.refusal);
  const { value } = done;
  if (value.kind === 'cast') return face.instead(castPage(words, value.offer));
  if (value.kind === 'over')
    return face.instead(await face.draw(({ hasAdmins }) => overPage(words, value, hasAdmins)));
  for (const job of value.jobs) await face.become(job);
};

const decline: ActionHandler = async (press, face, tools) => {
  const { core } = tools;
  const { words, code } = press;
  const gone = await press.as((caller) => core.casts.decline(caller, code));
  if (!gone.ok) return offerIsOver(press, face, tools, gone.refusal);
  await face.instead(said(words.t('confirm.declined')));
};

export const CAST_ACTIONS: Readonly<Record<string, ActionHandler>> = {
  'cast-yes': confirm,
  'cast-no': decline,
};
