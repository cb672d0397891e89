/** The settings as they are being set up: what is there, and what the steps have changed. */
import { CHAT_SETTINGS } from '../chat/catalog.ts';
import { type Config, readConfig, SECRET_NAMES } from '../config.ts';
import type { Setting } from '../environment.ts';
import { SETTINGS } from '../providers/catalog.ts';

export type Draft = {
  /** Empty where it is not set. */
  value(name: string): string;
  set(name: string, value: string | undefined): void;
  changes(): ReadonlyMap<string, string | undefined>;
  /** As the bot would read it now, with what a step is trying. Throws BadConfig. */
  config(trying?: Readonly<Record<string, string>>): Config;
  env(): NodeJS.ProcessEnv;
};

/** `env`: of the process, which counts more than what stands in `.env`. */
export function createDraft(inFile: NodeJS.ProcessEnv, env: NodeJS.ProcessEnv): Draft {
  const changes = new Map<string, string | undefined>();
  const now = (): NodeJS.ProcessEnv => ({ ...inFile, ...env, ...Object.fromEntries(changes) });
  return {
    value: (name) => now()[name]?.trim() ?? '',
    set(name, value) {
      changes.set(name, value);
    },
    changes: () => changes,
    config: (trying = {}) => readConfig({ ...now(), ...trying }),
    env: now,
  };
}

export const isSecret = (name: string): boolean => SECRET_NAMES.includes(name);

/** What is wrong with a value, in words; undefined where nothing is. Each chat and provider says what its settings take. */
export function wrongWith(name: string, value: string): string | undefined {
  const all: Readonly<Record<string, Setting>> = { ...CHAT_SETTINGS, ...SETTINGS };
  const problem = all[name]?.shape.safeParse(value || undefined).error?.issues[0]?.message;
  return problem === undefined ? undefined : `It ${problem}.`;
}
