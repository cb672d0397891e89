/**
 * The files of a message, wherever Discord keeps them: uploads, what components and embeds show, links to uploads,
 * stickers, and all of these in what it forwards. Only addresses of Discord's own are taken; of anything else the
 * member is told where it lies.
 */
import { StickerFormatType } from 'discord.js';
import { z } from 'zod';
import { isPassedOn, passedOn } from '../../../core/trust/consent.ts';
import type { Words } from '../../../words/index.ts';
import { memberIdOf } from '../text.ts';
import { type GivenFile, givenOf, kindOf } from './given-files.ts';
import { type Origins, portrayedBy } from './origins.ts';
import type { Embed, FilesOfMessage, Holder, Sticker } from './wire.ts';

/** Something that may be a clip, and that we can't have. */
export type UnreachableFile = { kind: 'elsewhere'; host: string } | { kind: 'drawn-sticker' };
export type MessageFiles = { files: GivenFile[]; beyond: UnreachableFile[] };

/**
 * `postedBy`: whose message it is, by the core's id. What they forward or link to they pass on, but for avatars, which are
 * of whom they show.
 */
export function filesOn(message: FilesOfMessage, origins: Origins, postedBy?: string): MessageFiles {
  const forwarded = message.message_snapshots.map((one) => filesIn(one.message, origins, passedOn(postedBy)));
  return joined([filesIn(message, origins, postedBy), ...forwarded], origins);
}

const postedAs = (by: string | undefined, file: GivenFile, origins: Origins): GivenFile => {
  const [shown] = [file.url, ...(file.also ?? [])].flatMap((url) => portrayedBy(origins.pathOf(url)) ?? []);
  const postedBy = shown === undefined ? by : memberIdOf(shown);
  return postedBy === undefined ? file : { ...file, postedBy };
};

/** The same file may be linked to and shown: it is one, of whoever is known to have posted it. */
export function joined(all: readonly MessageFiles[], origins: Origins): MessageFiles {
  const files = new Map<string, GivenFile>();
  for (const given of all.flatMap((one) => one.files)) {
    const key = origins.pathOf(given.url) ?? given.url;
    const before = files.get(key);
    if (!before || (isPassedOn(before.postedBy) && given.postedBy && !isPassedOn(given.postedBy)))
      files.set(key, given);
  }
  return { files: [...files.values()], beyond: all.flatMap(({ beyond }) => beyond) };
}

function filesIn(holder: Holder, origins: Origins, by: string | undefined): MessageFiles {
  const embedded = holder.embeds.map((embed) => ({ url: embed.url, found: ofEmbed(embed, origins) }));
  const taken = new Set(embedded.flatMap(({ url, found }) => (found && 'name' in found ? [url] : [])));
  const links = linksIn(holder.content).filter((link) => !taken.has(link));
  const posted = (found: readonly (GivenFile | UnreachableFile | undefined)[], as: string | undefined) =>
    found.map((one) => (one && 'name' in one ? postedAs(as, one, origins) : one));
  return sorted([
    ...posted([...holder.attachments.map(givenOf), ...holder.components.flatMap(shown)], by),
    ...posted(
      [...embedded.map((one) => one.found), ...links.map((link) => ofLink(link, origins))],
      isPassedOn(by) ? by : passedOn(by),
    ),
    ...posted(
      holder.sticker_items.map((sticker) => ofSticker(sticker, origins)),
      by,
    ),
  ]);
}

/** What the links in a text lead to. */
export function filesLinkedIn(text: string, origins: Origins): MessageFiles {
  const { files, beyond } = sorted(linksIn(text).map((link) => ofLink(link, origins)));
  return { files: files.map((file) => postedAs(passedOn(), file, origins)), beyond };
}

function sorted(found: readonly (GivenFile | UnreachableFile | undefined)[]): MessageFiles {
  const there = found.filter((one) => one !== undefined);
  return { files: there.filter((one) => 'name' in one), beyond: there.filter((one) => 'kind' in one) };
}

