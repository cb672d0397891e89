/** Who the operator is: found by what they write to the bot, as nobody knows their own id. */
import { randomInt } from 'node:crypto';
import { CHATS } from '../chat/catalog.ts';
import { Cancelled } from './prompts.ts';
import type { Setup, Step } from './step.ts';

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

type Chat = (typeof CHATS)[number];

export const operators: Step = {
  name: 'operators',
  title: 'Who you are',
  async run(setup) {
    const { ask, draft } = setup;
    const on = CHATS.filter(({ key }) => draft.value(key) !== '');
    if (on.length === 0) return ask.say('step', 'No chat is turned on, so there is nobody to look for.');
    const known = new Set(draft.value('OPERATORS').split(',').filter(Boolean));
    ask.note('Your own accounts', [
      'An operator may animate in private, sees everything, and is told what only an operator can mend.',
    ]);
    for (const chat of on) await find(setup, chat, known);
    const all = [...known].join(',');
    if (all !== draft.value('OPERATORS')) draft.set('OPERATORS', all || undefined);
  },
};

async function find(setup: Setup, chat: Chat, known: Set<string>): Promise<void> {
  const { ask } = setup;
  const { name, platform } = chat;
  const before = [...known].filter((id) => id.startsWith(`${platform}:`));
  const choices = [
    ...(before.length > 0 ? [{ value: 'keep', label: `Keep ${before.join(', ')}` }] : []),
    { value: 'write', label: 'Find it: I write a word to the bot' },
    { value: 'type', label: 'I know my id, and type it' },
    { value: 'none', label: `Nobody in ${name}` },
  ];
  const how = await ask.one(`Your account in ${name}:`, choices);
  if (how === 'none') for (const id of before) known.delete(id);
  const id = how === 'write' ? await heard(setup, chat) : undefined;
  if (id) {
    known.add(id);
    ask.say('well', `You are ${id}.`);
  } else if (how === 'type' || how === 'write') known.add(await typed(setup, chat));
}

/** Undefined where nobody wrote it. */
async function heard({ ask, draft, isRunning }: Setup, chat: Chat): Promise<string | undefined> {
  const { name } = chat;
  if (isRunning()) {
    ask.say(
      'warning',
      'A bot is running, and what you write goes to it. Stop it and run this again, or type your id.',
    );
    return undefined;
  }
  const word = `strut-${Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`;
  ask.note(`Write to the bot in ${name}`, [`Send it this word, in private: ${word}`, chat.writeTo]);
  try {
    const what = await ask.until(
      `Waiting for ${word} in ${name} …`,
      [{ value: 'type', label: 'Type the id instead' }],
      (signal) => chat.hear(draft.config(), { word, signal }),
    );
    return 'came' in what ? what.came : undefined;
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    ask.say(
      'broken',
      `${name} could not be listened to (${error instanceof Error ? error.name : 'it failed'}).`,
    );
    return undefined;
  }
}

async function typed({ ask }: Setup, { platform, name, ids }: Chat): Promise<string> {
  const id = await ask.text(`Your id in ${name}:`, {
    example: ids.example.replace('-100', ''),
    wrong: (text) => (ids.pattern.test(text) ? undefined : 'An id is a number; a name does not do.'),
  });
  return `${platform}:${id}`;
}
