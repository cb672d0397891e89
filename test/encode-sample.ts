/** Draws and encodes the clips of samples.ts. */
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_CODEC_ID_PNG,
  AV_CODEC_ID_SUBRIP,
  AV_DISPOSITION_ATTACHED_PIC,
  AV_LOG_QUIET,
  AV_PIX_FMT_BGRA,
  AV_PIX_FMT_RGB8,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_RGBA,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUVA420P,
  AV_PIX_FMT_YUVJ420P,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AVFMT_GLOBALHEADER,
  AVMEDIA_TYPE_SUBTITLE,
  AVMEDIA_TYPE_VIDEO,
  FF_ENCODER_AAC,
  FF_ENCODER_APNG,
  FF_ENCODER_GIF,
  FF_ENCODER_LIBMP3LAME,
  FF_ENCODER_LIBOPUS,
  FF_ENCODER_LIBSVTAV1,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBWEBP_ANIM,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
  FF_ENCODER_MJPEG,
  FF_ENCODER_MPEG4,
  SWS_BILINEAR,
} from 'node-av/constants';
import {
  Codec,
  CodecContext,
  Dictionary,
  FFmpegError,
  FormatContext,
  Frame,
  Log,
  Packet,
  Rational,
  SoftwareScaleContext,
  type Stream,
} from 'node-av/lib';
import sharp from 'sharp';
import { filledFrame } from '../src/media/av/filled-frame.ts';
import { painter } from './paint-sample.ts';
import type { SampleClip } from './sample-kinds.ts';

const ENCODERS = {
  h264: FF_ENCODER_LIBX264,
  hevc: FF_ENCODER_LIBX265,
  vp8: FF_ENCODER_LIBVPX_VP8,
  vp9: FF_ENCODER_LIBVPX_VP9,
  av1: FF_ENCODER_LIBSVTAV1,
  mpeg4: FF_ENCODER_MPEG4,
  mjpeg: FF_ENCODER_MJPEG,
  gif: FF_ENCODER_GIF,
  apng: FF_ENCODER_APNG,
  webp: FF_ENCODER_LIBWEBP_ANIM,
} as const;
const USUAL_CODEC = {
  mp4: 'h264',
  mov: 'h264',
  webm: 'vp9',
  mkv: 'h264',
  avi: 'mpeg4',
  gif: 'gif',
  webp: 'webp',
  apng: 'apng',
} as const;
const SOUND = {
  mp4: FF_ENCODER_AAC,
  mov: FF_ENCODER_AAC,
  webm: FF_ENCODER_LIBOPUS,
  mkv: FF_ENCODER_AAC,
  avi: FF_ENCODER_LIBMP3LAME,
  gif: undefined,
  webp: undefined,
  apng: undefined,
} as const;
const FORMATS = {
  mp4: 'mp4',
  mov: 'mov',
  webm: 'webm',
  mkv: 'matroska',
  avi: 'avi',
  gif: 'gif',
  webp: 'webp',
  apng: 'apng',
} as const;
/** Fast rather than good. */
const CODEC_OPTIONS: Partial<Record<keyof typeof ENCODERS, Record<string, string>>> = {
  h264: { preset: 'ultrafast', crf: '23' },
  hevc: { preset: 'ultrafast', 'x265-params': 'log-level=none' },
  vp8: { deadline: 'realtime', 'cpu-used': '8', b: '1M' },
  vp9: { deadline: 'realtime', 'cpu-used': '8', b: '1M' },
  av1: { preset: '12' },
};
Log.setLevel(AV_LOG_QUIET);
const SAMPLE_RATE = 48_000;

