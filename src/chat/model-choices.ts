/** The models that a member may choose while they type one, with what each costs and can. */
import type { Core } from '../core/command.ts';
import type { Words } from '../words/index.ts';
import { modelLine } from '../words/models.ts';

/** Those that fit what was typed so far. */
export async function modelChoices(
  { models }: Pick<Core, 'models'>,
  words: Words,
  spaceId: string,
  typed: string,
): Promise<{ name: string; value: string }[]> {
  const text = typed.trim().toLowerCase();
  return (await models.list(spaceId))
    .map((facts) => ({ name: modelLine(words, facts), value: facts.model.id }))
    .filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(text));
}
