/** The parts of `/settings`, as data that every chat renders, and how an admin's words become a change. */
import type { CommandData } from '../options.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { type OwnSettings, partOf, type Setting, type Texts } from './setting.ts';

type Parts = NonNullable<CommandData['parts']>;

/** The parts that are no setting's: what holds, back to what holds by itself, and who changed what. */
export const SHOW = 'show';
export const HISTORY = 'history';
const RESET = 'reset';

export function partsOf(list: readonly Setting[]): Parts {
  const own: Record<string, { options: CommandData['options'] }> = {};
  for (const setting of list.toSorted((a, b) => Number(a.seldom ?? false) - Number(b.seldom ?? false))) {
    const part = partOf(setting);
    own[part] = { options: [...(own[part]?.options ?? []), ...setting.options] };
  }
  const setting = { name: 'setting', type: 'choice', choices: list.map(({ name }) => name) } as const;
  return { [SHOW]: { options: [] }, ...own, [RESET]: { options: [setting] }, [HISTORY]: { options: [] } };
}

type SettingChange = {
  /** The setting that it is about; all of them where there is none. */
  setting?: Setting;
  after: OwnSettings;
};

/** What comes of what an admin wrote in a part of `/settings`. Wrong words are refused with right ones. */
export function changed(
  list: readonly Setting[],
  own: OwnSettings,
  part: string,
  texts: Texts,
  now: number,
): Outcome<SettingChange> {
  if (part === RESET) return reset(list, own, texts.setting);
  const there = list.filter((setting) => partOf(setting) === part);
  const names = there.flatMap(({ options }) => options.map(({ name }) => name));
  const setting =
    there.length > 1 ? there.find(({ options }) => options.some(({ name }) => texts[name])) : there[0];
  if (!setting) return refuse({ code: 'bad-option', option: names[0] ?? 'settings', allowed: names });
  const read = setting.read(texts, own[setting.key], now);
  return read.ok ? accept({ setting, after: withValue(own, setting, read.value) }) : read;
}

function reset(list: readonly Setting[], own: OwnSettings, name: string | undefined): Outcome<SettingChange> {
  if (!name) return accept({ after: {} });
  const setting = list.find((one) => one.name === name);
  if (setting) return accept({ setting, after: withValue(own, setting, undefined) });
  return refuse({ code: 'bad-option', option: 'setting', allowed: list.map((one) => one.name) });
}

function withValue(own: OwnSettings, { key }: Setting, value: OwnSettings[Setting['key']]): OwnSettings {
  const { [key]: _, ...rest } = own;
  return value === undefined ? rest : { ...rest, [key]: value };
}
