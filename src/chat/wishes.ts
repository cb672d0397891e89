/** Wishes that are written in front of a prompt, where a chat has no fields for them: `model=wan-animate a foggy street`. */
import { CHOICE_OPTIONS } from '../core/intake/choices.ts';
import { ITEM_OPTIONS } from '../core/library/with-items.ts';

/** Options that are one word. Prompts are what follows them. */
const NAMES: readonly string[] = [...CHOICE_OPTIONS, ...ITEM_OPTIONS]
  .map(({ name }) => name)
  .filter((name) => name !== 'prompt' && name !== 'negative_prompt');

/** A name of several words stands in quotes. */
const WISH = /^(\w+)=(?:["“„«]([^"”“»]+)["”“»]|(\S+))(?:\s+|$)/;

/** What is written right is not asked here: an option that is none is refused with those there are. */
export function readWishes(text: string): { options: Record<string, string>; prompt: string } {
  const options: Record<string, string> = {};
  let prompt = text.trim();
  for (;;) {
    const [whole = '', name = '', quoted, word = ''] = WISH.exec(prompt) ?? [];
    const known = name.toLowerCase();
    if (!NAMES.includes(known)) return { options, prompt };
    options[known] = (quoted ?? word).toLowerCase();
    prompt = prompt.slice(whole.length);
  }
}
