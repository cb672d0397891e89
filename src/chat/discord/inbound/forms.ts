/** The forms that ask for files and choices, and what waits for them: the command that opened one, with its files. */
import { CHOICE_OPTIONS, MAX_PROMPT } from '../../../core/intake/choices.ts';
import type { WordKey, Words } from '../../../words/index.ts';
import { type Action, type Field, type Form, readActionId } from '../../page.ts';
import type { FileRole } from './given-files.ts';
import type { FormSent } from './wire.ts';

type FormSpec = {
  action: Action;
  title: string;
  /** The files that it asks for. Where their bytes may turn out to be there already, they are optional. */
  files: readonly FileRole[];
  optional?: boolean;
  /** It asks for the wishes too, as a menu has no options. */
  choices: boolean;
};

/** At most five fields fit: two files and three wishes. */
export function fileForm({ t }: Words, { action, title, files, optional, choices }: FormSpec): Form {
  const named = (name: FileRole | 'prompt' | 'quality' | 'orientation') => ({
    name,
    label: t(`modal.${name}.label`),
    description: t(`modal.${name}.description`),
  });
  const choice = (name: 'quality' | 'orientation'): Field => {
    const choices = CHOICE_OPTIONS.flatMap((one) => (one.name === name ? one.choices : []));
    const labelled = choices.map((value) => ({ value, label: t(`choice.${name}.${value}` as WordKey) }));
    return { ...named(name), type: 'choice', choices: labelled };
  };
  const prompt: Field = {
    ...named('prompt'),
    type: 'text',
    maxLength: MAX_PROMPT,
    long: true,
  };
  return {
    action,
    title,
    fields: [
      ...files.map((what): Field => ({ ...named(what), type: 'file', accepts: what, required: !optional })),
      ...(choices ? [prompt, choice('quality'), choice('orientation')] : []),
    ],
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

export const formAction = (id: FormId): Action =>
  id.of === 'job'
    ? { verb: 'again', code: id.code }
    : { verb: 'form', code: id.eventId, arg: id.private ? 'private' : 'open' };

/** A form that an earlier version opened may still be sent. */
const OLD_FORM = /^strut-(again|form):(\w{1,20})(?::(private|open))?$/;

export function readFormId(text: string): FormId | undefined {
  const [, oldVerb = '', oldCode = '', oldArg] = OLD_FORM.exec(text) ?? [];
  const { verb, code, arg } = readActionId(text) ?? { verb: oldVerb, code: oldCode, arg: oldArg };
  if (verb === 'again') return { of: 'job', code };
  const isAsk = verb === 'form' && /^\d{1,20}$/.test(code) && (arg === 'private' || arg === 'open');
  return isAsk ? { of: 'ask', eventId: code, private: arg === 'private' } : undefined;
}
