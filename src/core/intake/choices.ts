/** Parses what a member chose. Every front hands in text; no other file knows the options' names. */

import { readParts } from '../coach/parts.ts';
import { QUALITIES, SCENES, SPEEDS } from '../job/job.ts';
import { misfit } from '../misfit.ts';
import type { OptionSpec } from '../options.ts';
import type { Choices } from '../price/quote.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { clean } from '../text.ts';

/** From Kling's own description of motion control, 2026-11-21. */
export const MAX_PROMPT = 2500;

/** The options of `animate`, as data: fronts render them, `readChoices` reads them. */
export const CHOICE_OPTIONS = [
  { name: 'model', type: 'text', maxLength: 40, suggests: 'model', where: 'models' },
  { name: 'scene', type: 'choice', choices: SCENES, default: 'picture', where: 'scenes' },
  { name: 'prompt', type: 'text', maxLength: MAX_PROMPT },
  { name: 'negative_prompt', type: 'text', maxLength: MAX_PROMPT },
  {
    name: 'orientation',
    type: 'choice',
    choices: ['auto', 'video', 'image'],
    default: 'auto',
  },
  {
    name: 'quality',
    type: 'choice',
    choices: QUALITIES,
  },
  // What it is by itself, a space can set.
  { name: 'speed', type: 'choice', choices: SPEEDS, where: 'speeds' },
  { name: 'sound', type: 'switch', default: true },
  {
    name: 'trim',
    type: 'switch',
    default: false,
  },
  {
    name: 'loop',
    type: 'switch',
    // On by itself for GIFs and stickers.
  },
  // What of the files is used: the coach's buttons and the page's marks write them.
  { name: 'trim_from', type: 'text', maxLength: 10, byButton: true },
  { name: 'trim_to', type: 'text', maxLength: 10, byButton: true },
  { name: 'crop', type: 'text', maxLength: 40, byButton: true },
] as const satisfies readonly OptionSpec[];

type Texts = Readonly<Record<string, string | undefined>>;

/** Reads the options of `animate`; an unknown one, or an unknown value, is refused with those there are. */
export function readChoices(texts: Texts): Outcome<Choices> {
  const names = CHOICE_OPTIONS.map((option) => option.name) as readonly string[];
  const unknown = Object.keys(texts).find((name) => !names.includes(name));
  if (unknown !== undefined) return refuse({ code: 'bad-option', option: unknown, allowed: names });
  const wrong = misfit(CHOICE_OPTIONS, texts);
  if (wrong) return refuse(wrong);
  const parts = readParts(texts);
  if (!parts.ok) return parts;
  const model = texts.model?.trim().toLowerCase();
  const scene = SCENES.find((value) => value === texts.scene);
  const speed = SPEEDS.find((value) => value === texts.speed);
  const prompt = texts.prompt && clean(texts.prompt).trim();
  const negativePrompt = texts.negative_prompt && clean(texts.negative_prompt).trim();
  return accept({
    // Which models there are is asked where the price is.
    ...(model ? { model } : {}),
    ...(scene ? { scene } : {}),
    ...(speed ? { speed } : {}),
    orientation: (['video', 'image'] as const).find((value) => value === texts.orientation) ?? 'auto',
    quality: QUALITIES.find((value) => value === texts.quality),
    sound: texts.sound !== 'false',
    trim: texts.trim === 'true',
    ...(texts.loop ? { loop: texts.loop === 'true' } : {}),
    ...parts.value,
    ...(prompt ? { prompt } : {}),
    ...(negativePrompt ? { negativePrompt } : {}),
  });
}
