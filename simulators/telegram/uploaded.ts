/**
 * The files that the bot sends: uploaded with the call, or named by the id of one that Telegram has.
 * https://core.telegram.org/bots/api#sending-files and #sendvideo, read 2026-11-21.
 */
import sharp from 'sharp';
import { badRequest } from './errors.ts';
import type { FileKind, SimFile } from './files.ts';
import { isWebAddress } from './keyboards.ts';
import { idsOf, photoSizes, thumbnailOf } from './media.ts';
import { mp4Facts } from './mp4.ts';
import type { Sim, Upload } from './sim.ts';
import type { Animation, Document, Message, PhotoSize, Video } from './wire.ts';

type Uploads = Record<string, Upload>;
type Shape = { duration?: number | undefined; width?: number | undefined; height?: number | undefined };

const MAX_PHOTO_BYTES = 10 << 20;
const MAX_THUMBNAIL_BYTES = 200_000;
const MAX_THUMBNAIL_SIDE = 320;
/** Larger videos are not looked into: what the bot says of them is all that is known. */
const PROBED_BYTES = 10_000_000;

async function fileOf(sim: Sim, value: string, kind: FileKind, uploads: Uploads): Promise<SimFile> {
  const upload = uploadOf(value, uploads);
  if (upload) {
    if (upload.bytes === 0) throw badRequest('file must be non-empty');
    return sim.files.add(kind, upload.path, { name: upload.name, mime: upload.mime });
  }
  if (value.startsWith('attach://')) throw badRequest(`attached file not found: ${value}`);
  if (value.startsWith('file://') && sim.settings.local) return sim.files.add(kind, new URL(value).pathname);
  // No address is fetched: Telegram's own servers would do that, and this one has no way out.
  if (isWebAddress(value)) throw badRequest('failed to get HTTP URL content');
  const file = sim.files.get(value);
  if (!file) throw badRequest('wrong file identifier/HTTP URL specified');
  if (file.kind !== kind) throw badRequest(`can't use file of type ${nameOf(file.kind)} as ${nameOf(kind)}`);
  return sim.files.again(file);
}

const nameOf = (kind: FileKind) => kind[0]?.toUpperCase() + kind.slice(1).replace('_n', 'N');

function uploadOf(value: string, uploads: Uploads): Upload | undefined {
  return value.startsWith('attach://') ? uploads[value.slice('attach://'.length)] : undefined;
}

export async function videoOf(
  sim: Sim,
  params: Shape & { video: string; thumbnail?: string | undefined },
  uploads: Uploads,
): Promise<Partial<Message>> {
  const file = await fileOf(sim, params.video, 'video', uploads);
  const facts = await described(file, params);
  const field: Video = { ...facts, ...(await thumbnail(sim, params, uploads, file, facts)), ...named(file) };
  return file.shape?.silent && sim.settings.silentVideosBecomeAnimations
    ? asAnimation(field)
    : { video: field };
}

export async function animationOf(
  sim: Sim,
  params: Shape & { animation: string; thumbnail?: string | undefined },
  uploads: Uploads,
): Promise<Partial<Message>> {
  const file = await fileOf(sim, params.animation, 'animation', uploads);
  const facts = await described(file, params);
  return asAnimation({
    ...facts,
    ...(await thumbnail(sim, params, uploads, file, facts)),
    ...named(file),
  });
}

/** For older bots an animation is a document too. */
function asAnimation(field: Animation): Partial<Message> {
  const { width: _, height: __, duration: ___, ...document } = field;
  return { animation: field, document };
}

export async function photoOf(sim: Sim, value: string, uploads: Uploads): Promise<PhotoSize[]> {
  const upload = uploadOf(value, uploads);
  if (!upload) {
    const file = await fileOf(sim, value, 'photo', uploads);
    const { width, height } = await sharp(file.path).metadata();
    return [{ ...idsOf(file), width, height }];
  }
  if (upload.bytes > MAX_PHOTO_BYTES)
    throw badRequest(
      `file of size ${upload.bytes} bytes is too big for a photo; the maximum size is ${MAX_PHOTO_BYTES} bytes`,
    );
  const facts = await sharp(upload.path)
    .metadata()
    .catch(() => undefined);
  if (!facts) throw badRequest('IMAGE_PROCESS_FAILED');
  const ratio = facts.width / facts.height;
  if (facts.width + facts.height > 10_000 || ratio > 20 || ratio < 1 / 20)
    throw badRequest('PHOTO_INVALID_DIMENSIONS');
  return photoSizes(sim.files, upload.path);
}

export async function documentOf(
  sim: Sim,
  params: { document: string; thumbnail?: string | undefined },
  uploads: Uploads,
): Promise<Document> {
  const file = await fileOf(sim, params.document, 'document', uploads);
  const given = await givenThumbnail(sim, params.thumbnail, uploads);
  return { ...idsOf(file), ...(given ? { thumbnail: given } : {}), ...named(file) };
}

async function described(file: SimFile, given: Shape) {
  const known = file.shape ?? (file.bytes <= PROBED_BYTES ? await probed(file) : undefined);
  const shape = {
    // A video that nobody described and nobody looked into is shown as a square.
    width: given.width || known?.width || 320,
    height: given.height || known?.height || 320,
    duration: given.duration || known?.duration || 0,
  };
  file.shape = { ...shape, silent: known?.silent ?? false };
  return { ...idsOf(file), ...shape };
}

async function probed(file: SimFile) {
  const facts = await mp4Facts(file.path);
  return (
    facts && {
      width: facts.width,
      height: facts.height,
      duration: Math.round(facts.seconds),
      silent: !facts.sound,
    }
  );
}

const named = ({ name, mime }: SimFile) => ({
  ...(name === undefined ? {} : { file_name: name }),
  ...(mime === undefined ? {} : { mime_type: mime }),
});

async function thumbnail(
  sim: Sim,
  params: { thumbnail?: string | undefined },
  uploads: Uploads,
  file: SimFile,
  shape: { width: number; height: number },
): Promise<{ thumbnail?: PhotoSize }> {
  const given = await givenThumbnail(sim, params.thumbnail, uploads);
  if (given) file.thumbnail = given;
  else if (!file.thumbnail && file.bytes <= PROBED_BYTES)
    file.thumbnail = (await thumbnailOf(sim.files, {}, shape)).thumbnail;
  return file.thumbnail ? { thumbnail: file.thumbnail } : {};
}

/** One that breaks the rules is left out without a word: JPEG, at most 200 kB and 320 pixels, uploaded with the call. */
async function givenThumbnail(
  sim: Sim,
  value: string | undefined,
  uploads: Uploads,
): Promise<PhotoSize | undefined> {
  const upload = value === undefined ? undefined : uploadOf(value, uploads);
  if (!upload || upload.bytes > MAX_THUMBNAIL_BYTES) return undefined;
  const facts = await sharp(upload.path)
    .metadata()
    .catch(() => undefined);
  if (facts?.format !== 'jpeg' || Math.max(facts.width, facts.height) > MAX_THUMBNAIL_SIDE) return undefined;
  const file = await sim.files.add('thumbnail', upload.path, { name: upload.name, mime: 'image/jpeg' });
  return { ...idsOf(file), width: facts.width, height: facts.height };
}
