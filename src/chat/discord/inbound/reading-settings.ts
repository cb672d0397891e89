/** What an interaction about `/settings` means, and what it is answered with first. Nothing is looked up here. */
import { InteractionType } from 'discord.js';
import { parts as settingsParts } from '../../../../settings/index.ts';
import { SHOW } from '../../../core/settings/settings-parts.ts';
import { formFor } from '../../settings-forms.ts';
import { PANEL_VERB } from '../../settings-panel.ts';
import { readId } from '../ids.ts';
import { modalOf } from '../modal.ts';
import { memberIdOf } from '../text.ts';
import { type Asker, asSeen } from './asker.ts';
import { readForm } from './forms.ts';
import { doing, type Reader, type Reading, telling } from './readings.ts';
import type { CommandUse, FormSent, Interaction } from './wire.ts';

/** Undefined for what is about anything else. */
export function readSettings(reader: Reader, event: Interaction): Reading | undefined {
  const { asker } = reader;
  switch (event.type) {
    case InteractionType.ApplicationCommandAutocomplete:
      return event.data.name === PANEL_VERB ? readTyping(event) : undefined;
    case InteractionType.ApplicationCommand:
      return event.data.name === PANEL_VERB ? readCommand(asker, event) : undefined;
    case InteractionType.MessageComponent:
      return openForm(reader, event.data.custom_id);
    case InteractionType.ModalSubmit:
      return readSent(asSeen(asker, event), event);
  }
}

function readTyping({ data }: CommandUse): Reading {
  const focused = data.options.flatMap(({ options = [] }) => options).find((option) => option.focused);
  return { kind: 'choices', typed: String(focused?.value ?? ''), of: 'timezone' };
}

function readCommand(asker: Asker, { data }: CommandUse): Reading {
  const [part] = data.options;
  const privately = { ...asker, target: { ...asker.target, private: true } };
  const ask = {
    kind: 'say',
    command: data.name,
    part: part?.name ?? SHOW,
    options: coreOptions(part),
  } as const;
  return doing(privately, { kind: 'thinking', ephemeral: true }, ask);
}

/** Members have ids of their own in the core; roles and channels don't. */
function coreOptions(part: CommandUse['data']['options'][number] | undefined): Record<string, string> {
  const spec = part && Object.hasOwn(settingsParts, part.name) ? settingsParts[part.name] : undefined;
  const members = new Set(spec?.options.flatMap(({ name, type }) => (type === 'member' ? name : [])));
  return Object.fromEntries(
    (part?.options ?? []).flatMap(({ name, value }) => {
      if (value === undefined) return [];
      return [[name, members.has(name) ? memberIdOf(String(value)) : String(value)]];
    }),
  );
}

/** A form must be the first answer: whether this member may is asked here, and again when it is sent. */
function openForm({ core, asker, words, call }: Reader, id: string): Reading | undefined {
  const pressed = readId(id);
  if (pressed?.verb !== PANEL_VERB) return undefined;
  const { requester, standing } = call;
  const form = formFor(pressed.code, words, core.settings.of(requester.spaceId));
  if (!form) return undefined;
  if (!standing.moderator && !core.access.isOperator(requester))
    return telling(asker, words.t('refusal.not-allowed-admins-only'));
  return { kind: 'answer', asker, answer: { kind: 'form', form: modalOf(form) } };
}

function readSent(asker: Asker, event: FormSent): Reading | undefined {
  const sent = readId(event.data.custom_id);
  if (sent?.verb !== PANEL_VERB || !event.message) return undefined;
  const { options, files: chosen } = readForm(event);
  const { roles, users } = event.data.resolved;
  const picked = Object.entries(chosen).flatMap(([name, [id]]): [string, string][] => {
    if (id === undefined) return [];
    return [id in roles ? ['role', id] : id in users ? ['member', memberIdOf(id)] : [name, id]];
  });
  const filled = { ...options, ...Object.fromEntries(picked) };
  const messageId = event.message.id;
  return doing(asker, { kind: 'nothing-new' }, { kind: 'press', ...sent, filled, messageId });
}
