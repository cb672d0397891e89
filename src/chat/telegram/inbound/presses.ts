/** Buttons. Anybody in a group can press them, at any time, so each press is checked anew against what is on record. */
import type { Caller } from '../../../core/access.ts';
import type { Job } from '../../../core/job.ts';
import { strandedBy } from '../../../core/stranded.ts';
import { wordsFor } from '../../../words/index.ts';
import { linesOf, readCallbackData } from '../render.ts';
import { targetSchema } from '../target.ts';
import { deleteAskBody, forgetAskBody, forgottenBody } from '../views.ts';
import { choose, confirm, decline } from './offer-presses.ts';
import { asWhoever, type Deed, type Heard, type Pressed, type PressParts, refused } from './pressed.ts';
import type { Press } from './records.ts';
import { targetOf } from './who.ts';

export async function runPress(press: Press, parts: PressParts): Promise<Heard> {
  const words = wordsFor(press.locale);
  const said = readCallbackData(press.data);
  const deeds: Readonly<Record<string, Deed>> = { ...DEEDS, ...parts.more };
  // A verb is any stranger's text: `constructor` is something to every object.
  const deed = said && Object.hasOwn(deeds, said.verb) ? deeds[said.verb] : undefined;
  if (!said || !deed) return words.t('told.too-old');
  return deed({ press, words, code: said.code, arg: said.arg }, parts);
}

/** The job under whose video or status the button stands, for those whom it answers to. */
async function jobOf(
  { press, code, words }: Pressed,
  parts: PressParts,
): Promise<{ job: Job; caller: Caller } | { heard: string }> {
  const { caller, outcome } = await asWhoever(press, parts, (who) => parts.core.jobs.find(who, code));
  return outcome.ok ? { job: outcome.value, caller } : { heard: refused(words, outcome) };
}

/** What comes of a press answers the member's own message, where that is in this chat. */
function besideTheirs(press: Press, job: Job): Press {
  const asked = targetSchema.safeParse(job.requester.target);
  return asked.success && asked.data.chatId === press.chatId
    ? { ...press, messageId: asked.data.messageId }
    : press;
}

const cancel: Deed = async ({ press, words, code }, parts) => {
  const { outcome } = await asWhoever(press, parts, (caller) =>
    parts.commands.cancel.execute(
      { ...caller, id: press.pressId, options: { job: code }, files: {} },
      parts.core,
    ),
  );
  if (!outcome.ok) return refused(words, outcome);
  const asked = outcome.value.kind === 'cancel' && outcome.value.how === 'asked';
  return words.t(asked ? 'told.cancel-asked' : 'told.cancelled');
};

const again: Deed = async (pressed, parts) => {
  const { press, code } = pressed;
  const found = await jobOf(pressed, parts);
  if ('heard' in found) return found.heard;
  const asChat = found.caller.requester.memberId === found.caller.requester.spaceId;
  const { kind: _, pressId, data: __, userId, ...place } = besideTheirs(press, found.job);
  await parts.start({
    ...place,
    ...(asChat && press.chatType !== 'private'
      ? { anonymousAdmin: true }
      : userId === undefined
        ? {}
        : { userId }),
    kind: 'request',
    jobId: `telegram-${pressId}`,
    command: 'again',
    options: { job: code },
    ask: false,
    media: {},
  });
  return undefined;
};

const renew =
  (what: 'image' | 'clip'): Deed =>
  async (pressed, { talk, expected, ...parts }) => {
    const { press, words, code } = pressed;
    const found = await jobOf(pressed, { talk, expected, ...parts });
    if ('heard' in found) return found.heard;
    const at = besideTheirs(press, found.job);
    const ask = linesOf([words.t(what === 'image' ? 'ask.new-image' : 'ask.new-motion')]);
    const askId = await talk.say(targetOf(at), {
      ...ask,
      // It opens the reply by itself, for the one whose message is answered.
      reply_markup: { force_reply: true, selective: press.chatType !== 'private' },
    });
    if (askId === undefined) return undefined;
    const { userId } = press;
    await expected.wait(press, { what, code, askId, ...(userId === undefined ? {} : { userId }) });
    return undefined;
  };

