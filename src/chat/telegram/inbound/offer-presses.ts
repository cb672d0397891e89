/** The buttons of a price that waits for a yes. */
import type { Offer } from '../../../core/offer-shelf.ts';
import type { Choices } from '../../../core/quote.ts';
import type { Outcome } from '../../../core/refusals.ts';
import { overBody } from '../admin/approvals.ts';
import { linesOf } from '../render.ts';
import { offerBody } from '../views.ts';
import { asWhoever, type Deed, refused } from './pressed.ts';
import { targetOf } from './who.ts';

export const confirm: Deed = async ({ press, words, code }, parts) => {
  const { outcome } = await asWhoever(press, parts, (caller) => parts.core.offers.confirm(caller, code));
  if (!outcome.ok) return refused(words, outcome);
  if (outcome.value.kind === 'over') {
    const { offer, refusal } = outcome.value;
    const body = overBody(words, offer, refusal, press.chatType === 'private');
    await parts.talk.edit(targetOf(press), press.messageId, body);
    return undefined;
  }
  if (outcome.value.kind === 'offer') {
    await parts.talk.edit(targetOf(press), press.messageId, offerBody(words, outcome.value.offer));
    return undefined;
  }
  // The message of the offer goes on as that of the job.
  const { job } = outcome.value;
  await parts.talk.bind(job.id, { chatId: press.chatId, messageId: press.messageId });
  parts.talk.show(job);
  return undefined;
};

export const decline: Deed = async ({ press, words, code }, parts) => {
  const { outcome } = await asWhoever(press, parts, (caller) => parts.core.offers.decline(caller, code));
  if (!outcome.ok) return refused(words, outcome);
  await parts.talk.edit(targetOf(press), press.messageId, linesOf([words.t('confirm.declined')]));
  return undefined;
};

export const choose: Deed = async ({ press, words, code, arg = '' }, parts) => {
  const { outcome } = await asWhoever(press, parts, async (caller): Promise<Outcome<Offer>> => {
    const choices = choiceOf(arg);
    if (choices) return parts.core.offers.change(caller, code, choices);
    return parts.core.offers.find(caller, code);
  });
  if (!outcome.ok) return refused(words, outcome);
  await parts.talk.edit(targetOf(press), press.messageId, offerBody(words, outcome.value));
  return undefined;
};

/** What a button of the offer chooses: `quality=pro`. Undefined for what none of ours says. */
function choiceOf(arg: string): Partial<Choices> | undefined {
  const CHOICES: Readonly<Record<string, Partial<Choices>>> = {
    'orientation=auto': { orientation: 'auto' },
    'orientation=video': { orientation: 'video' },
    'orientation=image': { orientation: 'image' },
    'quality=draft': { quality: 'draft' },
    'quality=standard': { quality: 'standard' },
    'quality=pro': { quality: 'pro' },
    'sound=true': { sound: true },
    'sound=false': { sound: false },
    'trim=true': { trim: true },
    'trim=false': { trim: false },
    'loop=true': { loop: true },
    'loop=false': { loop: false },
  };
  return Object.hasOwn(CHOICES, arg) ? CHOICES[arg] : undefined;
}
