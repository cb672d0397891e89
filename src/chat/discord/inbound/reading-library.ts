/** What an interaction about motions and characters means, and what it is answered with first. Nothing is looked up here. */
import { InteractionType } from 'discord.js';
import { fileOf, ITEM_KINDS, type ItemKind } from '../../../core/library/item.ts';
import { NAME_LENGTH } from '../../../core/library/names.ts';
import { readId } from '../ids.ts';
import { modalOf } from '../modal.ts';
import { asSeen } from './asker.ts';
import { readForm } from './forms.ts';
import { type GivenFile, givenOf, motionOf, sortFiles } from './given-files.ts';
import { doing, type Reader, type Reading } from './readings.ts';
import type { AskOf } from './record.ts';
import type { CommandUse, Interaction } from './wire.ts';

const kindNamed = (name: string): ItemKind | undefined => ITEM_KINDS.find((kind) => kind === name);

/** A new name is written in a form of its own. */
const NAME_VERB = 'keep-name';

/** Undefined for what is about anything else. */
export function readLibrary(reader: Reader, event: Interaction): Reading | undefined {
  switch (event.type) {
    case InteractionType.ApplicationCommandAutocomplete:
      return readTyping(event);
    case InteractionType.ApplicationCommand: {
      const kind = kindNamed(event.data.name);
      return kind && readCommand(reader, kind, event);
    }
    case InteractionType.MessageComponent:
      return openNameForm(reader, event.data.custom_id);
    case InteractionType.ModalSubmit: {
      const sent = readId(event.data.custom_id);
      if (sent?.verb !== NAME_VERB || !event.message) return undefined;
      const filled = readForm(event).options;
      const asker = asSeen(reader.asker, event);
      return doing(
        asker,
        { kind: 'nothing-new' },
        { kind: 'press', ...sent, filled, messageId: event.message.id },
      );
    }
  }
}

/** The names of what there is, while one is typed: as an option of `/animate`, or of a part of these commands. */
function readTyping({ data }: CommandUse): Reading | undefined {
  const all = data.options.flatMap((option) => [option, ...(option.options ?? [])]);
  const focused = all.find((option) => option.focused);
  const kind = kindNamed(focused?.name ?? '') ?? kindNamed(data.name);
  return kind && { kind: 'choices', typed: String(focused?.value ?? ''), of: kind };
}

function readCommand(reader: Reader, kind: ItemKind, { data }: CommandUse): Reading {
  const { asker } = reader;
  const [part] = data.options;
  const options = Object.fromEntries(
    (part?.options ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, String(value)]])),
  );
  const what = fileOf(kind);
  const { [what]: id = '', ...rest } = options;
  const attachment = data.resolved.attachments[id];
  if (part?.name === 'add' && attachment) return keeping(reader, kind, givenOf(attachment), rest);
  const privately = { ...asker, target: { ...asker.target, private: true } };
  const ask: AskOf<'say'> = { kind: 'say', command: kind, options, ...(part ? { part: part.name } : {}) };
  return doing(privately, { kind: 'thinking', ephemeral: true }, ask);
}

/** Only whoever asks sees it before their yes. */
export function keeping(
  { asker }: Reader,
  kind: ItemKind,
  given: GivenFile,
  options: Record<string, string> = {},
): Reading {
  const privately = { ...asker, target: { ...asker.target, private: true } };
  const files = { [fileOf(kind)]: { given }, unknown: [] };
  const ask: AskOf<'keep'> = { kind: 'keep', item: kind, options, files };
  return doing(privately, { kind: 'thinking', ephemeral: true }, ask);
}

/** The file of a message that a menu is about: whatever moves, or the picture. */
export const fileFor = (kind: ItemKind, files: readonly GivenFile[]): GivenFile | undefined =>
  kind === 'motion'
    ? motionOf(files)
    : (sortFiles(files).image ?? files.find(({ name }) => /\.gif$/i.test(name)));

function openNameForm({ asker, words }: Reader, id: string): Reading | undefined {
  const pressed = readId(id);
  if (pressed?.verb !== NAME_VERB) return undefined;
  const title = words.t('button.keep-name');
  const form = modalOf({
    action: pressed,
    title,
    fields: [
      { name: 'name', label: words.t('library.name'), type: 'text', maxLength: NAME_LENGTH, required: true },
    ],
  });
  return { kind: 'answer', asker, answer: { kind: 'form', form } };
}

/** What a press takes, where the rest is still to be given. */
export function usedItem(verb: string, code: string): Record<string, string> | undefined {
  const kind = ITEM_KINDS.find((one) => verb === `use-${one}`);
  return kind && { [kind]: code };
}
