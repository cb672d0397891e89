/** One language: its messages by key, and how it writes numbers and times. */
import i18next from 'i18next';
import { PROVIDER_IDS, STORAGES } from '../providers/catalog.ts';
import { type Formats, formatsOf } from './formats.ts';
import { type Language, LOCALES, TEXTS, type WordKey } from './languages.ts';

export type Values = Readonly<Record<string, string | number>>;

export type Speech = Formats & {
  language: Language;
  /**
   * The message of that key. Numbers are written as the language does, `count` picks the plural's form, and texts
   * come in as they are: each front escapes what its platform would read as markup.
   */
  t(key: WordKey, values?: Values): string;
  seconds(value: number): string;
  /** `2 min 5 s`, `1 h 3 min`: two units at most. */
  duration(ms: number): string;
  /** `1280×720 pixels`. */
  dimensions(width: number, height: number): string;
};

const messages = i18next.createInstance();
await messages.init({
  lng: 'en',
  fallbackLng: 'en',
  supportedLngs: LOCALES,
  resources: Object.fromEntries(LOCALES.map((language) => [language, { translation: TEXTS[language] }])),
  nsSeparator: false,
  returnNull: false,
  interpolation: {
    escapeValue: false,
    // What texts say of the providers that there are.
    defaultVariables: {
      providers: PROVIDER_IDS.join(', '),
      storageKeys: STORAGES.map(({ key }) => key).join(' / '),
    },
  },
});

export function speechOf(language: Language): Speech {
  const formats = formatsOf(language);

  const t: Speech['t'] = (key, values = {}) => {
    const written = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === 'number' ? formats.number(value) : value,
      ]),
    );
    return messages.t(key, {
      lng: language,
      replace: written,
      // A member's own text may hold what i18next would take for a reference to another message.
      nest: false,
      ...(typeof values.count === 'number' ? { count: values.count } : {}),
    });
  };

  const seconds = (value: number): string => t('unit.seconds', { n: Math.round(value * 10) / 10 });

  function duration(ms: number): string {
    const whole = Math.max(0, Math.round(ms / 1000));
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
    if (hours > 0)
      return join(t('unit.hours', { n: hours }), minutes > 0 && t('unit.minutes', { n: minutes }));
    if (minutes > 0) return join(t('unit.minutes', { n: minutes }), rest > 0 && seconds(rest));
    return seconds(rest);
  }

  return {
    ...formats,
    language,
    t,
    seconds,
    duration,
    dimensions: (width, height) => t('unit.pixels', { width: String(width), height: String(height) }),
  };
}

const join = (first: string, second: string | false): string => (second ? `${first} ${second}` : first);
