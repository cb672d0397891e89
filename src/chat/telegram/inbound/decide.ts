/** Decides what a message asks for. Sends nothing, so reading a message twice is harmless. */
import { fileOf, ITEM_KINDS, type ItemKind } from '../../../core/library/item.ts';
import type { Refusal } from '../../../core/refusals.ts';
import type { WordKey } from '../../../words/index.ts';
import { readWishes } from '../../wishes.ts';
import type { Downloads } from '../download.ts';
import type { Media } from '../media-of.ts';
import type { Expected } from './expected.ts';
import type { Halves } from './halves.ts';
import type { MessageRecord, Request } from './records.ts';

export type Decision =
  | { do: 'nothing' }
  | { do: 'say'; key: WordKey }
  | { do: 'refuse'; refusal: Refusal }
  | { do: 'too-large'; maxBytes: number }
  | { do: 'command'; name: string; text: string }
  /** For the video that is to be verified. */
  | { do: 'ask-video' }
  /** For what goes with the library items that they named, in what they said. */
  | { do: 'ask-half'; half: 'image' | 'clip'; text: string }
  /** They ask for a video, and have brought nothing. */
  | { do: 'samples' }
  | { do: 'request'; request: Request };

export type DecideParts = {
  halves: Halves;
  expected: Expected;
  tooLarge: Downloads['tooLarge'];
  /** Whether the library has a motion of that name, for whoever says so there. */
  hasMotion(said: MessageRecord, name: string): Promise<boolean>;
};

/** Starts a job, wherever it stands: `/animate`, and its hint that the member wants to choose first. */
const ANIMATE = 'animate';
const VERIFY = 'verify';
const CHECK = 'check';
const OPTIONS = /^options?\b\s*/i;

/** The caller holds the lock of the member's halves. */
export async function decide(
  said: MessageRecord,
  { halves, expected, tooLarge, hasMotion }: DecideParts,
): Promise<Decision> {
  const { command, media, repliesTo, chatType } = said;
  if (command === VERIFY) {
    const attached = Object.keys(media).length > 0;
    return toVerify(said, attached ? media : (repliesTo?.media ?? {}), tooLarge);
  }
  if (command === CHECK) return toCheck(said, tooLarge);
  const kind = ITEM_KINDS.find((one) => one === command);
  const toKeep = kind && keptBy(said, kind);
  if (kind && toKeep) return keeping(said, kind, toKeep, tooLarge);
  if (command !== undefined && command !== ANIMATE) return { do: 'command', name: command, text: said.text };
  const isPrivate = chatType === 'private';
  const hasFile = media.image !== undefined || media.clip !== undefined;
  if (hasFile && command === undefined) {
    const awaited = await expected.take(said);
    if (awaited?.text !== undefined) {
      const whole = { ...said, command: ANIMATE, text: `${awaited.text} ${said.text}`.trim() };
      return { do: 'request', request: requestOf(whole, filesFor(awaited.media, itemsIn(whole.text)), {}) };
    }
    if (awaited && awaited.code === undefined && !awaited.item)
      return toVerify(said, awaited.media, tooLarge);
    if (awaited?.item)
      return { do: 'request', request: requestOf(said, awaited.media, { items: awaited.item }) };
    if (awaited) return { do: 'request', request: requestOf(said, awaited.media, { again: awaited.code }) };
  }
  const asked = command === ANIMATE || said.mentioned || (repliesTo?.toBot === true && hasFile);
  if (media.unusable && (asked || isPrivate))
    return { do: 'refuse', refusal: { code: 'not-a-video', found: 'TGS' } };
  if (!asked && !isPrivate) {
    if (hasFile) await halves.keep(said, media, '');
    return { do: 'nothing' };
  }
  // Said now, and not once the other half has been found for it.
  const maxBytes = overLimit(media, tooLarge);
  if (maxBytes !== undefined) return { do: 'too-large', maxBytes };
  const jobId = jobIdOf(said);
  const here = together(media, repliesTo?.media);
  // Words alone in private are no wish to animate what was sent earlier, unless they say so.
  const wanted = asked || hasFile;
  const named = wanted ? itemsIn(said.text) : {};
  if (named.characters && !named.motion) return { do: 'refuse', refusal: { code: 'missing-motion' } };
  if (wanted && isWhole(here, named)) {
    await halves.use(said, jobId);
    return { do: 'request', request: requestOf(said, filesFor(here, named), {}) };
  }
  const before = await halves.find(said, jobId);
  const whole = { ...(before.image ? { image: before.image.file } : {}), ...halfOf('clip', before), ...here };
  // Under a picture, what follows the command may be the name of a motion: it goes before a clip that was sent earlier.
  const typed = said.text.replace(OPTIONS, '').trim();
  if (asked && whole.image && !here.clip && typed !== '' && (await hasMotion(said, typed))) {
    await halves.use(said, jobId);
    const items = { motion: typed };
    // A few letters may be meant as a word about the clip that they sent: then they see what it would be before it starts.
    const ask = whole.clip !== undefined;
    return { do: 'request', request: requestOf(said, filesFor(whole, items), { items, ask }) };
  }
  if (wanted && isWhole(whole, named)) {
    await halves.use(said, jobId);
    const earlier = [here.image ? undefined : before.image?.text, here.clip ? undefined : before.clip?.text];
    const text = said.text || (earlier.find(Boolean) ?? '');
    return { do: 'request', request: requestOf({ ...said, text }, filesFor(whole, named), {}) };
  }
  const { text } = said;
  if (wanted && named.motion && (await hasMotion(said, named.motion)))
    return { do: 'ask-half', half: 'image', text };
  if (wanted && named.character) return { do: 'ask-half', half: 'clip', text };
  const isBare = command === ANIMATE && isPrivate && said.text === '' && !whole.image && !whole.clip;
  if (isBare) return { do: 'samples' };
  if (here.image || here.clip) await halves.keep(said, here, said.text);
  // Nothing but its name says what a document is: it may have been meant to move.
  const isAnother = isPrivate && here.image && before.image && !whole.clip;
  return { do: 'say', key: isAnother ? 'ask.another-picture' : missing(whole, isPrivate) };
}