const LINK = /https?:\/\/[^\s<>]+/g;
const linksIn = (text: string): string[] => [...text.matchAll(LINK)].map(([link]) => link);

export const withoutLinks = (text: string): string => text.replaceAll(/<?https?:\/\/[^\s<>]+>?/g, ' ');

/** Whether Discord will look behind a link of that message: not where the author put it into angle brackets. */
export const showsLinks = ({ content }: Holder): boolean => /(?<!<)https?:\/\//.test(content);

const media = z.object({ url: z.string(), content_type: z.string().nullish() });
const component = z.object({
  components: z.array(z.unknown()).optional(),
  items: z.array(z.object({ media })).optional(),
});

/** What a component shows; addresses that are not Discord's own fail when they are fetched. */
function shown(one: unknown): GivenFile[] {
  const read = component.safeParse(one);
  if (!read.success) return [];
  const here = (read.data.items ?? []).flatMap(({ media: { url, content_type } }) => {
    const name = nameOf(url);
    return name && content_type ? [{ url, name, type: content_type }] : [];
  });
  return [...here, ...(read.data.components ?? []).flatMap(shown)];
}

/** A link preview's small picture is not what its poster meant; a linked picture has nothing but that. */
function ofEmbed(
  { type, url, video, image, thumbnail }: Embed,
  origins: Origins,
): GivenFile | UnreachableFile | undefined {
  const source = video ?? image ?? (type === 'image' ? thumbnail : undefined);
  if (!source) return undefined;
  const [first, ...also] = [source.url, source.proxy_url].flatMap((address) =>
    address !== undefined && origins.pathOf(address) !== undefined ? [address] : [],
  );
  if (first === undefined) return video ? elsewhere(url ?? source.url ?? '') : undefined;
  const name = nameOf(source.url ?? first) ?? (video ? 'clip.mp4' : 'picture');
  const repeats = type === 'gifv' ? { repeats: true as const } : {};
  const given = { url: first, name, ...(also.length > 0 ? { also } : {}), ...repeats };
  if (source.content_type) return { ...given, type: source.content_type };
  // Whatever its name, it stands where a video does.
  return video && kindOf(given) !== 'clip' ? { ...given, type: 'video/mp4' } : given;
}

function ofLink(link: string, origins: Origins): GivenFile | UnreachableFile | undefined {
  if (origins.pathOf(link) === undefined) return elsewhere(link);
  const name = nameOf(link);
  return name ? { url: link, name } : undefined;
}

function ofSticker(
  { id, name, format_type }: Sticker,
  origins: Origins,
): GivenFile | UnreachableFile | undefined {
  // Developer docs, reference#cdn-endpoints, 2026-11-21: GIFs lie on the media host, all else on the CDN.
  const at = (ending: string, type: string, host: 'cdn' | 'media'): GivenFile | undefined => {
    const [url, ...also] = origins.placesOf(`stickers/${id}.${ending}`, host);
    return url === undefined ? undefined : { url, also, name: `${name}.${ending}`, type, repeats: true };
  };
  switch (format_type) {
    case StickerFormatType.PNG:
      return at('png', 'image/png', 'cdn');
    case StickerFormatType.APNG:
      return at('png', 'image/apng', 'cdn');
    case StickerFormatType.GIF:
      return at('gif', 'image/gif', 'media');
    case StickerFormatType.Lottie:
      return { kind: 'drawn-sticker' };
    default:
      return undefined;
  }
}

function elsewhere(address: string): UnreachableFile | undefined {
  return URL.canParse(address) ? { kind: 'elsewhere', host: new URL(address).hostname } : undefined;
}

/** As its owner named it. */
function nameOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const last = new URL(address).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || undefined;
  } catch {
    return last;
  }
}

/** Why nothing of it can be taken, and what helps. Undefined where there is simply nothing. */
export function whyBeyond({ t }: Words, [first]: readonly UnreachableFile[]): string | undefined {
  if (!first) return undefined;
  return first.kind === 'elsewhere' ? t('ask.elsewhere', { host: first.host }) : t('ask.drawn-sticker');
}
