/** Opens a clip for reading. FFmpeg sees only the format that the bytes were found to be, and only this one file. */
import {
  AV_CODEC_ID_NONE,
  AV_DISPOSITION_ATTACHED_PIC,
  AV_LOG_QUIET,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { avGetCodecName, Codec, Dictionary, FormatContext, InputFormat, Log, type Stream } from 'node-av/lib';
import type { ClipFormat } from '../sniff.ts';

/** A header may promise any size: beyond this no decoder gets its buffers. 5.3K of action cameras fits in. */
export const MAX_DECODED_PIXELS = 17_000_000;

const DEMUXERS = {
  MP4: 'mov',
  MOV: 'mov',
  WebM: 'matroska',
  MKV: 'matroska',
  AVI: 'avi',
  GIF: 'gif',
  'animated WebP': 'webp_anim',
  'animated PNG': 'apng',
} as const satisfies Record<ClipFormat, string>;

export type OpenClip = AsyncDisposable & {
  format: FormatContext;
  /** The picture that a player would show; a cover image is not one. */
  picture?: Stream;
  /** The best of those that can be decoded: beside it may lie one for other players. */
  sound?: Stream;
  /** There is sound, but it was not to be touched. */
  soundLeftOut: boolean;
  /** What a picture is encoded as that nothing here can decode. */
  undecodable?: string;
};

Log.setLevel(AV_LOG_QUIET);

/** For another try after a crash: decoders of rare sounds crash more often than others. */
export type SoundOption = { withoutSound?: boolean | undefined };

/** Undefined when FFmpeg finds nothing there that it can read. */
export async function openClip(
  path: string,
  container: ClipFormat,
  how: SoundOption = {},
): Promise<OpenClip | undefined> {
  const clip = await open(path, container, how, {});
  if (!clip?.picture || !showsNothing(clip.picture)) return clip;
  await clip.format.closeInput();
  return open(path, container, how, { ignore_editlist: '1' });
}

/** Some writers leave an edit list that cuts away all there is; players then go by what is stored. */
const showsNothing = ({ duration, nbFrames }: Stream): boolean => duration === 0n && nbFrames > 0n;

async function open(
  path: string,
  container: ClipFormat,
  { withoutSound = false }: SoundOption,
  more: Record<string, string>,
): Promise<OpenClip | undefined> {
  const format = new FormatContext();
  const demuxer = InputFormat.findInputFormat(DEMUXERS[container]);
  // Playlists and external references could make FFmpeg read other files and addresses.
  const options = Dictionary.fromObject({
    protocol_whitelist: 'file',
    format_whitelist: demuxer?.name,
    ...more,
  });
  const opened = (await format.openInput(`file:${path}`, demuxer, options)) >= 0;
  if (!opened) return undefined;
  const soundLeftOut = withoutSound && leaveOutSound(format);
  if ((await format.findStreamInfo()) < 0) {
    await format.closeInput();
    return undefined;
  }
  const picture = best(format, AVMEDIA_TYPE_VIDEO);
  const sound = withoutSound ? undefined : best(format, AVMEDIA_TYPE_AUDIO);
  const undecodable = format.streams.find(
    (one) =>
      one.codecpar.codecType === AVMEDIA_TYPE_VIDEO &&
      !isCover(one) &&
      !Codec.findDecoder(one.codecpar.codecId),
  );
  return {
    format,
    ...(picture ? { picture } : {}),
    ...(sound ? { sound } : {}),
    soundLeftOut,
    ...(undecodable ? { undecodable: codecName(undecodable) } : {}),
    [Symbol.asyncDispose]: () => format.closeInput(),
  };
}

/** What has no codec is given to no decoder, not even to find out what the headers don't say. Answers if there was any. */
function leaveOutSound({ streams }: FormatContext): boolean {
  const sounds = streams.filter(({ codecpar }) => codecpar.codecType === AVMEDIA_TYPE_AUDIO);
  for (const { codecpar } of sounds) codecpar.codecId = AV_CODEC_ID_NONE;
  return sounds.length > 0;
}

/** Only packets of these streams will be read. */
export function readOnly(clip: OpenClip, ...streams: (Stream | undefined)[]): void {
  const wanted = new Set(streams.map((stream) => stream?.index));
  for (const stream of clip.format.streams) if (!wanted.has(stream.index)) stream.discard = AVDISCARD_ALL;
}

const isCover = ({ disposition }: Stream): boolean => (disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0;

function best(
  format: FormatContext,
  type: typeof AVMEDIA_TYPE_VIDEO | typeof AVMEDIA_TYPE_AUDIO,
): Stream | undefined {
  const stream = format.streams[format.findBestStream(type, -1, -1, true).streamIndex];
  return stream && !isCover(stream) ? stream : undefined;
}

/** FFmpeg's own name for it, else the four letters that the file has. */
export function codecName({ codecpar }: Stream): string {
  const known = codecpar.codecId === AV_CODEC_ID_NONE ? undefined : avGetCodecName(codecpar.codecId);
  const name = known ?? codecpar.codecTagString ?? '';
  return /^[\w .+-]{2,}$/.test(name) ? name.replaceAll('_', ' ').trim() : '?';
}