type NamedItems = Partial<Record<'motion' | 'character' | 'characters', string>>;

/** The library items that are named among the wishes. */
const itemsIn = (text: string): NamedItems => readWishes(text.replace(OPTIONS, '')).options;

const isWhole = ({ image, clip }: Media, { motion, character, characters }: NamedItems): boolean =>
  Boolean((image || character || characters) && (clip || motion));

/** What was named takes the place of what was sent. */
const filesFor = ({ image, clip }: Media, { motion, character, characters }: NamedItems): Media => ({
  ...(image && !character && !characters ? { image } : {}),
  ...(clip && !motion ? { clip } : {}),
});

/** What `/motion add` or `/character add` is about, and the name that follows. Undefined for the other parts of these. */
function keptBy(said: MessageRecord, kind: ItemKind): { media: Media; name: string } | undefined {
  const [, name] = /^add(?:\s+|$)(.*)$/is.exec(said.text.trim()) ?? [];
  if (name === undefined) return undefined;
  const file = said.media[fileOf(kind)] ?? said.repliesTo?.media[fileOf(kind)];
  return { media: file ? { [fileOf(kind)]: file } : {}, name: name.trim() };
}

function keeping(
  said: MessageRecord,
  kind: ItemKind,
  { media, name }: { media: Media; name: string },
  tooLarge: Downloads['tooLarge'],
): Decision {
  if (!media[fileOf(kind)]) return { do: 'say', key: `library.how-${kind}` };
  const maxBytes = overLimit(media, tooLarge);
  if (maxBytes !== undefined) return { do: 'too-large', maxBytes };
  return { do: 'request', request: requestOf(said, media, { keep: { kind, name } }) };
}

