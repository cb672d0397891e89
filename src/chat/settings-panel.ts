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
import type { Button, Line, Menu, Page } from './page.ts';

export type PanelFacts = { words: Words; settings: Settings; own: OwnSettings; naming: Naming };

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

export const panelButton = (code: string, label: string, arg?: string): Button => ({
  verb: PANEL_VERB,
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

/** Everything in force, with menus, forms and buttons. `news`: what came of the last press. */
export function panelWithForms(facts: PanelFacts, news: readonly string[] = []): Page {
  const { words } = facts;
  return {
    title: words.t('settings.title'),
    lines: [
      ...settingsLines(words, facts, facts.naming).map((text): Line => ({ text, named: true, item: true })),
      ...news.map((text): Line => ({ text, named: true, strong: true })),
    ],
    rows: [
      ...all.flatMap((setting) => menuOf(facts, setting)).map((menu) => [menu]),
      [
        ...all.flatMap(({ form }) => (form ? [formButton(words, form.id)] : [])),
        { ...panelButton(MORE_CODE, words.t('button.more-settings')), tone: 'primary' },
      ],
      [
        ...all.flatMap((setting) => toggleOf(facts, setting)),
        panelButton(HISTORY_CODE, words.t('settings.history')),
      ],
    ],
  };
}

const formButton = ({ t }: Words, id: string): Button => ({
  ...panelButton(id, t(`button.set-${id}` as 'button.set-limit')),
  tone: 'primary',
});

/** For what names channels, roles or members. Where none is chosen, the placeholder says what that means. */
function menuOf({ words, settings, naming }: PanelFacts, setting: Setting): Menu[] {
  const pick = pickOf(setting);
  if (!pick) return [];
  const value = settings[setting.key];
  const chosen = [value ?? []].flat().map(String);
  const name = settingName(words, setting);
  const said = setting.say(value, speakerOf(words, naming));
  return [
    {
      verb: PANEL_VERB,
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
function toggleOf({ words, settings, naming }: PanelFacts, setting: Setting): Button[] {
  const option = onlyOption(setting);
  if (option?.type !== 'choice') return [];
  const now = setting.write?.(settings[setting.key])[option.name];
  const next = option.choices[(option.choices.indexOf(now ?? '') + 1) % option.choices.length] ?? '';
  const read = setting.read({ [option.name]: next }, undefined, 0);
  const said = read.ok ? setting.say(read.value, speakerOf(words, naming)) : next;
  return [panelButton(setting.name, `${settingName(words, setting)} → ${said}`, next)];
}

/** What was pressed and chosen on the panel. Undefined for what is none of its menus and buttons. */
export function wantedByPress(
  { code, arg }: { code: string; arg: string },
  /** In a menu, by the ids that the chat has. */
  picked: readonly string[],
  settings: Settings,
  memberIdOf: (id: string) => string,
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
  const chosen = pick === 'member' ? picked.map(memberIdOf) : picked;
  if (pick === 'posting-channel') return [wanted(chosen[0])];
  const before = [settings[setting.key] ?? []].flat().map(String);
  // The menu shows only the first of a long list: the others are none of its business.
  const gone = before.slice(0, MENU_SIZE).filter((id) => !chosen.includes(id));
  const come = chosen.filter((id) => !before.includes(id));
  return [...gone, ...come].map(wanted);
}
