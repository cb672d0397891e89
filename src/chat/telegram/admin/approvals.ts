/** Over a limit: the member asks, the admins of the chat say yes or no, and everybody concerned can see it. */

import type { Offer } from '../../../core/offer-shelf.ts';
import type { Shelf } from '../../../core/ports.ts';
import type { OverQuota } from '../../../core/refusals.ts';
import type { Words } from '../../../words/index.ts';
import { asWhoever, type Deed, type Pressed, refused } from '../inbound/pressed.ts';
import type { Talk } from '../inbound/talk.ts';
import { targetOf, type Who } from '../inbound/who.ts';
import { callbackData, keyboardOf, linesOf } from '../render.ts';
import { targetSchema } from '../target.ts';
import type { Body } from '../views.ts';
import type { People } from './people.ts';

/** As long as the core waits for an answer. */
const HOURS = 24;
const KEPT_MS = (HOURS + 1) * 3_600_000;

/** What the admins were told, and whose request it is: the note goes when that member wants to be forgotten. */
type Told = { lines: string[]; memberId: string };
/** The message of the member that waits for the answer. */
type Asked = { chatId: number; messageId: number };

export function approvalNotes(shelf: Shelf) {
  const note = <T>(name: string) => ({
    get: (key: string) => shelf.get<T>(`${name}:${key}`),
    set: (key: string, value: T) => shelf.set(`${name}:${key}`, value, KEPT_MS),
  });
  return {
    /** By the job's id. */
    asked: note<Asked>('asked'),
    /** By the job's code. */
    request: note<Told>('request'),
  };
}
export type ApprovalNotes = ReturnType<typeof approvalNotes>;

/** The refusal, and the way past it where there are admins to ask. */
export function overBody(words: Words, offer: Offer, refusal: OverQuota, isPrivate: boolean): Body {
  const keyboard = keyboardOf([
    isPrivate ? [] : [{ text: words.t('button.ask-admin'), data: callbackData('ask', offer.code) }],
  ]);
  return { ...linesOf([words.refusal(refusal)]), ...(keyboard ? { reply_markup: keyboard } : {}) };
}

/** The request as the admins see it. Undefined where the offer has no chat whose admins could be asked. */
export function requestBody(words: Words, lines: readonly string[], offer: Offer): Body | undefined {
  const target = targetSchema.safeParse(offer.requester.target);
  if (!target.success) return undefined;
  // The chat is looked up again by the core: in a button it only says where to ask who is an admin.
  const arg = String(target.data.chatId);
  const keyboard = keyboardOf([
    [
      { text: words.t('button.approve'), data: callbackData('approve', offer.code, arg) },
      { text: words.t('button.decline'), data: callbackData('refuse', offer.code, arg) },
    ],
  ]);
  return { ...linesOf(lines), ...(keyboard ? { reply_markup: keyboard } : {}) };
}

export type ApprovalParts = { notes: ApprovalNotes; people: People; who: Who; talk: Talk };

export function approvalDeeds({
  notes,
  people,
  who,
  talk,
}: ApprovalParts): Record<'ask' | 'approve' | 'refuse', Deed> {
  const ask: Deed = async ({ press, words, code }, parts) => {
    const { outcome } = await asWhoever(press, parts, (caller) => parts.core.approvals.ask(caller, code));
    if (!outcome.ok) return refused(words, outcome);
    const { offer, told } = outcome.value;
    await notes.asked.set(offer.id, { chatId: press.chatId, messageId: press.messageId });
    const refusal = offer.over ? [words.refusal(offer.over)] : [];
    // The button stays where nobody could be told: another press tries again.
    if (told === 'nobody') return words.t('approval.nobody');
    await talk.edit(targetOf(press), press.messageId, linesOf([...refusal, words.t('approval.sent')]));
    return undefined;
  };

  /** As an admin of the chat where it was asked, wherever the button stands. */
  async function adminOf({ press, arg }: Pressed) {
    const { threadId: _, ...person } = press;
    return who.fresh({ ...person, chatId: Number(arg), chatType: 'supergroup' });
  }

  async function decided({ press, words, code }: Pressed, how: 'approved' | 'declined'): Promise<void> {
    const admin = await people.nameOf(press.chatId, press.userId ?? 0);
    await close({ press, words, code }, words.t(`approval.${how}`, { admin }));
  }

  async function close({ press, code }: Omit<Pressed, 'arg'>, end: string): Promise<void> {
    const request = await notes.request.get(code);
    await talk.edit(targetOf(press), press.messageId, linesOf([...(request?.lines ?? []), end]));
  }

  async function refusedTo(pressed: Pressed, outcome: Parameters<typeof refused>[1]): Promise<string> {
    const { words } = pressed;
    const { refusal } = outcome;
    if (refusal.code === 'not-allowed') return words.refusal({ code: 'not-allowed', why: 'admins-only' });
    const past = refusal.code === 'over-quota' && refusal.scope !== 'operator';
    if (past)
      return words.t('approval.another', { limit: words.t(`limit.${refusal.scope}-${refusal.period}`) });
    if (refusal.code !== 'offer-expired') return words.refusal(refusal);
    const expired = words.t('approval.expired', { hours: HOURS });
    await close(pressed, expired);
    return expired;
  }

  const approve: Deed = async (pressed, { core }) => {
    const outcome = await core.approvals.approve(await adminOf(pressed), pressed.code);
    if (!outcome.ok) return refusedTo(pressed, outcome);
    const job = outcome.value;
    await decided(pressed, 'approved');
    const asked = await notes.asked.get(job.id);
    // What said no goes on as the message that tells how the job stands.
    if (asked) await talk.bind(job.id, asked);
    talk.show(job);
    return undefined;
  };

  const decline: Deed = async (pressed, { core }) => {
    const outcome = await core.approvals.refuse(await adminOf(pressed), pressed.code);
    if (!outcome.ok) return refusedTo(pressed, outcome);
    await decided(pressed, 'declined');
    return undefined;
  };

  return { ask, approve, refuse: decline };
}