/** The video alone; a picture in its place is not asked Telegram for. */
function toVerify(said: MessageRecord, media: Media, tooLarge: Downloads['tooLarge']): Decision {
  const { image, clip, unusable } = media;
  if (!clip && unusable) return { do: 'refuse', refusal: { code: 'not-a-video', found: 'TGS' } };
  if (!clip) return image ? { do: 'refuse', refusal: { code: 'not-a-video' } } : { do: 'ask-video' };
  const maxBytes = overLimit({ clip }, tooLarge);
  if (maxBytes !== undefined) return { do: 'too-large', maxBytes };
  return { do: 'request', request: requestOf(said, { clip }, { look: VERIFY }) };
}

/** Whatever hangs on the message and on what it replies to. */
function toCheck(said: MessageRecord, tooLarge: Downloads['tooLarge']): Decision {
  const files = together(said.media, said.repliesTo?.media);
  if (!files.image && !files.clip)
    return said.media.unusable
      ? { do: 'refuse', refusal: { code: 'not-a-video', found: 'TGS' } }
      : { do: 'say', key: 'coach.usage' };
  const maxBytes = overLimit(files, tooLarge);
  if (maxBytes !== undefined) return { do: 'too-large', maxBytes };
  return { do: 'request', request: requestOf(said, files, { look: CHECK }) };
}

function overLimit({ image, clip }: Media, tooLarge: Downloads['tooLarge']): number | undefined {
  return (image && tooLarge(image, 'image')) ?? (clip && tooLarge(clip, 'clip'));
}

const halfOf = (what: 'clip', { clip }: { clip?: { file: NonNullable<Media['clip']> } }): Media =>
  clip ? { [what]: clip.file } : {};

/** What hangs on the message itself comes before what it replies to. */
function together(own: Media, replied: Media = {}): Media {
  const image = own.image ?? replied.image;
  const clip = own.clip ?? replied.clip;
  return { ...(image ? { image } : {}), ...(clip ? { clip } : {}) };
}

function missing({ image, clip }: Media, isPrivate: boolean): WordKey {
  if (image && clip) return 'ask.both';
  if (image) return isPrivate ? 'ask.clip' : 'ask.clip-here';
  if (clip) return isPrivate ? 'ask.image' : 'ask.image-here';
  return 'ask.both';
}

export const jobIdOf = ({ chatId, messageId }: { chatId: number; messageId: number }): string =>
  `telegram-${chatId}-${messageId}`;

function requestOf(
  said: MessageRecord,
  media: Media,
  {
    again,
    look,
    keep,
    items,
    ask: asks = false,
  }: {
    again?: string | undefined;
    look?: typeof VERIFY | typeof CHECK;
    keep?: { kind: ItemKind; name: string };
    /** What of the library it is made with; what was said is its name then, and no prompt. */
    items?: { motion?: string | undefined; character?: string | undefined } | undefined;
    /** They see what it would be and what it costs first. */
    ask?: boolean;
  },
): Request {
  const { chatId, chatType, threadId, messageId, userId, anonymousAdmin, locale, forum, firstOfEach } = said;
  const wish = again === undefined && !look && !keep;
  const choosesFirst = wish && said.command === ANIMATE && OPTIONS.test(said.text);
  const { options, prompt } = readWishes(choosesFirst ? said.text.replace(OPTIONS, '') : said.text);
  return {
    kind: 'request',
    chatId,
    chatType,
    ...(threadId === undefined ? {} : { threadId }),
    messageId,
    ...(userId === undefined ? {} : { userId }),
    ...(anonymousAdmin ? { anonymousAdmin } : {}),
    locale,
    ...(forum ? { forum } : {}),
    jobId: jobIdOf(said),
    command: keep?.kind ?? look ?? (again === undefined ? 'animate' : 'again'),
    options: optionsOf(),
    ask: asks || choosesFirst,
    media,
    ...(firstOfEach ? { firstOfEach } : {}),
  };

  function optionsOf(): Record<string, string> {
    if (keep) return keep.name === '' ? {} : { name: keep.name };
    if (again !== undefined) return { job: again };
    if (!wish) return {};
    const { motion, character } = items ?? {};
    if (motion) return { motion };
    return { ...options, ...(prompt ? { prompt } : {}), ...(character ? { character } : {}) };
  }
}
