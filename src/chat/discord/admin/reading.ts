/** What an interaction of the admins' half means, and what it is answered with first. Nothing is looked up here. */
import { ApplicationCommandType, InteractionType, MessageFlags } from 'discord.js';
import { parts as settingsParts } from '../../../../settings/index.ts';
import { SHOW } from '../../../core/settings/settings-parts.ts';
import { wordsFor } from '../../../words/index.ts';
import { formFor } from '../../settings-forms.ts';
import { type Asker, callOf } from '../inbound/asker.ts';
import { readForm } from '../inbound/forms.ts';
import { doing, type Reading, type ReadingParts, telling } from '../inbound/readings.ts';
import type { AskOf } from '../inbound/record.ts';
import type { CommandUse, FormSent, Interaction, Press } from '../inbound/wire.ts';
import { modalOf } from '../modal.ts';
import { adminId, readAdminId } from './ids.ts';
import { memberIdOf } from './naming.ts';

/** Undefined for what is none of this half's business. */
export function readAdmin(parts: ReadingParts, asker: Asker, event: Interaction): Reading | undefined {
  switch (event.type) {
    case InteractionType.ApplicationCommandAutocomplete:
      return readTyping(asker, event);
    case InteractionType.ApplicationCommand:
      return readCommand(asker, event);
    case InteractionType.MessageComponent:
      return readPress(parts, asker, event);
    case InteractionType.ModalSubmit:
      return readSent(asker, event);
  }
}

const asking = (ask: Partial<AskOf<'admin'>> & Pick<AskOf<'admin'>, 'act'>): AskOf<'admin'> => ({
  kind: 'admin',
  arg: '',
  options: {},
  values: [],
  ...ask,
});

function readTyping(asker: Asker, { data }: CommandUse): Reading | undefined {
  if (data.name !== 'settings') return undefined;
  const focused = data.options.flatMap(({ options = [] }) => options).find((option) => option.focused);
  return { kind: 'choices', asker, typed: String(focused?.value ?? ''), of: 'timezone' };
}

function readCommand(asker: Asker, { data }: CommandUse): Reading | undefined {
  if (data.name !== 'settings' || data.type !== ApplicationCommandType.ChatInput) return undefined;
  const [part] = data.options;
  const ask = asking({ act: data.name, arg: part?.name ?? SHOW, options: coreOptions(part) });
  return doing(privately(asker), { kind: 'thinking', ephemeral: true }, ask);
}

type GivenOption = CommandUse['data']['options'][number];

const textsOf = (options: readonly Omit<GivenOption, 'options'>[]): Record<string, string> =>
  Object.fromEntries(
    options.flatMap(({ name, value }) => (value === undefined ? [] : [[name, String(value)]])),
  );

/** Members have ids of their own in the core; roles and channels don't. */
function coreOptions(part: GivenOption | undefined): Record<string, string> {
  const spec = part && Object.hasOwn(settingsParts, part.name) ? settingsParts[part.name] : undefined;
  if (!part || !spec) return {};
  const texts = textsOf(part.options ?? []);
  for (const { name, type } of spec.options) {
    const value = texts[name];
    if (type === 'member' && value !== undefined) texts[name] = memberIdOf(value);
  }
  return texts;
}

const privately = (asker: Asker): Asker => ({ ...asker, target: { ...asker.target, private: true } });

/** Of a message that only one member sees, so is whatever answers it. */
const asSeen = (asker: Asker, { message }: Press | FormSent): Asker => {
  const secret = ((message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  return { ...asker, target: { ...asker.target, private: secret } };
};

function readPress(parts: ReadingParts, pressing: Asker, event: Press): Reading | undefined {
  const read = readAdminId(event.data.custom_id);
  if (!read || !event.message) return undefined;
  const asker = asSeen(pressing, event);
  const words = wordsFor(asker.target.locale);
  const { act, arg } = read;
  const { requester, standing } = callOf(asker);
  const form = formFor(act, words, parts.core.settings.of(requester.spaceId));
  if (form) {
    // A form must be the first answer: whether this member may is asked here, and again when it is sent.
    if (!standing.moderator && !parts.core.access.isOperator(requester))
      return telling(asker, words.t('refusal.not-allowed-admins-only'));
    return {
      kind: 'answer',
      asker,
      answer: { kind: 'form', form: modalOf(form, ({ code, arg }) => adminId(code, arg)) },
    };
  }
  const { values } = event.data;
  return doing(asker, { kind: 'nothing-new' }, asking({ act, arg, values, messageId: event.message.id }));
}

function readSent(sending: Asker, event: FormSent): Reading | undefined {
  const read = readAdminId(event.data.custom_id);
  if (!read || !event.message) return undefined;
  const { options, files: chosen } = readForm(event);
  const { roles } = event.data.resolved;
  const all = {
    ...options,
    ...Object.fromEntries(Object.entries(chosen).flatMap((one) => chosenOne(one, roles))),
  };
  return doing(
    asSeen(sending, event),
    { kind: 'nothing-new' },
    asking({ act: read.act, options: all, messageId: event.message.id }),
  );
}

/** Says beside a choice that it is a role and no member. */
export const isRoleKey = (field: string): string => `${field}IsRole`;

/** One choice of a form, and whether it is a role where it might be a member, too. */
function chosenOne([name, [id]]: [string, string[]], roles: object): [string, string][] {
  if (id === undefined) return [];
  return [[name, id], ...(id in roles ? [[isRoleKey(name), 'true'] as [string, string]] : [])];
}
