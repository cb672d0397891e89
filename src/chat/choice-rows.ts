/** Everything that can be chosen about a price that waits for a yes, as rows of buttons. */
import type { CHOICE_OPTIONS } from '../core/intake/choices.ts';
import type { Offer } from '../core/intake/offer.ts';
import { QUALITIES } from '../core/job/job.ts';
import { findModel, modelOf } from '../core/models/registry.ts';
import { modelName } from '../words/facts.ts';
import type { WordKey, Words } from '../words/index.ts';
import type { Button } from './page.ts';

type Switch = Extract<(typeof CHOICE_OPTIONS)[number], { type: 'switch' }>['name'];
const SWITCHES = {
  sound: 'details.sound',
  trim: 'button.trim',
  loop: 'button.loop',
} as const satisfies Record<Switch, WordKey>;

/** At most four rows of five: Discord shows five. What the model does not know is not asked. */
export function choiceRows(words: Words, offer: Offer): (readonly Button[])[] {
  const { t } = words;
  const { code, request, quote } = offer;
  const { understands } = modelOf(request);
  const {
    models,
    qualities,
    scenes,
    relaxed = false,
  } = offer.choosable ?? { models: [], qualities: QUALITIES, scenes: [] };
  // Only a clip that is too short has to be repeated, which may have been decided without a word of the member's.
  const isLooped = quote.notes.includes('looped');
  const choices = { ...offer.choices, loop: isLooped };
  const choose = (label: string, chosen: boolean, option: string, value: string): Button => ({
    verb: 'choose',
    code,
    arg: `${option}=${value}`,
    label: chosen ? `● ${label}` : label,
  });
  const onOff = (name: Switch): Button => ({
    verb: 'choose',
    code,
    arg: `${name}=${!choices[name]}`,
    label: `${choices[name] ? '☑' : '☐'} ${t(SWITCHES[name])}`,
  });
  const scene = request.scene ?? 'picture';
  const inClip: Button = {
    verb: 'choose',
    code,
    arg: `scene=${scene === 'clip' ? 'picture' : 'clip'}`,
    label: `${scene === 'clip' ? '☑' : '☐'} ${t('choice.scene.clip')}`,
  };
  const isRelaxed = request.speed === 'relaxed';
  const inNoHurry: Button = {
    verb: 'choose',
    code,
    arg: `speed=${isRelaxed ? 'normal' : 'relaxed'}`,
    label: `${isRelaxed ? '☑' : '☐'} ${t('choice.speed.relaxed')}`,
  };
  const isThere = (name: Switch): boolean =>
    name === 'loop' ? isLooped : name !== 'sound' || understands.sound;
  const rows = [
    models.flatMap((id) => {
      const model = findModel(id);
      return model ? [choose(modelName(words, model), request.model === id, 'model', id)] : [];
    }),
    understands.orientation
      ? (['auto', 'video', 'image'] as const).map((value) =>
          choose(t(`choice.orientation.${value}`), choices.orientation === value, 'orientation', value),
        )
      : [],
    qualities.map((value) =>
      choose(t(`choice.quality.${value}`), request.quality === value, 'quality', value),
    ),
    [
      ...(Object.keys(SWITCHES) as Switch[]).filter(isThere).map(onOff),
      ...(scenes.includes('clip') ? [inClip] : []),
      ...(relaxed ? [inNoHurry] : []),
    ],
  ];
  return rows.filter((row) => row.length > 0);
}
