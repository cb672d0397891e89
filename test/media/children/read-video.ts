/** Reads videos back for the tests, by another way than the code under test: node-av's high-level interface. */
import { readFile } from 'node:fs/promises';
import { Decoder, Demuxer } from 'node-av/api';
import {
  AV_LOG_QUIET,
  AV_PIX_FMT_GRAY8,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  type AVPixelFormat,
  SWS_BILINEAR,
} from 'node-av/constants';
import { avGetCodecName, avGetPixFmtName, Frame, Log, SoftwareScaleContext } from 'node-av/lib';
import { frameNumber } from '../../paint-sample.ts';

Log.setLevel(AV_LOG_QUIET);

export type SeenFrame = { number: number; at: number; width: number; height: number; grey: Buffer };

/** Every picture with its time in seconds and the number drawn in it. */
export async function readFrames(path: string): Promise<SeenFrame[]> {
  await using demuxer = await Demuxer.open(path);
  const stream = demuxer.video();
  if (!stream) return [];
  using decoder = await Decoder.create(stream);
  const seen: SeenFrame[] = [];
  for await (using frame of decoder.frames(demuxer.packets(stream.index))) {
    if (!frame) continue;
    const { width, height } = frame;
    using grey = new Frame();
    grey.alloc();
    Object.assign(grey, { width, height, format: AV_PIX_FMT_GRAY8 });
    grey.getBuffer(1);
    using scaler = new SoftwareScaleContext();
    scaler.getContext(
      width,
      height,
      frame.format as AVPixelFormat,
      width,
      height,
      AV_PIX_FMT_GRAY8,
      SWS_BILINEAR,
    );
    await scaler.scaleFrame(grey, frame);
    const pixels = grey.toBuffer();
    const at = (Number(frame.pts) * stream.timeBase.num) / stream.timeBase.den;
    seen.push({ number: frameNumber(pixels, width, height), at, width, height, grey: pixels });
  }
  return seen;
}

/** Seconds of sound, and how loud its loudest sample is, 0 to 1. */
export async function readSound(path: string): Promise<{ seconds: number; peak: number }> {
  await using demuxer = await Demuxer.open(path);
  const stream = demuxer.audio();
  if (!stream) return { seconds: 0, peak: 0 };
  using decoder = await Decoder.create(stream);
  let samples = 0;
  let rate = 1;
  let peak = 0;
  for await (using frame of decoder.frames(demuxer.packets(stream.index))) {
    if (!frame) continue;
    samples += frame.nbSamples;
    rate = frame.sampleRate;
    const first = frame.data?.[0];
    if (first) {
      const floats = new Float32Array(first.buffer, first.byteOffset, frame.nbSamples);
      for (const value of floats) peak = Math.max(peak, Math.abs(value));
    }
  }
  return { seconds: samples / rate, peak };
}

export type Shape = {
  streams: string[];
  codecs: (string | null)[];
  pixels: string | null;
  width: number;
  height: number;
  pixelAspect: number;
  containerSeconds: number;
  metadata: Record<string, string>;
};

export async function readShape(path: string): Promise<Shape> {
  await using demuxer = await Demuxer.open(path);
  const video = demuxer.video();
  const kinds = new Map([
    [AVMEDIA_TYPE_VIDEO, 'picture'],
    [AVMEDIA_TYPE_AUDIO, 'sound'],
  ]);
  const { num, den } = video?.sampleAspectRatio ?? { num: 1, den: 1 };
  return {
    streams: demuxer.streams.map((stream) => kinds.get(stream.codecpar.codecType) ?? 'other'),
    codecs: demuxer.streams.map((stream) => avGetCodecName(stream.codecpar.codecId)),
    pixels: video ? avGetPixFmtName(video.codecpar.format as AVPixelFormat) : null,
    width: video?.codecpar.width ?? 0,
    height: video?.codecpar.height ?? 0,
    pixelAspect: num === 0 ? 1 : num / den,
    containerSeconds: demuxer.duration,
    metadata: demuxer.metadata,
  };
}

/** The names of an MP4's outermost boxes, in order. */
export async function readBoxes(path: string): Promise<string[]> {
  const bytes = await readFile(path);
  const names: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    names.push(bytes.toString('latin1', at + 4, at + 8));
    const size = bytes.readUInt32BE(at);
    at += size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size || bytes.length;
  }
  return names;
}

/** What the file says of itself. */
export async function readTags(path: string): Promise<Record<string, string>> {
  await using demuxer = await Demuxer.open(path);
  const { major_brand, minor_version, compatible_brands, encoder, ...tags } = demuxer.metadata;
  return tags;
}
