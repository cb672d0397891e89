/** Reads what an interaction asks for and picks its first answer. Looks nothing up: Discord is waiting. */
import { ApplicationCommandType, InteractionType, MessageFlags } from 'discord.js';
import { wordsFor } from '../../../words/index.ts';
import { readAdmin } from '../admin/reading.ts';
import { zoneChoices } from '../admin/time-zones.ts';
import { modalOf } from '../modal.ts';
import { notice, readId } from '../render.ts';
import { type Asker, askerOf, callOf } from './asker.ts';
import { fileForm, formAction, readForm, readFormId } from './forms.ts';
import { type FileRole, givenOf, motionOf, sortFiles } from './given-files.ts';
import { menuOf } from './menus.ts';
import { filesOn, whyBeyond } from './message-files.ts';
import type { Owners } from './owners.ts';
import type { InboundParts } from './parts.ts';
import { doing, type Reading, type ReadingParts, telling } from './readings.ts';
import type { AskOf, RecordedFile } from './record.ts';
import { jobChoices, modelsFor } from './say.ts';
import type { CommandUse, FormSent, Interaction, Press } from './wire.ts';

export function readInteraction(
  parts: ReadingParts,
  owners: Owners,
  event: Interaction,
): Reading | undefined {
  const asker = askerOf(event);
  if (!asker) return undefined;
  const admin = readAdmin(parts, asker, event);
  if (admin) return admin;
  switch (event.type) {
    case InteractionType.ApplicationCommandAutocomplete: {
      const typed = event.data.options.find(({ focused }) => focused)?.value ?? '';
      return {
        kind: 'choices',
        asker,
        typed: String(typed),
        of: TYPED[event.data.name] ?? 'cancel',
      };
    }
    case InteractionType.ApplicationCommand:
      if (event.data.type === ApplicationCommandType.Message) return readMenu(parts, asker, event);
      return event.data.name === 'animate' ? readAnimate(parts, asker, event) : readTyped(asker, event);
    case InteractionType.MessageComponent:
      return readPress(parts, owners, asker, event);
    case InteractionType.ModalSubmit:
      return readSent(asker, event);
  }
}

/** What is looked up while an option of these commands is typed. */
const TYPED: Readonly<Record<string, 'jobs' | 'models'>> = { jobs: 'jobs', animate: 'models' };

export async function choicesOf(
  parts: InboundParts,
  { asker, typed, of }: Extract<Reading, { kind: 'choices' }>,
) {
  if (of === 'timezone') return zoneChoices(parts, asker, typed);
  return of === 'models' ? modelsFor(parts, asker, typed) : jobChoices(parts, asker, typed, of);
}

/** Why this member may not start jobs here: said before a form opens or a file is fetched. */
function refusedCaller({ core }: ReadingParts, asker: Asker): Reading | undefined {
  const refusal = core.access.refusalFor(callOf(asker));
  if (!refusal) return undefined;
  const body = notice(wordsFor(asker.target.locale).refusal(refusal));
  return { kind: 'answer', asker, answer: { kind: 'message', body } };
}

function readTyped(asker: Asker, { data }: CommandUse): Reading {
  const ask: AskOf<'say'> = { kind: 'say', command: data.name, options: textsOf(data) };
  const privately = { ...asker, target: { ...asker.target, private: true } };
  return doing(privately, { kind: 'thinking', ephemeral: true }, ask);
}

const textsOf = ({ options }: CommandUse['data']): Record<string, string> =>
  Object.fromEntries(
    options.flatMap(({ name, value }) => (value === undefined ? [] : [[name, String(value)]])),
  );

function readAnimate(parts: ReadingParts, who: Asker, { data }: CommandUse): Reading {
  const { image, clip, private: privately, ...options } = textsOf(data);
  const asker = { ...who, target: { ...who.target, private: privately === 'true' } };
  const shut = refusedCaller(parts, asker);
  if (shut) return shut;
  const fileOf = (id: string | undefined): RecordedFile | undefined => {
    const attachment = id === undefined ? undefined : data.resolved.attachments[id];
    return attachment && { given: givenOf(attachment) };
  };
  const files = named({ image: fileOf(image), clip: fileOf(clip) });
  if (files.image && files.clip) {
    const ask: AskOf<'make'> = {
      kind: 'make',
      command: 'animate',
      options,
      files: { ...files, unknown: [] },
    };
    return doing(asker, { kind: 'thinking', ephemeral: asker.target.private }, ask);
  }
  return openForm(asker, { options, files: { ...files, unknown: [] } }, { choices: false });
}

const named = ({ image, clip }: { image: RecordedFile | undefined; clip: RecordedFile | undefined }) => ({
  ...(image ? { image } : {}),
  ...(clip ? { clip } : {}),
});

