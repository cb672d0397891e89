/** Parses what an admin wrote after `/settings`; answers a wrong word with the right ones. */
import { type Outcome, refuse } from '../../../core/refusals.ts';
import { SHOW } from '../../../core/settings/settings-parts.ts';
import type { MessageRecord } from '../inbound/records.ts';
import { topicOf } from '../inbound/who.ts';
import { locationId, readLocation } from '../target.ts';
import { PART_NAMES, type Slot, slotsFor, type Word } from './parts.ts';

export type SettingsReading =
  /** `spot`: another place that was named, where something is to be posted. */
  | { kind: 'call'; part: string; options: Record<string, string>; location?: string }
  | { kind: 'wrong'; refusal: Extract<Outcome<never>, { ok: false }>['refusal']; part?: string }
  /** More words than belong there. */
  | { kind: 'too-many'; part: string }
  /** Nobody of that name has been seen here. */
  | { kind: 'stranger'; name: string };

export type ReadParts = {
  find(chatId: number, username: string): Promise<number | undefined>;
  /** A chat by its public name. */
  chatNamed(name: string): Promise<number | undefined>;
};

type Options = Record<string, string>;
type WhoSlot = Extract<Slot, { takes: 'who' }>;
type ReadOptions = Options | { stranger: string } | undefined;

const wordsOf = ({ text, named = [] }: Pick<MessageRecord, 'text' | 'named'>): Word[] => {
  const words: Word[] = [];
  const plain = (from: number, to: number) =>
    words.push(...[...text.slice(from, to).matchAll(/\S+/g)].map(([word]) => ({ text: word })));
  let at = 0;
  for (const { from, to, userId } of named) {
    plain(at, from);
    words.push({ text: text.slice(from, to), userId });
    at = to;
  }
  plain(at, text.length);
  return words;
};

export async function readWords(said: MessageRecord, parts: ReadParts): Promise<SettingsReading> {
  const [first, ...rest] = wordsOf(said);
  const part = (first?.text ?? SHOW).toLowerCase();
  const slots = slotsFor(part);
  if (!slots)
    return {
      kind: 'wrong',
      refusal: refuse({ code: 'bad-option', option: 'settings', allowed: PART_NAMES }).refusal,
    };
  const wrong = ({ name, allowed }: Slot): SettingsReading => {
    // What can't be said where they are is no help.
    const here = allowed.filter((word) => word !== 'topic' || topicOf(said) !== undefined);
    return {
      kind: 'wrong',
      part,
      refusal: refuse({ code: 'bad-option', option: name, allowed: here }).refusal,
    };
  };

  const open = [...slots];
  const options: Options = {};
  let stranger: string | undefined;
  for (const [at, word] of rest.entries()) {
    if (open[0]?.takes === 'rest') {
      options[open[0].name] = rest
        .slice(at)
        .map(({ text }) => text)
        .join(' ');
      open.shift();
      break;
    }
    const [slot, taken] = await place(word, open, said, parts);
    if (!slot || !taken) return open[0] ? wrong(open[0]) : { kind: 'too-many', part };
    open.splice(open.indexOf(slot), 1);
    if ('stranger' in taken && taken.stranger !== undefined) stranger = taken.stranger;
    else Object.assign(options, taken);
  }

  const who = slots.find((slot) => slot.takes === 'who');
  const replied = said.repliesTo?.userId;
  if (who && replied !== undefined && (open.includes(who) || stranger !== undefined)) {
    Object.assign(options, memberOf(who, replied));
    if (open.includes(who)) open.splice(open.indexOf(who), 1);
    stranger = undefined;
  }
  if (stranger !== undefined) return { kind: 'stranger', name: stranger };
  const missing = open.find(({ optional }) => !optional);
  if (missing) return wrong(missing);
  const location = options[slots.find(({ takes }) => takes === 'spot')?.name ?? ''];
  return { kind: 'call', part, options, ...(location === undefined ? {} : { location }) };
}

/** The first open place that takes the word, and what that comes to. */
async function place(
  word: Word,
  open: readonly Slot[],
  said: MessageRecord,
  parts: ReadParts,
): Promise<[Slot, ReadOptions] | [undefined, undefined]> {
  for (const slot of open) {
    const taken = await take(word, slot, said, parts);
    if (taken) return [slot, taken];
  }
  return [undefined, undefined];
}

async function take(word: Word, slot: Slot, said: MessageRecord, parts: ReadParts): Promise<ReadOptions> {
  const text = word.text.toLowerCase();
  if (slot.takes === 'who') return whoIs(word, slot, said, parts);
  if (slot.takes === 'spot') return locationOf(text, slot, said, parts);
  if (slot.takes === 'rest' || word.userId !== undefined) return undefined;
  const { name } = slot;
  if (slot.takes === 'text')
    return slot.fits.test(text) || slot.words.includes(text) ? { [name]: word.text } : undefined;
  const meant = Object.hasOwn(slot.words, text) ? slot.words[text] : undefined;
  return meant === undefined ? undefined : { [name]: meant };
}

async function whoIs(
  word: Word,
  slot: WhoSlot,
  said: MessageRecord,
  { find }: ReadParts,
): Promise<ReadOptions> {
  if (word.userId !== undefined) return memberOf(slot, word.userId);
  const text = word.text.toLowerCase();
  if (/^@\w{2,}$/.test(text)) {
    const userId = await find(said.chatId, text.slice(1));
    return userId === undefined ? { stranger: word.text } : memberOf(slot, userId);
  }
  const scope = Object.hasOwn(slot.words, text) ? slot.words[text] : undefined;
  if (scope !== 'channel') return scope && { scope };
  const channel = topicOf(said);
  return channel === undefined ? undefined : { scope, channel };
}

const memberOf = ({ scoped }: WhoSlot, userId: number): Options => ({
  ...(scoped ? { scope: 'member' } : {}),
  member: `telegram:${userId}`,
});

async function locationOf(
  text: string,
  { name }: Slot,
  { chatId, threadId }: MessageRecord,
  { chatNamed }: ReadParts,
): Promise<ReadOptions> {
  if (text === 'here') return { [name]: locationId({ chatId, threadId }) };
  // Without a channel it is off.
  if (text === 'off' || text === 'none') return {};
  if (readLocation(text)) return { [name]: text };
  if (!/^@\w{4,}$/.test(text)) return undefined;
  const named = await chatNamed(text);
  return named === undefined ? undefined : { [name]: String(named) };
}
