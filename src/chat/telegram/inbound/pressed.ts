/** What every button's deed works with, and who may have it done. */
import type { Caller } from '../../../core/access.ts';
import type { Command, Core } from '../../../core/command.ts';
import type { Shelf } from '../../../core/ports.ts';
import type { Outcome } from '../../../core/refusals.ts';
import type { Words } from '../../../words/index.ts';
import type { Expected } from './expected.ts';
import type { Place, Press, Request } from './records.ts';
import type { Talk } from './talk.ts';
import type { Who } from './who.ts';

export type PressParts = {
  core: Core;
  commands: Readonly<Record<'cancel' | 'privacy', Command>>;
  who: Who;
  talk: Talk;
  expected: Expected;
  shelf: Shelf;
  /** Takes a wish: on disk once this has answered. */
  start(request: Request): Promise<void>;
  remove(chatId: number, messageId: number): Promise<boolean>;
  /** What other buttons do, by their verb. */
  more: Readonly<Record<string, Deed>>;
};

/** What the member hears in the small window above the chat; nothing where the chat itself tells it. */
export type Heard = string | undefined;
export type Pressed = { press: Press; words: Words; code: string; arg: string | undefined };
export type Deed = (pressed: Pressed, parts: PressParts) => Promise<Heard>;

/**
 * As the member; where that isn't enough, with a moderator's rights; and for what an anonymous admin began, as the
 * chat itself. Telegram shows who presses, never as whom.
 */
export async function asWhoever<T>(
  place: Place,
  { who }: PressParts,
  attempt: (caller: Caller) => Promise<Outcome<T>>,
): Promise<{ caller: Caller; outcome: Outcome<T> }> {
  const member = await who.member(place);
  const first = { caller: member, outcome: await attempt(member) };
  if (first.outcome.ok || first.outcome.refusal.code !== 'not-allowed') return first;
  for (const how of ['ranked', 'asChat'] as const) {
    const caller = await who[how](place);
    const outcome = caller && (await attempt(caller));
    if (caller && outcome?.ok) return { caller, outcome };
  }
  return first;
}

export function refused(
  words: Words,
  outcome: { ok: false; refusal: Parameters<Words['refusal']>[0] },
): string {
  return outcome.refusal.code === 'not-allowed' ? words.t('told.not-yours') : words.refusal(outcome.refusal);
}
