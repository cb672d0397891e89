/** Whether what was written fits the options that were asked for. Discord sees to it by itself; where people write, nobody has. */
import type { OptionSpec } from './options.ts';
import type { Refusal } from './refusals.ts';

type Texts = Readonly<Record<string, string | undefined>>;

/** The first value that its option does not take, refused with what it takes. One that is missing or empty is none. */
export function misfit(options: readonly OptionSpec[], texts: Texts): Refusal | undefined {
  for (const option of options) {
    const text = texts[option.name];
    const allowed = text ? allowedInstead(option, text) : undefined;
    if (allowed) return { code: 'bad-option', option: option.name, allowed };
  }
  return undefined;
}

function allowedInstead(option: OptionSpec, text: string): readonly string[] | undefined {
  switch (option.type) {
    case 'text':
      return text.length > option.maxLength ? [`at most ${option.maxLength} characters`] : undefined;
    case 'choice':
      return option.choices.includes(text) ? undefined : option.choices;
    case 'switch':
      return text === 'true' || text === 'false' ? undefined : ['true', 'false'];
    default:
      return undefined;
  }
}

/** The first option that has to be written and was not. Files are asked for by the commands themselves. */
export const missing = (options: readonly OptionSpec[], texts: Texts): string | undefined =>
  options.find(({ name, required, type }) => required && type !== 'attachment' && !texts[name])?.name;
