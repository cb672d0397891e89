/** The forms of the settings panel: those that settings have of their own, and one for all that is one text. */
import { settings as all } from '../../settings/index.ts';
import { type FormField, partOf, type Setting, type Settings, type Texts } from '../core/settings/setting.ts';
import type { WordKey, Words } from '../words/index.ts';
import { settingName, speakerOf } from '../words/settings.ts';
import type { Field, Form } from './page.ts';
import {
  MORE_CODE,
  onlyOption,
  PANEL_VERB,
  type Panel,
  type PanelPress,
  panelWithForms,
  type RequestedChange,
  wantedByPress,
} from './settings-panel.ts';

/** Discord's developer docs, interactions/modal, 2026-11-21. What has no room is set by the command. */
const MOST_FIELDS = 5;

/** The form that a button of the panel opens; undefined for one that opens none. */
export function formFor(code: string, words: Words, settings: Settings): Form | undefined {
  const action = { verb: PANEL_VERB, code };
  if (code === MORE_CODE)
    return { action, title: words.t('button.more-settings'), fields: moreFields(words, settings) };
  const setting = withForm(code);
  if (!setting?.form) return undefined;
  return {
    action,
    title: words.t(`button.set-${code}` as 'button.set-limit'),
    fields: setting.form.fields.map((field) => fieldOf(words, setting, field)),
  };
}

const withForm = (code: string): Setting | undefined => all.find(({ form }) => form?.id === code);

/**
 * What was filled in there. Undefined where that is no form of the panel. What was chosen in a field that takes both
 * stands under `member` or `role`.
 */
export function wantedByForm(
  { code, filled = {} }: PanelPress,
  settings: Settings,
): RequestedChange[] | undefined {
  if (code === MORE_CODE) return moreWanted(filled, settings);
  const setting = withForm(code);
  return setting?.form && [{ part: partOf(setting), texts: setting.form.texts(filled) }];
}

/** The panel of a chat that has menus and forms. */
export const formsPanel: Panel = {
  verb: PANEL_VERB,
  page: panelWithForms,
  wanted: (press, settings) => wantedByForm(press, settings) ?? wantedByPress(press, settings),
  tellsNews: true,
};

function fieldOf(words: Words, setting: Setting, field: FormField): Field {
  const { t } = words;
  const { name } = field;
  const label = t(`modal.${setting.form?.id}.${name}` as WordKey);
  switch (field.type) {
    case 'one-of': {
      const speaker = speakerOf(words, (_, id) => id);
      const choices = field.choices.map((one, index) => ({
        value: one.value,
        label: one.label(speaker),
        ...(index === 0 ? { chosen: true } : {}),
      }));
      return { name, label, type: 'choice', required: true, choices };
    }
    case 'member-or-role':
      return { name, label, type: 'pick', pick: 'member-or-role' };
    case 'channel':
      return { name, label, type: 'pick', pick: 'limited-channel' };
    case 'text':
      return { ...textField(words, setting, name, field.maxLength), label };
  }
}

/** A text is explained as the option of the same name is. */
const textField = ({ t }: Words, setting: Setting, option: string, maxLength: number) => ({
  name: option,
  description: t(`command.settings.part.${partOf(setting)}.option.${option}.description` as WordKey),
  required: true,
  type: 'text' as const,
  maxLength,
});

/** Each setting that is one text, and how it is written now. */
function texts(settings: Settings): { setting: Setting; option: string; maxLength: number; now: string }[] {
  const found = all.flatMap((setting) => {
    const option = onlyOption(setting);
    if (option?.type !== 'text' || !setting.write) return [];
    const now = setting.write(settings[setting.key])[option.name] ?? '';
    return [{ setting, option: option.name, maxLength: option.maxLength, now }];
  });
  return found.slice(0, MOST_FIELDS);
}

const moreFields = (words: Words, settings: Settings): Field[] =>
  texts(settings).map(({ setting, option, maxLength, now }) => ({
    ...textField(words, setting, option, maxLength),
    name: setting.name,
    label: settingName(words, setting),
    value: now,
  }));

/** Only what is not as it was. */
const moreWanted = (filled: Texts, settings: Settings): RequestedChange[] =>
  texts(settings).flatMap(({ setting, option, now }) => {
    const text = filled[setting.name]?.trim();
    return text === undefined || text === now ? [] : [{ part: partOf(setting), texts: { [option]: text } }];
  });
