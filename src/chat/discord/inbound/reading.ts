/** Reads what an interaction asks for and picks its first answer. Looks nothing up: Discord is waiting. */
import { ApplicationCommandType, ComponentType, InteractionType } from 'discord.js';
import { SAMPLE_VERB } from '../../samples.ts';
import { zoneChoices } from '../admin/time-zones.ts';
import { menuOf } from '../commands-data.ts';
import { readId } from '../ids.ts';
import { modalOf } from '../modal.ts';
import { memberIdOf } from '../text.ts';
import { type Asker, asSeen, posterOf } from './asker.ts';
import { fileForm, formAction, readForm, readFormId } from './forms.ts';
import { type FileRole, type GivenFile, givenOf, motionOf, sortFiles } from './given-files.ts';
import { filesLinkedIn, filesOn, whyBeyond } from './message-files.ts';
import type { InboundParts } from './parts.ts';
import { openForm } from './reading-form.ts';
import { fileFor, keeping, readLibrary, usedItem } from './reading-library.ts';
import { makeSample, OWN_FILES, offerSamples } from './reading-samples.ts';
import { readSettings } from './reading-settings.ts';
import { doing, type Reader, type Reading, telling } from './readings.ts';
import type { AskOf, RecordedFile } from './record.ts';
import { itemChoices, jobChoices, modelsFor } from './say.ts';
import type { CommandUse, FormSent, Interaction, Press } from './wire.ts';

/**
 * Whose jobs the latest ones are, by their codes, as far as this process has seen them: a form must be opened before
 * anything can be looked up, and this spares strangers a form that would come to nothing.
 */
export type Owners = Map<string, string>;

export function readInteraction(reader: Reader, owners: Owners, event: Interaction): Reading | undefined {
  const ofOthers = readSettings(reader, event) ?? readLibrary(reader, event);
  if (ofOthers) return ofOthers;
  const { asker } = reader;
  switch (event.type) {
    case InteractionType.ApplicationCommandAutocomplete: {
      const typed = event.data.options.find(({ focused }) => focused)?.value ?? '';
      return { kind: 'choices', typed: String(typed), of: TYPED[event.data.name] ?? 'cancel' };
    }
    case InteractionType.ApplicationCommand:
      if (event.data.type === ApplicationCommandType.Message) return readMenu(reader, event);
      if (event.data.name === 'animate') return readAnimate(reader, event);
      if (event.data.name === 'check') return readCheck(reader, event);
      return event.data.name === 'verify' ? readVerify(reader, event) : readTyped(asker, event);
    case InteractionType.MessageComponent:
      return readPress(reader, owners, event);
    case InteractionType.ModalSubmit:
      return readSent(asker, event);
  }
}

/** What is looked up while an option of these commands is typed. */
const TYPED: Readonly<Record<string, 'jobs' | 'models'>> = { jobs: 'jobs', animate: 'models' };

export async function choicesOf(
  parts: InboundParts,
  reader: Reader,
  { typed, of }: Extract<Reading, { kind: 'choices' }>,
) {
  if (of === 'timezone') return zoneChoices(parts, reader, typed);
  if (of === 'motion' || of === 'character') return itemChoices(parts, reader, typed, of);
  return of === 'models' ? modelsFor(parts, reader, typed) : jobChoices(parts, reader, typed, of);
}

/** Why this member may not start jobs here: said before a form opens or a file is fetched. */
function refusedCaller({ core, words, call }: Reader, asker: Asker): Reading | undefined {
  const refusal = core.access.refusalFor(call);
  return refusal && telling(asker, words.refusal(refusal));
}

function readTyped(asker: Asker, { data }: CommandUse): Reading {
  const ask: AskOf<'say'> = { kind: 'say', command: data.name, options: textsOf(data) };
  const privately = { ...asker, target: { ...asker.target, private: true } };
  return doing(privately, { kind: 'thinking', ephemeral: true }, ask);
}

/** Only whoever asks sees the answer: it may say who made the video. */
function lookAt({ asker }: Reader, clip: GivenFile): Reading {
  const privately = { ...asker, target: { ...asker.target, private: true } };
  const ask: AskOf<'verify'> = { kind: 'verify', clip };
  return doing(privately, { kind: 'thinking', ephemeral: true }, ask);
}

