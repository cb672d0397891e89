/** What members choose a model by. */
import type { ModelFacts } from '../core/models/list.ts';
import { modelName, SEPARATOR } from './facts.ts';
import type { Words } from './index.ts';

/** What it can do that not every model can. */
export function abilities(
  { t, duration }: Words,
  { model, scenes, relaxed }: Pick<ModelFacts, 'model' | 'scenes' | 'relaxed'>,
): string[] {
  const { prompt, orientation, sound } = model.understands;
  return [
    ...(prompt ? [t('model.can-prompt')] : []),
    ...(orientation ? [t('model.can-orientation')] : []),
    ...(sound ? [t('model.can-sound')] : []),
    ...(scenes.includes('clip') ? [t('model.can-scene')] : []),
    ...(relaxed
      ? [
          relaxed.usualMs === undefined
            ? t('model.can-relax')
            : t('model.relaxed-usually', { time: duration(relaxed.usualMs) }),
        ]
      : []),
  ];
}

/** `from $0.07 a second · usually 4 min`, as far as it is known. */
export function modelCost({ t, money, duration }: Words, facts: ModelFacts): string[] {
  const { perSecondMicros, usualMs } = facts;
  return [
    ...(perSecondMicros === undefined ? [] : [t('model.per-second', { price: money(perSecondMicros) })]),
    ...(usualMs === undefined ? [] : [t('model.usually', { time: duration(usualMs) })]),
  ];
}

/** All of it on one line. */
export const modelLine = (words: Words, facts: ModelFacts): string =>
  [modelName(words, facts.model), ...modelCost(words, facts), ...abilities(words, facts)].join(SEPARATOR);
