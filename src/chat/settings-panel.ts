/**
 * The panel of `/settings`: what holds, and what can be pressed, chosen or filled in. All of it follows from the list
 * of settings; a chat only draws it. One with menus and forms has everything on one page, others ask page by page.
 */

import { settings as all } from '../../settings/index.ts';
import type { OptionSpec } from '../core/options.ts';
import {
  type Naming,
  type OwnSettings,
  partOf,
  type Setting,
  type Settings,
  type Texts,
} from '../core/settings/setting.ts';
import type { Words } from '../words/index.ts';
import { settingName, settingsLines, speakerOf } from '../words/settings.ts';
import type { Button, Menu, Page } from './page.ts';

export type PanelFacts = {
  words: Words;
  settings: Settings;
  own: OwnSettings;
  naming: Naming;
  /** Of all its buttons. */
  verb: string;
  /** What was pressed, where that changes nothing: it may ask for a page of its own. */
  code?: string | undefined;
  /** What came of the last press. */
  news?: readonly string[];
};

/** What was pressed there, and what was chosen or filled in. */
export type PanelPress = {
  code: string;
  arg?: string | undefined;
  picked?: readonly string[] | undefined;
  filled?: Texts | undefined;
};

/** How a chat shows the settings. */
export type Panel = {
  verb: string;
  page(facts: PanelFacts): Page;
  /** What a press asks to be changed. Undefined where it asks for nothing, or for another page. */
  wanted(press: PanelPress, settings: Settings): RequestedChange[] | undefined;
  /** The page itself says what came of a press; elsewhere what is refused is said beside it. */
  tellsNews: boolean;
};

/** What is to be changed, as an admin would write it. */
export type RequestedChange = { part: string; texts: Texts };

/** The verb of all that is pressed there; its code names a setting, a question, a form or one of these. */
export const PANEL_VERB = 'settings';
export const HISTORY_CODE = 'history';
/** The form for all that is one text. */
export const MORE_CODE = 'more';

/** Discord's developer docs, components/reference, 2026-11-21: a menu shows and takes at most so many. */
const MENU_SIZE = 25;

/** What a setting asks for, where that is one thing. */
export const onlyOption = ({ options: [option, ...more] }: Setting): OptionSpec | undefined =>
  more.length === 0 ? option : undefined;

export const panelButton = (verb: string, code: string, label: string, arg?: string): Button => ({
  verb,
  code,
  label,
  ...(arg === undefined ? {} : { arg }),
});

/** All that changes something there. */
export const PANEL_CODES: readonly string[] = [
  ...all
    .filter((setting) => pickOf(setting) || onlyOption(setting)?.type === 'choice')
    .map(({ name }) => name),
  ...all.flatMap(({ form }) => (form ? [form.id] : [])),
  MORE_CODE,
];

/** Everything in force, with menus, forms and buttons. */
export function panelWithForms(facts: PanelFacts): Page {
  const { words, verb, news = [] } = facts;
  return {
    title: words.t('settings.title'),
    lines: settingsLines(words, facts, facts.naming).map((text) => ({ text, named: true, item: true })),
    news: news.map((text) => ({ text, named: true, strong: true })),
    rows: [
      ...all.flatMap((setting) => menuOf(facts, setting)).map((menu) => [menu]),
      [
        ...all.flatMap(({ form }) => (form ? [formButton(facts, form.id)] : [])),
        { ...panelButton(verb, MORE_CODE, words.t('button.more-settings')), tone: 'primary' },
      ],
      [
        ...all.flatMap((setting) => toggleOf(facts, setting)),
        panelButton(verb, HISTORY_CODE, words.t('settings.history')),
      ],
    ],
  };
}

const formButton = ({ words, verb }: PanelFacts, id: string): Button => ({
  ...panelButton(verb, id, words.t(`button.set-${id}` as 'button.set-limit')),
  tone: 'primary',
});

/** For what names channels, roles or members. Where none is chosen, the placeholder says what that means. */
function menuOf({ words, settings, naming, verb }: PanelFacts, setting: Setting): Menu[] {
  const pick = pickOf(setting);
  if (!pick) return [];
  const value = settings[setting.key];
  const chosen = [value ?? []].flat().map(String);
  const name = settingName(words, setting);
  const said = setting.say(value, speakerOf(words, naming));
  return [
    {
      verb,
      code: setting.name,
      pick,
      chosen,
      most: pick === 'posting-channel' ? 1 : MENU_SIZE,
      placeholder: chosen.length === 0 ? `${name}: ${said}` : name,
    },
  ];
}

function pickOf(setting: Setting): Menu['pick'] | undefined {
  const option = onlyOption(setting);
  if (option?.type === 'member' || option?.type === 'role') return option.type;
  if (option?.type !== 'channel') return undefined;
  return option.toPostIn ? 'posting-channel' : 'limited-channel';
}

/** For what is one of several words: a button that says what a press makes of it. */
function toggleOf({ words, settings, naming, verb }: PanelFacts, setting: Setting): Button[] {
  const option = onlyOption(setting);
  if (option?.type !== 'choice') return [];
  const now = setting.write?.(settings[setting.key])[option.name];
  const next = option.choices[(option.choices.indexOf(now ?? '') + 1) % option.choices.length] ?? '';
  const read = setting.read({ [option.name]: next }, undefined, 0);
  const said = read.ok ? setting.say(read.value, speakerOf(words, naming)) : next;
  return [panelButton(verb, setting.name, `${settingName(words, setting)} → ${said}`, next)];
}

/** What was pressed and chosen on the panel. Undefined for what is none of its menus and buttons. */
export function wantedByPress(
  { code, arg = '', picked = [] }: PanelPress,
  settings: Settings,
): RequestedChange[] | undefined {
  const setting = all.find(({ name }) => name === code);
  const option = setting && onlyOption(setting);
  if (!setting || !option) return undefined;
  const wanted = (text: string | undefined): RequestedChange => ({
    part: partOf(setting),
    texts: text === undefined ? {} : { [option.name]: text },
  });
  if (option.type === 'choice') return [wanted(arg)];
  const pick = pickOf(setting);
  if (pick === undefined) return undefined;
  if (pick === 'posting-channel') return [wanted(picked[0])];
  const before = [settings[setting.key] ?? []].flat().map(String);
  // The menu shows only the first of a long list: the others are none of its business.
  const gone = before.slice(0, MENU_SIZE).filter((id) => !picked.includes(id));
  const come = picked.filter((id) => !before.includes(id));
  return [...gone, ...come].map(wanted);
}
