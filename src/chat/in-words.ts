/** What a member types in the place of a button, where their chat can show none. */
import { readActionId } from './page.ts';

/** What each of these does is a command's as well, about the same job. */
const COMMANDS: Readonly<Record<string, { command: string; option: string }>> = {
  cancel: { command: 'cancel', option: 'job' },
  report: { command: 'report', option: 'job' },
};

/** A line for each that can be typed. `typed`: how a command is written there. */
export function linesForButtons(
  buttons: readonly { label: string; id: string }[],
  typed: (command: string, option: string, value: string) => string,
): string[] {
  return buttons.flatMap(({ label, id }) => {
    const { verb, code } = readActionId(id) ?? {};
    const by = verb === undefined || !Object.hasOwn(COMMANDS, verb) ? undefined : COMMANDS[verb];
    return by && code !== undefined ? [`${label}: ${typed(by.command, by.option, code)}`] : [];
  });
}
