/** What can stand after `/settings`, word by word, from what its parts ask for. Words come in any order where they can't be mistaken. */

import { parts } from '../../../../settings/index.ts';
import type { OptionSpec } from '../../../core/options.ts';
import type { Texts } from '../../../core/settings/setting.ts';

/** A word of the command; `userId` where it names somebody by their account. */
export type Word = { text: string; userId?: number };

/** What a place in the command takes, told to whoever wrote something else. */
export type Slot = {
  /** What the part calls it. */
  name: string;
  allowed: readonly string[];
  /** How it stands in the usage. */
  usage: string;
  optional?: true;
} & (
  | { takes: 'words'; words: Readonly<Record<string, string>> }
  | { takes: 'text'; fits: RegExp; words: readonly string[] }
  /** Where something can be posted. */
  | { takes: 'spot' }
  /** All that follows. */
  | { takes: 'rest' }
  /** A person, whoever is replied to, or what `words` stand for. `scoped`: it is also said what that is. */
  | { takes: 'who'; words: Readonly<Record<string, 'server' | 'everyone' | 'channel'>>; scoped: boolean }
);

/** All that could be meant as a number: whether it is one, the core says. */
const NUMBER = /^[-+$]*\d[\d.,]*\$?$/;
/** In plain text Telegram would take a whole name for somebody's. */
const ANYBODY = '@…';
const PERSON = '@name';
/** Other words for the same. */
const ALSO: Readonly<Record<string, readonly string[]>> = { usd: ['dollars'], jobs: ['job'] };
const SCOPES = { server: 'server', chat: 'server', member: 'everyone', everyone: 'everyone' } as const;
const SCOPES_NAMED = ['chat', 'member'];
const TOPIC = 'topic';

const SCOPE = 'scope';

/** Whom it is for is one place here: a chat, all its members, a topic or a person, in a word each. Roles there are none. */
function whoSlot(part: string, options: readonly OptionSpec[]): Slot {
  const scoped = options.some(({ name }) => name === SCOPE);
  const kinds = options.filter(({ type }) => type === 'member' || type === 'channel');
  const topics = kinds.some(({ type }) => type === 'channel');
  const words = [...(scoped ? SCOPES_NAMED : []), ...(topics ? [TOPIC] : [])];
  const usage = words.length === 0 ? PERSON : `<${[...words, PERSON].join('|')}>`;
  const only = kinds.length === 1 ? kinds[0]?.name : undefined;
  return {
    name: scoped ? SCOPE : (only ?? part),
    allowed: [...words, ANYBODY],
    usage,
    takes: 'who',
    words: { ...(scoped ? SCOPES : {}), ...(topics ? { [TOPIC]: 'channel' } : {}) },
    scoped,
  };
}

const isWho = (option: OptionSpec): boolean =>
  option.name === SCOPE ||
  option.type === 'member' ||
  option.type === 'role' ||
  (option.type === 'channel' && option.toPostIn !== true);

function slotOf(option: OptionSpec): Slot | undefined {
  const { name, required } = option;
  const optional = required ? {} : { optional: true as const };
  const usage = (text: string): string => (required ? `<${text}>` : `[${text}]`);
  if (option.type === 'channel')
    return {
      name,
      allowed: ['here', 'off', '-100…', ANYBODY],
      usage: '<here|off|@channel|id>',
      takes: 'spot',
    };
  if (option.type === 'choice') {
    const { choices } = option;
    const words = choices.flatMap((word) => [word, ...(ALSO[word] ?? [])].map((also) => [also, word]));
    const shown = required ? choices.join('|') : name;
    return {
      ...{ name, allowed: choices, usage: usage(shown), ...optional },
      ...{ takes: 'words', words: Object.fromEntries(words) },
    };
  }
  if (option.type !== 'text') return undefined;
  const { of, examples = [] } = option;
  const base = { name, allowed: examples, ...optional };
  if (of === 'list') {
    const several = `${examples.slice(0, -1).join(' ')}|${examples.at(-1)}`;
    return { ...base, usage: usage(several), takes: 'rest' };
  }
  if (of !== 'number')
    return { ...base, usage: usage(examples[0] ?? name), takes: 'text', fits: /\S/, words: [] };
  const words = examples.filter((example) => !NUMBER.test(example));
  return { ...base, usage: usage([name, ...words].join('|')), takes: 'text', fits: NUMBER, words };
}

function slotsOf(part: string, options: readonly OptionSpec[]): Slot[] {
  const first = options.find(isWho);
  return options.flatMap((option) => {
    if (!isWho(option)) return slotOf(option) ?? [];
    return option === first ? [whoSlot(part, options)] : [];
  });
}

const PARTS: ReadonlyMap<string, readonly Slot[]> = new Map(
  Object.entries(parts).map(([part, { options }]) => [part, slotsOf(part, options)]),
);

export const PART_NAMES: readonly string[] = [...PARTS.keys()];

export const slotsFor = (part: string): readonly Slot[] | undefined => PARTS.get(part);

/** How it is written in general, or with these texts. */
export function usageOf(part: string, texts?: Texts): string {
  const words = (PARTS.get(part) ?? []).map((slot) => (texts ? wordFor(slot, texts) : slot.usage));
  return ['/settings', part, ...words].join(' ');
}

function wordFor(slot: Slot, texts: Texts): string {
  if (slot.takes !== 'who') return texts[slot.name] ?? slot.usage;
  const named = Object.entries(slot.words).findLast(([, scope]) => scope === texts[SCOPE]);
  return named ? named[0] : PERSON;
}
