/** The languages that the bot speaks, each in a file of `locales/`. */
import type { Resource } from 'i18next';
import de from './locales/de.json' with { type: 'json' };
import en from './locales/en.json' with { type: 'json' };
import es from './locales/es.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };
import it from './locales/it.json' with { type: 'json' };
import ja from './locales/ja.json' with { type: 'json' };
import ko from './locales/ko.json' with { type: 'json' };
import pl from './locales/pl.json' with { type: 'json' };
import ptBR from './locales/pt-BR.json' with { type: 'json' };
import ru from './locales/ru.json' with { type: 'json' };

export const LOCALES = ['en', 'de', 'es', 'fr', 'it', 'ja', 'ko', 'pl', 'pt-BR', 'ru'] as const;
export type Language = (typeof LOCALES)[number];

export const TEXTS = { en, de, es, fr, it, ja, ko, pl, 'pt-BR': ptBR, ru } satisfies Record<
  Language,
  Resource[string][string]
>;

type Plural = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other';
type Base<K extends string> = K extends `${infer B}_${Plural}` ? B : K;
type KeysOf<T, Prefix extends string> = {
  [K in keyof T & string]: T[K] extends string ? `${Prefix}${Base<K>}` : KeysOf<T[K], `${Prefix}${K}.`>;
}[keyof T & string];

/** Every message there is, as en.json has them; a plural's forms are one key. */
export type WordKey = KeysOf<typeof en, ''>;

/** Our language for a chat's: `es-419` → es, Telegram's `pt` → pt-BR; English for one that we don't speak. */
export function languageOf(locale: string | undefined): Language {
  const wanted = locale?.toLowerCase() ?? '';
  const exact = LOCALES.find((language) => language.toLowerCase() === wanted);
  if (exact) return exact;
  const [primary] = wanted.split(/[-_]/);
  return LOCALES.find((language) => language.split('-')[0] === primary) ?? 'en';
}
