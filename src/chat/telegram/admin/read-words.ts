/** From what an admin wrote after `/settings` to what the core is asked; a wrong word is told with the right ones. */
import { type Outcome, refuse } from '../../../core/refusals.ts';
import { isSettingsPart, type SettingsPart } from '../../../core/settings-words.ts';
import type { Said } from '../inbound/records.ts';
import { topicOf } from '../inbound/who.ts';
import { PART_NAMES, PARTS, SCOPES, type Slot, type Word } from './parts.ts';
import { readSpot, spotId } from './spot.ts';

export type Read =
  | { kind: 'call'; part: SettingsPart; options: Record<string, string> }
  | { kind: 'wrong'; refusal: Extract<Outcome<never>, { ok: false }>['refusal']; part?: SettingsPart }
  /** More words than belong there. */
  | { kind: 'too-many'; part: SettingsPart }
  /** Nobody of that name has been seen here. */
  | { kind: 'stranger'; name: string };

export type ReadParts = {
  find(chatId: number, username: string): Promise<number | undefined>;
  /** A chat by its public name. */
  chatNamed(name: string): Promise<number | undefined>;
};

type Options = Record<string, string>;
type Taken = Options | { stranger: string } | undefined;

const wordsOf = ({ text, named = [] }: Pick<Said, 'text' | 'named'>): Word[] => {
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

export async function readWords(said: Said, parts: ReadParts): Promise<Read> {
  const [first, ...rest] = wordsOf(said);
  const part = (first?.text ?? 'show').toLowerCase();
  if (!isSettingsPart(part))
    return {
      kind: 'wrong',
      refusal: refuse({ code: 'bad-option', option: 'settings', allowed: PART_NAMES }).refusal,
    };
  const wrong = ({ name, allowed }: Slot): Read => {
    // What can't be said where they are is no help.
    const here = allowed.filter((word) => word !== 'topic' || topicOf(said) !== undefined);
    return {
      kind: 'wrong',
      part,
      refusal: refuse({ code: 'bad-option', option: name, allowed: here }).refusal,
    };
  };

  const open = [...PARTS[part].slots];
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
    const [slot, taken] = await place(word, open, part, said, parts);
    if (!slot || !taken) return open[0] ? wrong(open[0]) : { kind: 'too-many', part };
    open.splice(open.indexOf(slot), 1);
    if ('stranger' in taken && taken.stranger !== undefined) stranger = taken.stranger;
    else Object.assign(options, taken);
  }

  const who = open.find(({ takes }) => takes === 'who');
  const replied = said.repliesTo?.userId;
  if (replied !== undefined && (who || stranger !== undefined)) {
    Object.assign(options, memberOf(part, replied));
    if (who) open.splice(open.indexOf(who), 1);
    stranger = undefined;
  }
  if (stranger !== undefined) return { kind: 'stranger', name: stranger };
  const missing = open.find(({ optional }) => !optional);
  return missing ? wrong(missing) : { kind: 'call', part, options };
}

/** The first open place that takes the word, and what that comes to. */
async function place(
  word: Word,
  open: readonly Slot[],
  part: SettingsPart,
  said: Said,
  parts: ReadParts,
): Promise<[Slot, Taken] | [undefined, undefined]> {
  for (const slot of open) {
    const taken = await take(word, slot, part, said, parts);
    if (taken) return [slot, taken];
  }
  return [undefined, undefined];
}

async function take(
  word: Word,
  { name, takes }: Slot,
  part: SettingsPart,
  said: Said,
  parts: ReadParts,
): Promise<Taken> {
  const text = word.text.toLowerCase();
  if (takes === 'who') return whoIs(word, part, said, parts);
  if (takes === 'spot') return spotOf(text, said, parts);
  if (takes === 'rest' || word.userId !== undefined) return undefined;
  if (takes instanceof RegExp) return takes.test(text) ? { [name]: word.text } : undefined;
  const meant = Object.hasOwn(takes, text) ? takes[text] : undefined;
  return meant === undefined ? undefined : { [name]: meant };
}

async function whoIs(word: Word, part: SettingsPart, said: Said, { find }: ReadParts): Promise<Taken> {
  if (word.userId !== undefined) return memberOf(part, word.userId);
  const text = word.text.toLowerCase();
  if (/^@\w{2,}$/.test(text)) {
    const userId = await find(said.chatId, text.slice(1));
    return userId === undefined ? { stranger: word.text } : memberOf(part, userId);
  }
  const scope = SCOPES[part]?.[text];
  if (scope !== 'channel') return scope && { scope };
  const channel = topicOf(said);
  return channel === undefined ? undefined : { scope, channel };
}

const memberOf = (part: SettingsPart, userId: number): Options => ({
  ...(part === 'limit' ? { scope: 'member' } : {}),
  member: `telegram:${userId}`,
});

async function spotOf(text: string, { chatId, threadId }: Said, { chatNamed }: ReadParts): Promise<Taken> {
  if (text === 'here') return { channel: spotId({ chatId, threadId }) };
  // Without a channel it is off.
  if (text === 'off' || text === 'none') return {};
  if (readSpot(text)) return { channel: text };
  if (!/^@\w{4,}$/.test(text)) return undefined;
  const named = await chatNamed(text);
  return named === undefined ? undefined : { channel: String(named) };
}