export async function encodeSample(path: string, options: SampleClip): Promise<void> {
  const { seconds = 3, fps = 15, container = 'mp4', sound = false, noPicture = false } = options;
  await using output = new FormatContext();
  check(output.allocOutputContext2(null, FORMATS[container], path));
  const picture = noPicture ? undefined : await addPicture(output, options);
  const tone = sound || noPicture ? await addTone(output, SOUND[container]) : undefined;
  const second = options.secondSound ? await addTone(output, SOUND[container]) : undefined;
  const extras: Packet[] = [];
  if (options.subtitles) extras.push(addSubtitles(output));
  if (options.cover) extras.push(await addCover(output));
  if (options.location) {
    output.metadata = Dictionary.fromObject({ location: '+52.5167+013.4000/', title: 'strut-sample-title' });
  }
  check(await output.openOutput());
  const movFlags = options.faststart ? { movflags: '+faststart' } : {};
  check(
    await output.writeHeader(
      Dictionary.fromObject(container === 'gif' || container === 'webp' ? { loop: '0' } : movFlags),
    ),
  );

  for (const packet of extras) check(await output.interleavedWriteFrame(packet));
  const frames = Math.round(seconds * fps);
  const stands = (packet: Packet): void => {
    const { lastSeconds } = options;
    const { num, den } = packet.timeBase;
    if (lastSeconds === undefined || (Number(packet.pts) * num * fps) / den < frames - 1.5) return;
    packet.duration = BigInt(Math.round((lastSeconds * den) / num));
  };
  let soundUntil = 0;
  const sing = async (untilSeconds: number): Promise<void> => {
    for (; tone && soundUntil < untilSeconds * SAMPLE_RATE; soundUntil += tone.encoder.frameSize) {
      for (const one of second ? [tone, second] : [tone]) {
        using frame = one.draw(soundUntil);
        await write(output, one.encoder, one.stream, frame);
      }
    }
  };
  for (let number = 0; number < frames; number += 1) {
    if (picture && !(options.variableRate && number % 4 === 3)) {
      using frame = await picture.draw(number, frames);
      await write(output, picture.encoder, picture.stream, frame, stands);
    }
    await sing(Math.min((number + 1) / fps, options.soundSeconds ?? seconds));
  }
  await sing(options.soundSeconds ?? 0);
  for (const track of [picture, tone, second])
    if (track) await write(output, track.encoder, track.stream, null, track === picture ? stands : undefined);
  check(await output.writeTrailer());
  await output.closeOutput();
}

async function addPicture(output: FormatContext, options: SampleClip) {
  const { width = 352, height = 352, fps = 15, container = 'mp4', pixelAspect = [1, 1] } = options;
  const codecName = options.codec ?? USUAL_CODEC[container];
  const codec = Codec.findEncoderByName(ENCODERS[codecName]);
  if (!codec) throw new Error(`no encoder for ${codecName}`);
  const wanted = options.seeThrough
    ? AV_PIX_FMT_YUVA420P
    : options.pixelFormat === 'yuv444p'
      ? AV_PIX_FMT_YUV444P
      : AV_PIX_FMT_YUV420P;
  const pixelFormat =
    codecName === 'gif'
      ? AV_PIX_FMT_RGB8
      : codecName === 'apng'
        ? options.seeThrough
          ? AV_PIX_FMT_RGBA
          : AV_PIX_FMT_RGB24
        : codecName === 'webp'
          ? AV_PIX_FMT_BGRA
          : codecName === 'mjpeg'
            ? AV_PIX_FMT_YUVJ420P
            : wanted;
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.width = width;
  encoder.height = height;
  encoder.pixelFormat = pixelFormat;
  // Frame rates such as 29.97 are kept exact to a thousandth.
  encoder.timeBase = new Rational(1000, Math.round(fps * 1000));
  encoder.framerate = new Rational(Math.round(fps * 1000), 1000);
  encoder.sampleAspectRatio = new Rational(...pixelAspect);
  encoder.gopSize = Math.round(fps);
  encoder.threadCount = 1;
  if (output.oformat?.flags && output.oformat.flags & AVFMT_GLOBALHEADER)
    encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  const settings = {
    ...(options.interlaced ? { 'x264-params': 'tff=1' } : {}),
    ...(options.seeThrough ? { 'auto-alt-ref': '0' } : {}),
  };
  check(await encoder.open2(codec, Dictionary.fromObject({ ...CODEC_OPTIONS[codecName], ...settings })));
  const stream = newStream(output, encoder);
  if (options.seeThrough) stream.metadata = Dictionary.fromObject({ alpha_mode: '1' });
  stream.sampleAspectRatio = encoder.sampleAspectRatio;
  if (options.rotation)
    stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, displayMatrix(options.rotation));

  const paint = painter(width, height, options);
  const alpha = { rowBytes: width, rows: height };
  const chroma = { rowBytes: Math.ceil(width / 2), rows: Math.ceil(height / 2) };
  const drawnFormat = options.seeThrough ? AV_PIX_FMT_YUVA420P : AV_PIX_FMT_YUV420P;
  const scaler = new SoftwareScaleContext();
  scaler.getContext(width, height, drawnFormat, width, height, pixelFormat, SWS_BILINEAR);
  const draw = async (number: number, of: number): Promise<Frame> => {
    const drawn = filledFrame({
      bytes: paint(number, of),
      width,
      height,
      format: drawnFormat,
      planes: [{ rowBytes: width, rows: height }, chroma, chroma, ...(options.seeThrough ? [alpha] : [])],
      timeBase: encoder.timeBase,
      pts: BigInt(number),
    });
    let frame = drawn;
    if (pixelFormat !== AV_PIX_FMT_YUV420P && pixelFormat !== AV_PIX_FMT_YUVA420P) {
      frame = new Frame();
      frame.alloc();
      Object.assign(frame, { width, height, format: pixelFormat });
      check(frame.getBuffer());
      check(await scaler.scaleFrame(frame, drawn));
      drawn.free();
    }
    frame.pts = BigInt(number);
    frame.sampleAspectRatio = encoder.sampleAspectRatio;
    return frame;
  };
  return { encoder, stream, draw };
}