function readVerify(reader: Reader, { data }: CommandUse): Reading {
  const attachment = data.resolved.attachments[textsOf(data).clip ?? ''];
  if (attachment) return lookAt(reader, givenOf(attachment));
  return telling(reader.asker, reader.words.refusal({ code: 'missing-clip' }));
}

/** Only whoever asks sees what is said of their files. */
function readCheck({ asker, words }: Reader, { data }: CommandUse): Reading {
  const { image, clip } = textsOf(data);
  const fileOf = fileIn(data);
  const files = named({ image: fileOf(image), clip: fileOf(clip) });
  if (!files.image && !files.clip) return telling(asker, words.refusal({ code: 'missing-image' }));
  const privately = { ...asker, target: { ...asker.target, private: true } };
  const ask: AskOf<'check'> = { kind: 'check', files: { ...files, unknown: [] } };
  return doing(privately, { kind: 'thinking', ephemeral: true }, ask);
}

const textsOf = ({ options }: CommandUse['data']): Record<string, string> =>
  Object.fromEntries(
    options.flatMap(({ name, value }) => (value === undefined ? [] : [[name, String(value)]])),
  );

const fileIn =
  ({ resolved }: { resolved: Pick<CommandUse['data']['resolved'], 'attachments'> }) =>
  (id: string | undefined): RecordedFile | undefined => {
    const attachment = id === undefined ? undefined : resolved.attachments[id];
    return attachment && { given: givenOf(attachment) };
  };

function readAnimate(reader: Reader, { data }: CommandUse): Reading {
  const { image, clip, link, private: privately, ...options } = textsOf(data);
  const { target } = reader.asker;
  const asker = { ...reader.asker, target: { ...target, private: privately === 'true' } };
  const shut = refusedCaller(reader, asker);
  if (shut) return shut;
  // A form asks for files, and this is none.
  if (options.characters && !options.motion)
    return telling(asker, reader.words.refusal({ code: 'missing-motion' }));
  const fileOf = fileIn(data);
  const { files: [linked] = [], beyond = [] } = link ? filesLinkedIn(link, reader.origins) : {};
  if (link && !linked) {
    const { words } = reader;
    return telling(asker, whyBeyond(words, beyond) ?? words.t('ask.no-link'));
  }
  const files = named({ image: fileOf(image), clip: fileOf(clip) ?? (linked && { given: linked }) });
  const hasPicture = files.image || options.character || options.characters;
  if (hasPicture && (files.clip || options.motion)) {
    const ask: AskOf<'make'> = {
      kind: 'make',
      command: 'animate',
      options,
      files: { ...files, unknown: [] },
    };
    return doing(asker, { kind: 'thinking', ephemeral: asker.target.private }, ask);
  }
  const isBare = !files.image && !files.clip && Object.keys(options).length === 0;
  if (isBare && reader.call.standing.private && target.guildId === undefined)
    return offerSamples(reader, asker);
  return openForm(reader, asker, { options, files: { ...files, unknown: [] } }, { choices: false });
}

const named = ({ image, clip }: { image: RecordedFile | undefined; clip: RecordedFile | undefined }) => ({
  ...(image ? { image } : {}),
  ...(clip ? { clip } : {}),
});

/** A right-click on a message. Options can't be given there, so the form asks for wishes too. */
function readMenu(reader: Reader, { data, application_id: botId }: CommandUse): Reading | undefined {
  const { asker, words, origins } = reader;
  const menu = menuOf(data.name);
  const message = data.resolved.messages[data.target_id ?? ''];
  if (!menu || !message) return undefined;
  const shut = refusedCaller(reader, asker);
  if (shut) return shut;
  const { files: all, beyond } = filesOn(message, origins, posterOf(message.author, botId));
  if (menu === 'verify') {
    // A picture is looked at as well: what it is, and why that is no video, is for the look to say.
    const given = motionOf(all) ?? all[0];
    return given
      ? lookAt(reader, given)
      : telling(asker, whyBeyond(words, beyond) ?? words.t('verify.no-video'));
  }
  if (menu === 'save-motion' || menu === 'save-character') {
    const kind = menu === 'save-motion' ? 'motion' : 'character';
    const given = fileFor(kind, all);
    const none = kind === 'motion' ? 'ask.no-clip-in-message' : 'ask.no-picture-in-message';
    return given ? keeping(reader, kind, given) : telling(asker, whyBeyond(words, beyond) ?? words.t(none));
  }
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
  return openForm(reader, asker, { options: {}, files: { ...files, unknown } }, { choices: true });
}

