/** What buttons do. All that a button knows is its verb and a code; whether it may is asked anew at each press. */
import type { Refusal } from '../../../core/refusals.ts';
import { strandedBy } from '../../../core/stranded.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { overMessage } from '../admin/over.ts';
import { placeOfResult } from '../places.ts';
import {
  deleteQuestion,
  detailsMessage,
  forgetQuestion,
  notice,
  offerMessage,
  refusalNotice,
  viewMessage,
} from '../views.ts';
import { type Asker, callOf } from './asker.ts';
import type { InboundParts } from './parts.ts';
import type { Asked, AskOf } from './record.ts';

type Pressed = Asked<AskOf<'press'>>;
type Deed = (parts: InboundParts, pressed: Pressed) => Promise<void>;

/** Those that open a form, or whose answer is a message of its own, are not here: they make jobs. */
const DEEDS: Readonly<Record<string, Deed>> = {
  cancel,
  details,
  send,
  get: send,
  confirm,
  decline,
  delete: askToDelete,
  'delete-yes': deleteNow,
  forget: async ({ replies }, { target }) => {
    await replies.say({ target }, forgetQuestion(wordsFor(target.locale)));
  },
  'forget-yes': forgetNow,
  keep: async ({ replies }, { target }) => {
    await replies.remove({ eventId: target.eventId });
  },
};

/** They answer a question that one member alone can see, in its place; a message for all must not go so. */
const ASKED_IN_PRIVATE: ReadonlySet<string> = new Set(['delete-yes', 'forget', 'forget-yes', 'keep']);

export const DEED_VERBS: readonly string[] = Object.keys(DEEDS);

export async function press(parts: InboundParts, pressed: Pressed): Promise<void> {
  const { verb } = pressed.ask;
  // A verb is any stranger's text: `constructor` is something to every object.
  const known = Object.hasOwn(DEEDS, verb) && (pressed.target.private || !ASKED_IN_PRIVATE.has(verb));
  const deed = known ? DEEDS[verb] : undefined;
  if (deed) await deed(parts, pressed);
  else await parts.replies.whisper(pressed, notice(wordsFor(pressed.target.locale).t('told.too-old')));
}

/** The press brings a fresh token for the very message that tells how the job stands. */
export async function renew(
  parts: Pick<InboundParts, 'tokens' | 'clock'>,
  { target }: Pick<Pressed, 'target'>,
  eventId: string,
): Promise<void> {
  const live = await parts.tokens.get(target.eventId);
  if (!live || eventId === target.eventId) return;
  const { applicationId, token } = live;
  await parts.tokens.remember(eventId, { applicationId, token, receivedAt: parts.clock.now() });
}

async function cancel(parts: InboundParts, pressed: Pressed): Promise<void> {
  const call = callOf(pressed, { options: { job: pressed.ask.code } });
  const found = await parts.core.jobs.find(call, pressed.ask.code);
  if (found.ok) await renew(parts, pressed, eventIdOf(found.value.requester.target));
  const view = await parts.commands.cancel.execute(call, parts.core);
  if (!view.ok)
    await parts.replies.whisper(pressed, refusalNotice(wordsFor(pressed.target.locale), view.refusal));
}

async function details(parts: InboundParts, pressed: Pressed): Promise<void> {
  const { target, ask } = pressed;
  const words = wordsFor(target.locale);
  const job = await parts.core.jobs.find(callOf(pressed), ask.code);
  await parts.replies.whisper(
    pressed,
    job.ok ? detailsMessage(words, job.value) : refusalNotice(words, job.refusal),
  );
}

/** To where the button is, through the token of this very press. */
async function send(parts: InboundParts, pressed: Pressed): Promise<void> {
  const { target, ask } = pressed;
  const words = wordsFor(target.locale);
  const found = await parts.core.jobs.find(callOf(pressed), ask.code);
  if (!found.ok) return parts.replies.whisper(pressed, refusalNotice(words, found.refusal));
  const job = found.value;
  if (ask.verb === 'get') await renew(parts, pressed, eventIdOf(job.requester.target));
  // For all to see where all could see it before; anywhere else it is the member's own business.
  const asked = job.requester.target;
  const open = asked.channelId === target.channelId && asked.private !== true;
  const reached = open || callOf(pressed).requester.memberId === job.requester.memberId;
  const sent = await parts.core.jobs.sendAgain(job.id, { ...target, private: !open }, reached);
  if (!sent.ok) await parts.replies.whisper(pressed, notice(words.t('jobs.gone')));
  else if (!sent.value) await parts.replies.whisper(pressed, notice(await whyNot(parts, pressed, words)));
}

