/** Commands that start no job: an answer each, in the member's language. */
import type { CommandData } from '../../../core/options.ts';
import type { Words } from '../../../words/index.ts';
import { answer, commandNamed } from '../../command.ts';
import { type Page, said as saying } from '../../page.ts';
import { forgetQuestion } from '../../pages.ts';
import { jobIdOf } from './decide.ts';
import type { MessageRecord } from './records.ts';
import { type DrawParts, drawFor } from './speak.ts';
import type { Membership } from './who.ts';

export type CommandParts = DrawParts & { who: Membership };

/** What the button above inline results starts the bot with. */
export const SHOW_MOTIONS = 'motions';

/** What is answered to a command; undefined for one that is none of ours and may be another bot's. */
export async function answerCommand(
  said: MessageRecord,
  words: Words,
  { name: typed, text }: { name: string; text: string },
  parts: CommandParts,
): Promise<Page | undefined> {
  // `/start` may bring what a link had after it.
  const name = typed === 'start' ? (text === SHOW_MOTIONS ? 'motion' : 'help') : typed;
  // What Telegram wants every bot to answer.
  if (name === 'terms' || name === 'paysupport') return saying(words.t(`told.${name}`));
  const command = commandNamed(parts.commands, name);
  const isPrivate = said.chatType === 'private';
  if (!command) return isPrivate ? saying(words.t('told.unknown-command')) : undefined;
  const { part, options } = typed === 'start' ? { options: {} } : readCommand(command.data, text);
  if (name === 'privacy' && options.delete) return withoutKeep(forgetQuestion(words));
  const how =
    command.audience === 'admins' || command.privately
      ? 'fresh'
      : Object.keys(options).length > 0
        ? 'ranked'
        : 'member';
  const caller = await parts.who[how](said);
  const call = {
    ...caller,
    id: jobIdOf(said),
    options,
    ...(part === undefined ? {} : { part }),
    files: {},
    seenByAll: !isPrivate,
  };
  const draw = drawFor(parts, said, words, caller.standing);
  return answer(command, call, { core: parts.core, words, draw });
}

/** Whoever wrote it out has nothing to take back. */
const withoutKeep = (question: Page): Page => ({
  ...question,
  rows: (question.rows ?? []).map((row) => row.slice(0, 1)),
});

/** Of a command with parts, the first word says which; what is no part of it is looked for in its first one. */
function readCommand(data: CommandData, text: string): { part?: string; options: Record<string, string> } {
  if (!data.parts) return { options: optionsOf(data, text) };
  const [, word = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(text.trim()) ?? [];
  const named = word.toLowerCase();
  const [first = ''] = Object.keys(data.parts);
  const isPart = Object.hasOwn(data.parts, named);
  const part = isPart ? named : first;
  const wanted = (data.parts[part]?.options ?? []).flatMap(({ name, type }) => (type === 'text' ? name : []));
  // Two texts are told apart by what stands between them; a name may have blanks in it.
  const texts = (isPart ? rest : text).split(wanted.length > 1 ? /\s*(?:=|→|->)\s*/ : /$^/, 2);
  const options = wanted.flatMap((name, at) => {
    const said = texts[at]?.trim();
    return said ? [[name, said] as const] : [];
  });
  return { part, options: Object.fromEntries(options) };
}

/** The first word after a command: one of its switches, or what its first option that can be written is to be. */
function optionsOf({ options }: CommandData, text: string): Record<string, string> {
  const [word = ''] = text.trim().split(/\s+/);
  if (word === '') return {};
  const lower = word.toLowerCase();
  const isSwitch = options.some(({ name, type }) => type === 'switch' && name === lower);
  if (isSwitch) return { [lower]: 'true' };
  const first = options.find(({ type }) => type === 'text' || type === 'choice');
  return first ? { [first.name]: first.type === 'choice' ? lower : word } : {};
}