/** A right-click on a message. Options can't be given there, so the form asks for wishes too. */
function readMenu(parts: ReadingParts, asker: Asker, { data }: CommandUse): Reading | undefined {
  const menu = menuOf(data.name);
  const message = data.resolved.messages[data.target_id ?? ''];
  if (!menu || !message) return undefined;
  const shut = refusedCaller(parts, asker);
  if (shut) return shut;
  const words = wordsFor(asker.target.locale);
  const { files: all, beyond } = filesOn(message, parts.origins);
  const sorted = menu === 'motion' ? { clip: motionOf(all), unknown: [] } : sortFiles(all);
  const { unknown } = sorted;
  const image = 'image' in sorted ? sorted.image : undefined;
  const { clip } = sorted;
  const lacks = (key: 'ask.no-clip-in-message' | 'ask.nothing-in-message') =>
    telling(asker, whyBeyond(words, beyond) ?? words.t(key));
  if (menu === 'motion' && !clip) return lacks('ask.no-clip-in-message');
  if (!image && !clip && unknown.length === 0) return lacks('ask.nothing-in-message');
  const files = named({
    image: image && { given: image },
    clip: clip && { given: clip },
  });
  return openForm(asker, { options: {}, files: { ...files, unknown } }, { choices: true });
}

function openForm(
  asker: Asker,
  ask: Pick<AskOf<'form'>, 'options' | 'files'>,
  { choices }: { choices: boolean },
): Reading {
  const words = wordsFor(asker.target.locale);
  const { eventId, private: privately } = asker.target;
  const form = fileForm(words, {
    action: formAction({ of: 'ask', eventId, private: privately }),
    title: words.t('modal.animate'),
    files: (['image', 'clip'] as const).filter((what) => !ask.files[what]),
    optional: ask.files.unknown.length > 0,
    choices,
  });
  return doing(asker, { kind: 'form', form: modalOf(form) }, { kind: 'form', ...ask });
}

/** Which file a button asks for anew. */
const NEW: Readonly<Record<string, FileRole>> = { 'new-image': 'image', 'new-motion': 'clip' };

function readPress(parts: ReadingParts, owners: Owners, pressing: Asker, event: Press): Reading {
  // A message that only the member sees is answered in the same way.
  const secret = ((event.message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  const asker = { ...pressing, target: { ...pressing.target, private: secret } };
  const words = wordsFor(asker.target.locale);
  const read = readId(event.data.custom_id);
  if (!read || !event.message) return telling(asker, words.t('told.too-old'));
  const { verb, code, arg } = read;
  // A verb is any stranger's text: `constructor` is something to every object.
  const what = Object.hasOwn(NEW, verb) ? NEW[verb] : undefined;
  if (what || verb === 'again') {
    const shut = refusedCaller(parts, asker) ?? refusedStranger(parts, owners, asker, code);
    if (shut) return shut;
  }
  if (what) {
    const title = words.t(what === 'image' ? 'modal.new-image' : 'modal.new-motion');
    const action = formAction({ of: 'job', code });
    const form = modalOf(fileForm(words, { action, title, files: [what], choices: false }));
    return { kind: 'answer', asker, answer: { kind: 'form', form } };
  }
  if (verb === 'again') {
    const files = { unknown: [] };
    const ask: AskOf<'make'> = { kind: 'make', command: 'again', options: { job: code }, files };
    return doing(asker, { kind: 'thinking', ephemeral: secret }, ask);
  }
  const messageId = event.message.id;
  return doing(
    asker,
    { kind: 'nothing-new' },
    {
      kind: 'press',
      verb,
      code,
      ...(arg === undefined ? {} : { arg }),
      messageId,
    },
  );
}

/** Only where it is known for sure; anybody else is looked at after the first answer. */
function refusedStranger(
  { core }: ReadingParts,
  owners: Owners,
  asker: Asker,
  code: string,
): Reading | undefined {
  const { requester, standing } = callOf(asker);
  const owner = owners.of(code);
  const known = owner === undefined || owner === requester.memberId;
  if (known || standing.moderator || core.access.isOperator(requester)) return undefined;
  return telling(asker, wordsFor(asker.target.locale).t('told.not-yours'));
}

function readSent(who: Asker, event: FormSent): Reading | undefined {
  const id = readFormId(event.data.custom_id);
  if (!id) return undefined;
  const secret = ((event.message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  const asker = { ...who, target: { ...who.target, private: id.of === 'ask' ? id.private : secret } };
  const { options, files: ids } = readForm(event);
  const fileOf = (what: FileRole): RecordedFile | undefined => {
    const attachment = event.data.resolved.attachments[ids[what]?.[0] ?? ''];
    return attachment && { given: givenOf(attachment) };
  };
  const files = { ...named({ image: fileOf('image'), clip: fileOf('clip') }), unknown: [] };
  const ask: AskOf<'make'> =
    id.of === 'job'
      ? { kind: 'make', command: 'again', options: { job: id.code }, files }
      : { kind: 'make', command: 'animate', options, files, formOf: id.eventId };
  return doing(asker, { kind: 'thinking', ephemeral: asker.target.private }, ask);
}
