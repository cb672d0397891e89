/** What a variable of the environment looks like that belongs to one provider or one chat. */
import { z } from 'zod';

export type Setting<T extends z.ZodType = z.ZodType> = {
  /** What its text must be, and what becomes of it. */
  shape: T;
  /** What stands in `.env.example`: the default, or nothing. */
  example: string;
  /** A line above it there, where its name does not say it all. */
  comment?: string;
  /** Nobody but us and the service that it opens may see it. */
  isSecret?: true;
  /** It is the address of a service. */
  isAddress?: true;
  /** The provider's results may lie at this address, which the operator chose, even when it is a private one. */
  isTrusted?: true;
};

export type Settings = Readonly<Record<string, Setting>>;
/** What the environment says of them, once it was read. */
export type Values<S extends Settings> = { [K in keyof S]: z.output<S[K]['shape']> };

type Joined<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;
/** The settings of all in a list, by the names of their variables. */
export type AllSettings<M extends { settings: Settings }> = Joined<M['settings']>;

/** A base address may carry a path prefix; a slash at its end would double. */
export const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address like https://example.com' })
  .transform((url) => url.replace(/\/+$/, ''));

/** A key or token that turns something on. */
export const keySetting = { shape: z.string().optional(), example: '', isSecret: true } as const;

/** The address of a service; the operator changes it for a proxy or a simulator. */
export const urlSetting = (preset: string) =>
  ({ shape: baseUrl.prefault(preset), example: preset, isAddress: true }) as const;

export const yesOrNo = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true');