const askDelete: Deed = async (pressed, parts) => {
  const { press, words } = pressed;
  const found = await jobOf(pressed, parts);
  if ('heard' in found) return found.heard;
  const askId = await parts.talk.say(targetOf(press), deleteAskBody(words, found.job));
  // Not in the button: what a button sends, anybody can make up.
  if (askId !== undefined)
    await parts.shelf.set(
      deleteKey(press.chatId, askId),
      { resultId: press.messageId, jobId: found.job.id } satisfies Asked,
      DELETE_ASKED_MS,
    );
  return undefined;
};

const DELETE_ASKED_MS = 24 * 3_600_000;
const deleteKey = (chatId: number, askId: number): string => `delete:${chatId}:${askId}`;

/** `agreed`: by one who may, so that the rest is done whoever presses next, also when the job is gone by then. */
type Asked = { resultId: number; jobId: string; agreed?: true };

const deleteNow: Deed = async (pressed, parts) => {
  const { press, words } = pressed;
  const key = deleteKey(press.chatId, press.messageId);
  const asked = await parts.shelf.get<Asked>(key);
  if (!asked?.agreed) {
    const found = await jobOf(pressed, parts);
    if ('heard' in found) return found.heard;
    if (found.job.id !== asked?.jobId) return words.t('told.too-old');
    await parts.shelf.set(key, { ...asked, agreed: true } satisfies Asked, DELETE_ASKED_MS);
  }
  if (!(await parts.core.privacy.forgetJob(asked.jobId))) return words.t('delete.failed');
  const gone = await parts.remove(press.chatId, asked.resultId);
  await parts.talk.edit(
    targetOf(press),
    press.messageId,
    linesOf([words.t(gone ? 'delete.done' : 'delete.failed')]),
  );
  return undefined;
};

const keep: Deed = async (pressed, parts) => {
  const { press } = pressed;
  const found = await jobOf(pressed, parts);
  if ('heard' in found) return found.heard;
  const asked = await parts.shelf.get<Asked>(deleteKey(press.chatId, press.messageId));
  if (asked !== undefined) await parts.remove(press.chatId, press.messageId);
  return undefined;
};

const send: Deed = async (pressed, parts) => {
  const { press, words } = pressed;
  const found = await jobOf(pressed, parts);
  if ('heard' in found) return found.heard;
  const asked = targetSchema.safeParse(found.job.requester.target);
  const reached =
    found.caller.requester.memberId === found.job.requester.memberId ||
    (asked.success && asked.data.chatId === press.chatId);
  const outcome = await parts.core.jobs.sendAgain(found.job.id, targetOf(press), reached);
  if (!outcome.ok)
    return outcome.refusal.code === 'no-such-job' ? words.t('jobs.gone') : words.refusal(outcome.refusal);
  if (outcome.value) return undefined;
  const now = await jobOf(pressed, parts);
  const tooLarge = 'job' in now && strandedBy(now.job) === 'too-large';
  return tooLarge ? words.t('told.too-large', { code: now.job.code }) : words.t('told.find-in-jobs');
};

const forgetAsk: Deed = async ({ press, words }, { talk }) => {
  await talk.say(targetOf(press), forgetAskBody(words));
  return undefined;
};

/** It deletes what is kept of whoever presses, so in a group nobody can delete anybody else's. */
const forget: Deed = async ({ press, words }, { core, commands, who, talk }) => {
  const call = { ...(await who.member(press)), id: press.pressId, options: { delete: 'true' }, files: {} };
  const outcome = await commands.privacy.execute(call, core);
  if (!outcome.ok) return refused(words, outcome);
  const body =
    outcome.value.kind === 'forgotten' ? forgottenBody(words, outcome.value.forgotten) : forgetAskBody(words);
  await talk.edit(targetOf(press), press.messageId, body);
  return undefined;
};

const DEEDS: Readonly<Record<string, Deed>> = {
  cancel,
  again,
  'new-image': renew('image'),
  'new-motion': renew('clip'),
  delete: askDelete,
  'delete-now': deleteNow,
  keep,
  send,
  confirm,
  decline,
  choose,
  'forget-ask': forgetAsk,
  forget,
};

export const VERBS: readonly string[] = Object.keys(DEEDS);
