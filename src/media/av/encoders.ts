/** The two encoders that everything is written with. */
import { availableParallelism } from 'node:os';
import {
  AV_CHANNEL_LAYOUT_STEREO,
  AV_CODEC_FLAG_FRAME_DURATION,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AV_SAMPLE_FMT_FLTP,
  AVCOL_RANGE_MPEG,
  FF_ENCODER_AAC,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { Codec, CodecContext, Dictionary, FFmpegError, type IRational, Rational } from 'node-av/lib';
import type { Size } from './geometry.ts';

const KEYFRAME_EVERY_SECONDS = 2;
const SAMPLE_RATE = 48_000;

export type Colours = Pick<CodecContext, 'colorSpace' | 'colorPrimaries' | 'colorTrc'>;

export type H264Options = Size & {
  rate: IRational;
  preset: 'veryfast' | 'superfast' | 'ultrafast';
  /** Constant quality, never above a peak; or a set number of bits a second. */
  quality: { crf: number; maxBitsPerSecond: number } | { bitsPerSecond: number };
};

/** 8-bit 4:2:0 in television range, square pixels, as every player takes it. */
export async function openH264(options: H264Options, colours: Colours): Promise<CodecContext> {
  const { codec, context } = allocate(FF_ENCODER_LIBX264);
  Object.assign(context, colours);
  context.colorRange = AVCOL_RANGE_MPEG;
  context.width = options.width;
  context.height = options.height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.framerate = new Rational(options.rate.num, options.rate.den);
  context.timeBase = new Rational(options.rate.den, options.rate.num);
  context.sampleAspectRatio = new Rational(1, 1);
  context.gopSize = Math.max(1, Math.round((KEYFRAME_EVERY_SECONDS * options.rate.num) / options.rate.den));
  context.threadCount = Math.min(4, availableParallelism());
  const { quality } = options;
  const peak = 'crf' in quality ? quality.maxBitsPerSecond : Math.round(quality.bitsPerSecond * 1.2);
  context.rcMaxRate = BigInt(Math.round(peak));
  context.rcBufferSize = Math.round(peak);
  if ('bitsPerSecond' in quality) context.bitRate = BigInt(Math.round(quality.bitsPerSecond));
  // The look-ahead holds that many whole pictures in memory.
  const settings = {
    preset: options.preset,
    'rc-lookahead': 8,
    crf: 'crf' in quality ? quality.crf : undefined,
  };
  FFmpegError.throwIfError(await context.open2(codec, Dictionary.fromObject(settings)), 'libx264');
  return context;
}

/** The chain's end that fits `openAac`. */
export const AAC_FORMAT = `aformat=sample_fmts=fltp:channel_layouts=stereo:sample_rates=${SAMPLE_RATE},asetnsamples=1024:p=0`;

export async function openAac(bitsPerSecond = 160_000): Promise<CodecContext> {
  const { codec, context } = allocate(FF_ENCODER_AAC);
  context.sampleRate = SAMPLE_RATE;
  context.sampleFormat = AV_SAMPLE_FMT_FLTP;
  context.channelLayout = AV_CHANNEL_LAYOUT_STEREO;
  context.timeBase = new Rational(1, SAMPLE_RATE);
  context.bitRate = BigInt(bitsPerSecond);
  FFmpegError.throwIfError(await context.open2(codec, null), 'aac');
  return context;
}

function allocate(name: typeof FF_ENCODER_AAC | typeof FF_ENCODER_LIBX264): {
  codec: Codec;
  context: CodecContext;
} {
  const codec = Codec.findEncoderByName(name);
  if (!codec) throw new Error(`this FFmpeg was built without ${name}`);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER, AV_CODEC_FLAG_FRAME_DURATION);
  return { codec, context };
}
