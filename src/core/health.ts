/** Health of each part of the bot, for the operator: shown on `/readyz`, on the page and in the log. */
import type { Diagnosis } from './diagnosis.ts';
import type { ProviderTrouble } from './provider-trouble.ts';

/** `reason`: of what is on, the way it works where there is more than one. */
export type ComponentState =
  | { state: 'ok'; reason?: string }
  | {
      state: 'degraded' | 'off';
      reason: string;
      /** What only the operator can mend, in full. */
      finding?: Diagnosis;
      /** The same of a provider. */
      trouble?: ProviderTrouble['kind'];
    };

export type Component = {
  name: string;
  state: ComponentState['state'];
  reason?: string;
  finding?: Diagnosis;
  trouble?: ProviderTrouble['kind'];
};

export type Health = {
  set(name: string, state: ComponentState): void;
  all(): Component[];
};

/** `onChange` hears of each change once, so that the log doesn't repeat itself. */
export function createHealth(onChange: (name: string, state: ComponentState) => void): Health {
  const components = new Map<string, ComponentState>();
  return {
    set(name, state) {
      const before = components.get(name);
      components.set(name, state);
      if (before && JSON.stringify(before) !== JSON.stringify(state)) onChange(name, state);
    },
    all: () => [...components].map(([name, state]) => ({ name, ...state })),
  };
}