/** A member who comes for a video and does not get it. */
async function whyNot({ core }: InboundParts, pressed: Pressed, { t }: Words): Promise<string> {
  const now = await core.jobs.find(callOf(pressed), pressed.ask.code);
  if (!now.ok || strandedBy(now.value) !== 'too-large') return t('told.find-in-jobs');
  return t('told.too-large', { code: now.value.code });
}

/** The message with the price becomes the one that tells how the job stands. */
async function confirm(parts: InboundParts, pressed: Pressed): Promise<void> {
  const { target, ask } = pressed;
  const words = wordsFor(target.locale);
  const taken = await parts.core.offers.confirm(callOf(pressed), ask.code);
  if (!taken.ok) return offerIsOver(parts, pressed, ask.code, taken.refusal);
  const { value } = taken;
  if (value.kind === 'over') {
    await parts.replies.say(pressed, overMessage(words, value, pressed.target));
    return;
  }
  if (value.kind === 'offer') {
    await parts.replies.say(pressed, offerMessage(words, value.offer, target.userId));
    return;
  }
  const { job } = value;
  const eventId = eventIdOf(job.requester.target);
  await renew(parts, pressed, eventId);
  await parts.outbound.bind(job.id, {
    channelId: target.channelId,
    statusMessageId: ask.messageId,
    eventId,
  });
  parts.outbound.show(job);
}

async function decline(parts: InboundParts, pressed: Pressed): Promise<void> {
  const declined = await parts.core.offers.decline(callOf(pressed), pressed.ask.code);
  if (!declined.ok) return offerIsOver(parts, pressed, pressed.ask.code, declined.refusal);
  await parts.replies.say(pressed, notice(wordsFor(pressed.target.locale).t('confirm.declined')));
}

/** What has expired stands there no longer; what somebody else may not do leaves the message as it is. */
export async function offerIsOver(
  { core, replies }: InboundParts,
  pressed: Asker,
  code: string,
  refusal: Refusal,
): Promise<void> {
  const words = wordsFor(pressed.target.locale);
  if (refusal.code !== 'offer-expired') return replies.whisper(pressed, refusalNotice(words, refusal));
  // The offer may have become somebody's job, which the message tells of by now.
  const job = await core.jobs.find(callOf(pressed), code);
  const isTheirs = !job.ok && job.refusal.code !== 'no-such-job';
  if (isTheirs) await replies.whisper(pressed, refusalNotice(words, job.refusal));
  else await replies.say(pressed, refusalNotice(words, refusal));
}

async function askToDelete(parts: InboundParts, pressed: Pressed): Promise<void> {
  const { target, ask } = pressed;
  const words = wordsFor(target.locale);
  const job = await parts.core.jobs.find(callOf(pressed), ask.code);
  // Whose `@original` the message with the video is: the token of this press, while it lives.
  const code = `${ask.code}-${target.eventId}`;
  await parts.replies.whisper(
    pressed,
    job.ok ? deleteQuestion(words, code) : refusalNotice(words, job.refusal),
  );
}

/** The messages first: once the job is forgotten, nobody knows where they are. */
async function deleteNow(parts: InboundParts, pressed: Pressed): Promise<void> {
  const { core, replies, outbound } = parts;
  const words = wordsFor(pressed.target.locale);
  const [code = '', resultEventId] = pressed.ask.code.split('-');
  const found = await core.jobs.find(callOf(pressed), code);
  if (!found.ok) {
    await replies.say(pressed, refusalNotice(words, found.refusal));
    return;
  }
  const job = found.value;
  const status = await outbound.statusOf(job);
  const removed = await replies.remove({ eventId: resultEventId, ...placeOfResult(job) });
  if (status) await replies.remove(status);
  const forgotten = await core.privacy.forgetJob(job.id);
  if (!forgotten) await replies.say(pressed, notice(words.t('told.trouble')));
  else await replies.say(pressed, notice(words.t(removed ? 'delete.done' : 'delete.failed')));
}

async function forgetNow(parts: InboundParts, pressed: Pressed): Promise<void> {
  const view = await parts.commands.privacy.execute(
    callOf(pressed, { options: { delete: 'true' } }),
    parts.core,
  );
  const words = wordsFor(pressed.target.locale);
  if (!view.ok) await parts.replies.say(pressed, refusalNotice(words, view.refusal));
  else if (view.value.kind === 'forgotten') await parts.replies.say(pressed, viewMessage(words, view.value));
}

export const eventIdOf = (target: Record<string, unknown>): string =>
  typeof target.eventId === 'string' ? target.eventId : '';
