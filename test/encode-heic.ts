/** Encodes a picture as HEIC: the tiles with FFmpeg's x265, the file around them by hand. */
import { writeFile } from 'node:fs/promises';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_QUIET,
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_RGB24,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  FF_ENCODER_LIBX265,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FFmpegError, type Frame, Log, Packet, Rational } from 'node-av/lib';
import sharp from 'sharp';
import { filledFrame } from '../src/media/av/filled-frame.ts';
import { createFilter } from '../src/media/av/filter.ts';
import { STILL } from '../src/media/heif/canvas.ts';
import {
  auxC,
  exif,
  grid,
  type HeicItem,
  heicFile,
  hvcC,
  ispe,
  type Property,
  withLengths,
} from './heic-boxes.ts';
import type { SampleHeic } from './sample-kinds.ts';

Log.setLevel(AV_LOG_QUIET);

type Coded = Pick<HeicItem, 'data' | 'properties'>;

/** Writes the picture of another file (PNG) as HEIC. */
export async function encodeHeic(path: string, pngPath: string, options: SampleHeic): Promise<void> {
  const { data: rgb, info } = await sharp(pngPath).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const { tile, properties = [], type = 'hvc1', brands = ['heic', 'mif1'] } = options;
  const side = { width: tile ?? width, height: tile ?? height };
  const [columns, rows] = [Math.ceil(width / side.width), Math.ceil(height / side.height)];
  const items: HeicItem[] = [];
  for (let index = 0; index < rows * columns; index += 1) {
    const [left, top] = [(index % columns) * side.width, Math.floor(index / columns) * side.height];
    const pixels = Buffer.alloc(side.width * side.height * 3);
    for (let row = 0; row < Math.min(side.height, height - top); row += 1) {
      const from = ((top + row) * width + left) * 3;
      rgb.copy(pixels, row * side.width * 3, from, from + Math.min(side.width, width - left) * 3);
    }
    items.push({ type, ...(await encode(pixels, side.width, side.height, AV_PIX_FMT_RGB24, options)) });
  }
  let primary = 0;
  if (tile) {
    const tiles = items.map((_, index) => index);
    const data = grid(rows, columns, width, height);
    const to = { kind: 'dimg', items: tiles };
    primary = items.push({ type: 'grid', data, properties: [ispe(width, height)], to, inside: 'idat' }) - 1;
  }
  items[primary]?.properties.push(...properties);
  if (options.exifOrientation)
    items.push({
      type: 'Exif',
      data: exif(options.exifOrientation),
      properties: [],
      to: { kind: 'cdsc', items: [primary] },
    });
  if (options.alpha) {
    const mask = await sharp(pngPath).ensureAlpha().extractChannel('alpha').raw().toBuffer();
    const coded = await encode(mask, width, height, AV_PIX_FMT_GRAY8, { range: 'full' });
    coded.properties.push(auxC('urn:mpeg:hevc:2015:auxid:1'));
    items.push({ type: 'hvc1', ...coded, to: { kind: 'auxl', items: [primary] } });
  }
  await writeFile(path, heicFile(items, primary, brands));
}

/** One intra picture and its headers. */
async function encode(
  pixels: Buffer,
  width: number,
  height: number,
  format: typeof AV_PIX_FMT_RGB24 | typeof AV_PIX_FMT_GRAY8,
  { range = 'full', matrix = 'bt470bg', saidByCodec = true, pixelFormat = 'yuv420p' }: SampleHeic,
): Promise<Coded> {
  const rowBytes = format === AV_PIX_FMT_RGB24 ? width * 3 : width;
  using drawn = filledFrame({
    bytes: pixels,
    width,
    height,
    format,
    planes: [{ rowBytes, rows: height }],
    pts: 0n,
    timeBase: { num: 1, den: 1 },
  });
  const convert = `scale=out_color_matrix=${matrix}:out_range=${range}:flags=accurate_rnd+full_chroma_int,format=${pixelFormat}`;
  using filter = createFilter(convert, STILL);
  let coded: Coded | undefined;
  for (const input of [drawn, null])
    for await (const frame of filter.push(input)) coded = await encodeFrame(frame, range, saidByCodec);
  if (!coded) throw new Error('nothing was encoded');
  coded.properties.push(ispe(width, height));
  return coded;
}

async function encodeFrame(frame: Frame, range: 'full' | 'limited', saidByCodec: boolean): Promise<Coded> {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX265);
  if (!codec) throw new Error('no x265');
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  Object.assign(encoder, { width: frame.width, height: frame.height, pixelFormat: frame.format });
  encoder.timeBase = new Rational(1, 1);
  encoder.gopSize = 0;
  encoder.threadCount = 1;
  if (saidByCodec) encoder.colorRange = range === 'full' ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (saidByCodec) encoder.colorSpace = frame.colorSpace;
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  const settings = { preset: 'ultrafast', crf: '10', 'x265-params': 'log-level=none:keyint=1:info=0' };
  FFmpegError.throwIfError(await encoder.open2(codec, Dictionary.fromObject(settings)));
  FFmpegError.throwIfError(await encoder.sendFrame(frame));
  FFmpegError.throwIfError(await encoder.sendFrame(null));
  using packet = new Packet();
  packet.alloc();
  FFmpegError.throwIfError(await encoder.receivePacket(packet));
  const properties: Property[] = [hvcC(encoder.extraData ?? Buffer.alloc(0))];
  const data = withLengths(Buffer.from(packet.data ?? []));
  encoder.freeContext();
  return { data, properties };
}
