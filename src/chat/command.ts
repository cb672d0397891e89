/** A command with all that a chat needs of it: who is offered it, and how its answer looks. */
import type { Call, Command, Core } from '../core/command.ts';
import { misfit, missing } from '../core/misfit.ts';
import type { Words } from '../words/index.ts';
import type { Draw, Facts } from './facts.ts';
import { type Page, said } from './page.ts';

/** Who finds it in a menu: `buttons` are the only ones who ask for it. Who may is asked by the command itself. */
export type Audience = 'members' | 'admins' | 'buttons';

export type ChatCommand<V = unknown> = Command<V> & {
  audience: Audience;
  /** Its answer is for the one who asked alone, also where all could read it. */
  privately?: true;
  /** What came of it, as a page. */
  show(words: Words, value: V, facts: Facts): Page;
};

/**
 * Runs a command and writes its answer, or why there is none. What was written fits the command's options by then; those
 * of its parts are read by the settings, which know better words.
 */
export async function answer<V>(
  command: ChatCommand<V>,
  call: Call,
  { core, words, draw }: { core: Core; words: Words; draw: Draw },
): Promise<Page> {
  const { name, options } = command.data;
  const open = missing(options, call.options);
  if (open !== undefined)
    return draw(({ typed }) => said(words.t('settings.usage', { usage: typed(name, open, '…') })));
  const wrong = misfit(options, call.options);
  if (wrong) return said(words.refusal(wrong));
  const outcome = await command.execute(call, core);
  if (!outcome.ok) return said(words.refusal(outcome.refusal));
  return draw((facts) => command.show(words, outcome.value, facts));
}

/** The command of that name, where it can be said: a name is any stranger's text. */
export function commandNamed(commands: object, name: string): ChatCommand | undefined {
  const all = commands as Readonly<Record<string, ChatCommand>>;
  const command = Object.hasOwn(all, name) ? all[name] : undefined;
  return command?.audience === 'buttons' ? undefined : command;
}

type OfferedCommands = Readonly<Record<string, Pick<ChatCommand, 'audience'>>>;

/** The commands that are offered to members, or to admins alone, in the order in which they are listed. */
export const namesFor = <C extends OfferedCommands>(commands: C, audience: Audience): (keyof C & string)[] =>
  (Object.keys(commands) as (keyof C & string)[]).filter((name) => commands[name]?.audience === audience);