/** Which file a button asks for anew. */
const NEW: Readonly<Record<string, FileRole>> = { 'new-image': 'image', 'new-motion': 'clip' };

function readPress(reader: Reader, owners: Owners, event: Press): Reading {
  const { words } = reader;
  const asker = asSeen(reader.asker, event);
  const read = readId(event.data.custom_id);
  if (!read || !event.message) return telling(asker, words.t('told.too-old'));
  const { verb, code } = read;
  // A verb is any stranger's text: `constructor` is something to every object.
  const what = Object.hasOwn(NEW, verb) ? NEW[verb] : undefined;
  if (what || verb === 'again') {
    const shut = refusedCaller(reader, asker) ?? refusedStranger(reader, owners, asker, code);
    if (shut) return shut;
  }
  if (what) {
    const title = words.t(what === 'image' ? 'modal.new-image' : 'modal.new-motion');
    const action = formAction({ of: 'job', code });
    const form = modalOf(fileForm(words, { action, title, files: [what], choices: false }));
    return { kind: 'answer', asker, answer: { kind: 'form', form } };
  }
  if (verb === OWN_FILES)
    return (
      refusedCaller(reader, asker) ??
      openForm(reader, asker, { options: {}, files: { unknown: [] } }, { choices: false })
    );
  if (verb === SAMPLE_VERB) return refusedCaller(reader, asker) ?? makeSample(asker, read.arg);
  const used = usedItem(verb, code);
  if (used) {
    const shut = refusedCaller(reader, asker);
    const ask = { options: used, files: { unknown: [] } };
    return shut ?? openForm(reader, reader.asker, ask, { choices: true });
  }
  if (verb === 'again') {
    const files = { unknown: [] };
    const ask: AskOf<'make'> = { kind: 'make', command: 'again', options: { job: code }, files };
    return doing(asker, { kind: 'thinking', ephemeral: asker.target.private }, ask);
  }
  const { values, component_type } = event.data;
  const picked = component_type === ComponentType.UserSelect ? values.map(memberIdOf) : values;
  return doing(
    asker,
    { kind: 'nothing-new' },
    { kind: 'press', ...read, ...(picked.length > 0 ? { picked } : {}), messageId: event.message.id },
  );
}

/** Only where it is known for sure; anybody else is looked at after the first answer. */
function refusedStranger(
  { core, words, call: { requester, standing } }: Reader,
  owners: Owners,
  asker: Asker,
  code: string,
): Reading | undefined {
  const owner = owners.get(code);
  const known = owner === undefined || owner === requester.memberId;
  if (known || standing.moderator || core.access.isOperator(requester)) return undefined;
  return telling(asker, words.t('told.not-yours'));
}

function readSent(who: Asker, event: FormSent): Reading | undefined {
  const id = readFormId(event.data.custom_id);
  if (!id) return undefined;
  const seen = asSeen(who, event);
  const asker = id.of === 'ask' ? { ...seen, target: { ...seen.target, private: id.private } } : seen;
  const { options, files: ids } = readForm(event);
  const fileOf = fileIn(event.data);
  const given = named({ image: fileOf(ids.image?.[0]), clip: fileOf(ids.clip?.[0]) });
  const files = { ...given, unknown: [] };
  const ask: AskOf<'make'> =
    id.of === 'job'
      ? { kind: 'make', command: 'again', options: { job: id.code }, files }
      : { kind: 'make', command: 'animate', options, files, formOf: id.eventId };
  return doing(asker, { kind: 'thinking', ephemeral: asker.target.private }, ask);
}
