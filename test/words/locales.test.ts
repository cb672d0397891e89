import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LOCALES } from '../../src/words/index.ts';

type Tree = { [key: string]: string | Tree };

const FOLDER = new URL('../../src/words/locales/', import.meta.url);
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

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\{\w+\}\}/g))].sort();

const english = messagesOf('en');
const languages = readdirSync(FOLDER).map((file) => file.replace('.json', ''));

it('each file is a language that is spoken, and each language has a file', () => {
  expect(languages.sort()).toEqual([...LOCALES].sort());
});

describe.each(languages)('the messages in %s', (language) => {
  const messages = messagesOf(language);
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const named = (prefix: string, end: RegExp): [string, string][] =>
    [...messages].filter(([key]) => key.startsWith(prefix) && end.test(key));

  it('are those of English, with the plural forms that the language has', () => {
    const wanted = [...english.keys()].flatMap((key) =>
      FORM.test(key) ? forms.map((form) => key.replace(FORM, `_${form}`)) : [key],
    );
    expect([...messages.keys()].sort()).toEqual([...new Set(wanted)].sort());
  });

  it('have the same gaps to fill, and none is empty or has blanks around', () => {
    for (const [key, text] of messages) {
      const model = english.get(key) ?? english.get(key.replace(FORM, '_other')) ?? '';
      expect([key, ...placeholders(text)]).toEqual([key, ...placeholders(model)]);
      expect([key, text.trim()]).toEqual([key, text]);
      expect([key, text.length > 0]).toEqual([key, true]);
    }
  });

  it('speak of the place as both chats can', () =>
    expect([...messages.values()].filter((text) => /\bthis (?:server|chat)\b/i.test(text))).toEqual([]));

  // Discord's limits on names and descriptions; Telegram's on descriptions is wider.
  it('name commands and options as Discord takes them', () => {
    const names = named('command.', /\.name$/);
    expect(names.length).toBeGreaterThan(15);
    for (const [key, name] of names) {
      expect([key, name]).toEqual([key, expect.stringMatching(/^[-_\p{L}\p{N}]{1,32}$/u)]);
      expect([key, name.toLowerCase()]).toEqual([key, name]);
    }
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
    ['modal.', /\.(?!description)\w+$|^modal\.[-\w]+$/, 45],
    ['modal.', /\.description$/, 100],
  ])('of %s* that match %s fit %i characters', (prefix, end, most) => {
    const entries = named(prefix, end);
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.filter(([, text]) => text.length > most)).toEqual([]);
  });
});
