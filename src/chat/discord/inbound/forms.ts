/** The forms that open over the chat, and what waits for them: the command that opened one, with its files. */
import {
  type APIComponentInLabel,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  TextInputStyle,
} from 'discord.js';
import { CHOICE_OPTIONS } from '../../../core/choices.ts';
import { cutShort } from '../../../core/text.ts';
import type { Words } from '../../../words/index.ts';
import type { What } from './given-files.ts';
import type { FormSent } from './wire.ts';

/** Developer docs, components/reference, 2026-11-21: 45 letters for a title or a label, 100 for a description. */
const LABEL_LENGTH = 45;
const DESCRIPTION_LENGTH = 100;

/** Only names are looked at; moving pictures are clips too. */
const FILE_TYPES: Record<What, string[]> = { image: ['image'], clip: ['video', '.gif', '.webp'] };

export type FormSpec = {
  customId: string;
  title: string;
  /** The files that it asks for. Where their bytes may turn out to be there already, they are optional. */
  files: readonly What[];
  optional?: boolean;
  /** It asks for the wishes too, as a menu has no options. */
  wishes: boolean;
};

/** At most five fields fit: two files and three wishes. */
export function formOf(words: Words, spec: FormSpec): APIModalInteractionResponseCallbackData {
  const { t } = words;
  const label = (key: What | 'prompt' | 'quality' | 'orientation', component: APIComponentInLabel) =>
    ({
      type: ComponentType.Label,
      label: cutShort(t(`modal.${key}.label`), LABEL_LENGTH),
      description: cutShort(t(`modal.${key}.description`), DESCRIPTION_LENGTH),
      component,
    }) satisfies APILabelComponent;
  const required = spec.optional !== true;
  const files = spec.files.map((what) =>
    label(what, {
      type: ComponentType.FileUpload,
      custom_id: what,
      min_values: required ? 1 : 0,
      max_values: 1,
      required,
      file_types: FILE_TYPES[what],
    } as APIComponentInLabel),
  );
  const wishes = spec.wishes
    ? [
        label('prompt', {
          type: ComponentType.TextInput,
          custom_id: 'prompt',
          style: TextInputStyle.Paragraph,
          max_length: CHOICE_OPTIONS[0].maxLength,
          required: false,
        }),
        choice(words, 'quality'),
        choice(words, 'orientation'),
      ]
    : [];

  function choice({ t: say }: Words, name: 'quality' | 'orientation') {
    const { choices } = CHOICE_OPTIONS[name === 'quality' ? 3 : 2];
    return label(name, {
      type: ComponentType.RadioGroup,
      custom_id: name,
      required: false,
      options: choices.map((value) => ({
        value,
        label: say(`choice.${name}.${value}` as 'choice.quality.draft'),
      })),
    });
  }

  return {
    custom_id: spec.customId,
    title: cutShort(spec.title, LABEL_LENGTH),
    components: [...files, ...wishes],
  };
}

/** What a member filled in: wishes by name, and the ids of files by field. */
export function readForm({ data }: FormSent): {
  options: Record<string, string>;
  files: Record<string, string[]>;
} {
  const options: Record<string, string> = {};
  const files: Record<string, string[]> = {};
  for (const { component } of data.components) {
    if (!component) continue;
    const { custom_id: name, value, values } = component;
    if (values) files[name] = values;
    else if (typeof value === 'string' && value.trim() !== '') options[name] = value;
  }
  return { options, files };
}

/** What a form's id says: whose form it is, and whether only the member sees the answer. */
export type FormId = { of: 'ask'; eventId: string; private: boolean } | { of: 'job'; code: string };

export const formIdOf = (id: FormId): string =>
  id.of === 'job' ? `strut-again:${id.code}` : `strut-form:${id.eventId}:${id.private ? 'private' : 'open'}`;

export function readFormId(text: string): FormId | undefined {
  const [, code] = /^strut-again:(\w{1,20})$/.exec(text) ?? [];
  if (code) return { of: 'job', code };
  const [, eventId, how] = /^strut-form:(\d{1,20}):(private|open)$/.exec(text) ?? [];
  return eventId ? { of: 'ask', eventId, private: how === 'private' } : undefined;
}
