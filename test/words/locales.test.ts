import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LOCALES } from '../../src/words/index.ts';
import { SAME_AS_ENGLISH } from './same-as-english.ts';

type Tree = { [key: string]: string | Tree };

const ROOT = new URL('../../', import.meta.url);
const FOLDER = new URL('src/words/locales/', ROOT);
const FORM = /_(zero|one|two|few|many|other)$/;

function messagesOf(language: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (tree: Tree, prefix: string) => {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value === 'string') found.set(prefix + key, value);
      else walk(value, `${prefix}${key}.`);
    }
  };
  walk(JSON.parse(readFileSync(new URL(`${language}.json`, FOLDER), 'utf8')), '');
  return found;
}

const gaps = (text: string): string => [...new Set(text.match(/\{\{\w+\}\}/g))].sort().join(' ');

const english = messagesOf('en');
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace('.json', ''));
const languages = LOCALES.filter((language) => files.includes(language));

/** The English message that one of another language stands for: a plural's forms all stand for `_other`. */
const modelOf = (key: string): string => english.get(key) ?? english.get(key.replace(FORM, '_other')) ?? '';

/** Buttons and menus that English messages name, and which: `told.waiting` speaks of `button.get-video`. */
const NAMED = [...english].flatMap(([key, text]) =>
  [...text.matchAll(/“([^”{]+)”/g)].map(([, quoted = '']) => ({
    key,
    named: [...english].filter(([other, label]) => /^(button|menu)\./.test(other) && label === quoted),
    quoted,
  })),
);

it('each file is a language that is spoken, and each language has a file', () =>
  expect(files.sort()).toEqual([...LOCALES].sort()));

it('every message is said somewhere', () => {
  const sources = globSync(['{src,commands,settings}/**/*.ts'], { cwd: ROOT });
  const source = sources.map((path) => readFileSync(new URL(path, ROOT), 'utf8')).join('\n');
  const named = new Set([...source.matchAll(/'([\w.-]+)'/g)].map(([, key = '']) => key));
  // Of a key that is put together, each gap takes one part of it; what a key begins with may have several.
  const patterns = [...source.matchAll(/`((?:[\w.-]|\$\{[^}\n]*\})+)`/g)]
    .map(([, template = '']) => template.replaceAll(/\$\{[^}]*\}/g, '*'))
    .filter((template) => /[a-z]\.|\.[a-z]/.test(template) && template.includes('*'))
    .map((template) => template.replaceAll('.', '\\.').replace(/^\*/, '[\\w.-]+').replaceAll('*', '[\\w-]+'))
    .map((pattern) => new RegExp(`^${pattern}$`));
  const unsaid = [...new Set([...english.keys()].map((key) => key.replace(FORM, '')))].filter(
    (key) => !named.has(key) && !patterns.some((pattern) => pattern.test(key)),
  );
  expect(unsaid).toEqual([]);
});

it('what English names in quotes is a button or a menu that there is', () => {
  expect(NAMED.length).toBeGreaterThan(3);
  expect(NAMED.filter(({ named }) => named.length === 0)).toEqual([]);
});

describe.each(languages)('the messages in %s', (language) => {
  const messages = messagesOf(language);
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const named = (prefix: string, end: RegExp): [string, string][] =>
    [...messages].filter(([key]) => key.startsWith(prefix) && end.test(key));
  const wrong = (isWrong: (text: string, key: string) => boolean): [string, string][] =>
    [...messages].filter(([key, text]) => isWrong(text, key));

  it('are those of English, with the plural forms that the language has', () => {
    const wanted = new Set(
      [...english.keys()].flatMap((key) =>
        FORM.test(key) ? forms.map((form) => key.replace(FORM, `_${form}`)) : [key],
      ),
    );
    // Each line of a failure says what to write, or to take out, and where.
    const missing = [...wanted]
      .filter((key) => !messages.has(key))
      .map((key) => `${language}.json lacks ${key}: ${modelOf(key)}`);
    const unknown = [...messages.keys()]
      .filter((key) => !wanted.has(key))
      .map((key) => `${language}.json has ${key}, which en.json has not`);
    expect([...missing, ...unknown]).toEqual([]);
  });

  it('have the same gaps to fill', () =>
    expect(wrong((text, key) => gaps(text) !== gaps(modelOf(key)))).toEqual([]));

  it('are not empty and have no blanks around', () =>
    expect(wrong((text) => text.trim() !== text || text === '')).toEqual([]));

  it('hold no reference to other messages, which would be shown as it is', () =>
    expect(wrong((text) => text.includes('$t('))).toEqual([]));

  if (language !== 'en')
    it('are not English but for what is the same in both', () => {
      const same: readonly string[] = SAME_AS_ENGLISH[language as Exclude<typeof language, 'en'>];
      const hasWords = (text: string) => /\p{L}/u.test(text.replaceAll(/\{\{\w+\}\}/g, ''));
      const untranslated = wrong(
        (text, key) => text === modelOf(key) && hasWords(text) && !same.includes(text),
      );
      expect(untranslated).toEqual([]);
      const texts = [...messages.values()];
      expect(same.filter((text) => !texts.includes(text))).toEqual([]);
    });

  it('name buttons, menus and commands as the language has them', () => {
    for (const { key, named, quoted } of NAMED) {
      const labels = named.map(([label]) => messages.get(label) ?? '');
      const holding = labels.filter((label) => messages.get(key)?.includes(label));
      expect([key, quoted, holding]).not.toEqual([key, quoted, []]);
    }
    expect(messages.get('help.discord-slash')).toContain(`/${messages.get('command.animate.name')}`);
  });

  it('write the commands of Telegram in English: it takes no other letters', () => {
    const slashed = (text: string) => [...text.matchAll(/\/[a-z]+\b/g)].map(String).sort().join(' ');
    const differing = wrong(
      (text, key) => key !== 'help.discord-slash' && slashed(text) !== slashed(modelOf(key)),
    );
    expect(differing).toEqual([]);
  });

  it('speak of the place as both chats can', () =>
    expect(wrong((text) => /\bthis (?:server|chat)\b/i.test(text))).toEqual([]));

  // Discord's limits on names and descriptions; Telegram's on descriptions is wider.
  it('name commands and options as Discord takes them', () => {
    const names = named('command.', /\.name$/);
    expect(names.length).toBeGreaterThan(15);
    expect(
      names.filter(([, name]) => !/^[-_\p{L}\p{N}]{1,32}$/u.test(name) || name !== name.toLowerCase()),
    ).toEqual([]);
  });

  it('use no command name and no option name twice', () => {
    const siblings = Map.groupBy(named('command.', /\.name$/), ([key]) =>
      key.split('.').slice(0, -2).join('.'),
    );
    for (const [parent, entries] of siblings)
      expect([parent, new Set(entries.map(([, name]) => name)).size]).toEqual([parent, entries.length]);
  });

  it.each([
    ['command.', /\.description$/, 100],
    ['choice.', /./, 100],
    ['menu.', /./, 32],
    ['button.', /./, 30],
    ['modal.', /^modal\.[-\w]+(?:\.label)?$/, 45],
    ['modal.', /\.description$/, 100],
  ])('of %s* that match %s fit %i characters', (prefix, end, most) => {
    const entries = named(prefix, end);
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(([, text]) => text.length > most)).toEqual([]);
  });
});