async function addTone(output: FormatContext, encoderName: (typeof SOUND)[keyof typeof SOUND]) {
  const codec = encoderName && Codec.findEncoderByName(encoderName);
  if (!codec) throw new Error(`no sound in this container`);
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.sampleRate = SAMPLE_RATE;
  const floats = encoderName !== FF_ENCODER_LIBOPUS;
  encoder.sampleFormat = floats ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_S16;
  encoder.channelLayout = AV_CHANNEL_LAYOUT_MONO;
  encoder.bitRate = 64_000n;
  encoder.timeBase = new Rational(1, SAMPLE_RATE);
  if (output.oformat?.flags && output.oformat.flags & AVFMT_GLOBALHEADER)
    encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  check(await encoder.open2(codec, null));
  const draw = (from: number): Frame => {
    const count = encoder.frameSize;
    const wave = (index: number): number =>
      Math.sin((2 * Math.PI * 440 * (from + index)) / SAMPLE_RATE) * 0.3;
    const samples = floats
      ? Float32Array.from({ length: count }, (_, index) => wave(index))
      : Int16Array.from({ length: count }, (_, index) => wave(index) * 32_767);
    const frame = Frame.fromAudioBuffer(Buffer.from(samples.buffer), {
      nbSamples: count,
      format: encoder.sampleFormat,
      sampleRate: SAMPLE_RATE,
      channelLayout: encoder.channelLayout,
      timeBase: encoder.timeBase,
    });
    frame.pts = BigInt(from);
    return frame;
  };
  return { encoder, stream: newStream(output, encoder), draw };
}

function addSubtitles(output: FormatContext): Packet {
  const stream = output.newStream();
  stream.codecpar.codecType = AVMEDIA_TYPE_SUBTITLE;
  stream.codecpar.codecId = AV_CODEC_ID_SUBRIP;
  return onlyPacket(stream, Buffer.from('strut-sample-subtitle'));
}

async function addCover(output: FormatContext): Promise<Packet> {
  const size = { width: 400, height: 400 };
  const png = await sharp({ create: { ...size, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const stream = output.newStream();
  Object.assign(stream.codecpar, { codecType: AVMEDIA_TYPE_VIDEO, codecId: AV_CODEC_ID_PNG, ...size });
  stream.disposition = AV_DISPOSITION_ATTACHED_PIC;
  return onlyPacket(stream, png);
}

function onlyPacket(stream: Stream, data: Buffer): Packet {
  stream.timeBase = new Rational(1, 1000);
  const packet = new Packet();
  packet.alloc();
  packet.data = data;
  Object.assign(packet, { streamIndex: stream.index, pts: 0n, dts: 0n, duration: 1000n });
  return packet;
}

function newStream(output: FormatContext, encoder: CodecContext): Stream {
  const stream = output.newStream();
  check(stream.codecpar.fromContext(encoder));
  stream.timeBase = encoder.timeBase;
  if (encoder.codecType === AVMEDIA_TYPE_VIDEO) stream.avgFrameRate = encoder.framerate;
  return stream;
}

async function write(
  output: FormatContext,
  encoder: CodecContext,
  stream: Stream,
  frame: Frame | null,
  change: (packet: Packet) => void = () => {},
): Promise<void> {
  check(await encoder.sendFrame(frame));
  using packet = new Packet();
  packet.alloc();
  while ((await encoder.receivePacket(packet)) >= 0) {
    packet.rescaleTs(encoder.timeBase, stream.timeBase);
    packet.streamIndex = stream.index;
    packet.timeBase = stream.timeBase;
    change(packet);
    check(await output.interleavedWriteFrame(packet));
  }
}

/** The 3×3 matrix of 16.16 and 2.30 fixed point numbers that MP4 keeps (ISO/IEC 14496-12, 8.3.2). */
function displayMatrix(degrees: number): Buffer {
  const turn = { 0: [1, 0, 0, 1], 90: [0, 1, -1, 0], 180: [-1, 0, 0, -1], 270: [0, -1, 1, 0] }[degrees] ?? [
    1, 0, 0, 1,
  ];
  const [a = 0, b = 0, c = 0, d = 0] = turn.map((value) => value * 65_536);
  return Buffer.from(Int32Array.of(a, b, 0, c, d, 0, 0, 0, 2 ** 30).buffer);
}

function check(code: number): void {
  FFmpegError.throwIfError(code);
}
