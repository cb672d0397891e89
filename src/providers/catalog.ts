/**
 * The hosted providers that Strut knows, in the order that decides between equals. A provider is a folder here and a
 * line in this list; everything else that names providers reads it.
 */
import type { AllSettings, Setting, Values } from '../environment.ts';
import { comfyui } from './comfyui/index.ts';
import { fal } from './fal/index.ts';
import { kling } from './kling/index.ts';
import { runcomfy } from './runcomfy/index.ts';
import { runpod } from './runpod/index.ts';
import { runware } from './runware/index.ts';

export const PROVIDERS = [fal, runpod, runcomfy, kling, runware, comfyui] as const;

export type ProviderId = (typeof PROVIDERS)[number]['id'];
export const PROVIDER_IDS: readonly ProviderId[] = PROVIDERS.map(({ id }) => id);

/** Those whose own storage takes files for the others, too. */
export const STORAGES = PROVIDERS.filter((one) => 'hostFiles' in one && one.hostFiles !== undefined);

/** The provider's name as it writes it itself; undefined for what is none of the list. */
export const hostedName = (id: string): string | undefined => PROVIDERS.find((one) => one.id === id)?.name;

/** Whether it is a machine of the operator's own: what goes there goes to nobody else. */
export const isOwn = (id: string): boolean => PROVIDERS.some((one) => one.id === id && 'isOwn' in one);

/** Who made a video, for its marks, and with what where no model is named: a draft has no maker but this machine. */
export const creditOf = (id: string): { model: string; provider: string } => ({
  model: 'Strut draft',
  provider: hostedName(id) ?? id,
});

/** What the environment says of the providers, once it was read. */
export type ProviderSettings = Values<AllSettings<(typeof PROVIDERS)[number]>>;

/** Every setting of every provider, by the name of its variable. */
export const SETTINGS: Record<keyof ProviderSettings, Setting> = Object.assign(
  {},
  ...PROVIDERS.map(({ settings }) => settings),
);

/** The names of the settings of which this is true. */
export const settingsThat = (test: (setting: Setting) => boolean) =>
  (Object.keys(SETTINGS) as (keyof ProviderSettings)[]).filter((name) => test(SETTINGS[name]));
