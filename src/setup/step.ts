/** What a step of the wizard is given: questions to ask, and the settings that they are about. */
import type { Diagnosis } from '../core/diagnosis.ts';
import type { Draft } from './draft.ts';
import type { Prompts } from './prompts.ts';

export type Setup = {
  ask: Prompts;
  draft: Draft;
  /** Whether a bot works on DATA_DIR: what is sent to it is its own, and its port is taken. */
  isRunning(): boolean;
  envFile: string;
};

/** `name` is what a later run is told to change. */
export type Step = { name: string; title: string; run(setup: Setup): Promise<void> };

/** Says what a look has found. Answers whether nothing of it is broken. */
export function tell(ask: Pick<Prompts, 'say'>, found: readonly Diagnosis[]): boolean {
  for (const { level, what, why, nextStep } of found)
    ask.say(
      level === 'ok' ? 'well' : level,
      [what, ...(why ? [why] : []), ...(nextStep ? [nextStep] : [])].join('\n'),
    );
  return found.every(({ level }) => level !== 'broken');
}

export const KEEP = 'keep';
/** What can be done about a key that is there already, or was not accepted. */
export const keyChoices = (name: string, isThere: boolean) => [
  ...(isThere ? [{ value: KEEP, label: 'Keep the one that is there' }] : []),
  { value: 'paste', label: isThere ? 'Paste another one' : 'Paste it again' },
  { value: 'leave', label: `Leave ${name} out` },
];
