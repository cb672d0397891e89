/** Writes an MP4: H.264 and AAC, index first, and nothing else in it but the tags that are given. */
import { AVERROR_EAGAIN, AVERROR_EOF } from 'node-av/constants';
import {
  type CodecContext,
  Dictionary,
  FFmpegError,
  FormatContext,
  type Frame,
  Packet,
  type Stream,
} from 'node-av/lib';

export type Mp4 = {
  /** A stream for packets that are copied as they are. */
  addCopy(from: Stream): Stream;
  /** A stream for what an opened encoder makes. */
  addEncoded(encoder: CodecContext): Stream;
  /** After the last `add` and before the first `write`. */
  begin(): Promise<void>;
  /** Takes the packet over; its times are in `timeBase` of the stream's source. */
  write(packet: Packet, stream: Stream, timeBase: { num: number; den: number }): Promise<void>;
  /** Encodes one frame, or with null what the encoder still holds, and writes what comes out. */
  encode(encoder: CodecContext, stream: Stream, frame: Frame | null): Promise<void>;
  /** Without it the file is not one that can be played. */
  finish(): Promise<void>;
};

/** What the file says of itself, by any key. */
export type Tags = Readonly<Record<string, string>>;

/** Throws FFmpegError where the disk is full or the path can't be written. */
export function createMp4(path: string, tags?: Tags): Mp4 & AsyncDisposable {
  const format = new FormatContext();
  FFmpegError.throwIfError(format.allocOutputContext2(null, 'mp4', `file:${path}`), 'mp4');
  const packet = new Packet();
  packet.alloc();
  let isOpen = false;

  const write: Mp4['write'] = async (one, stream, timeBase) => {
    one.rescaleTs(timeBase, stream.timeBase);
    one.streamIndex = stream.index;
    one.pos = -1n;
    FFmpegError.throwIfError(await format.interleavedWriteFrame(one), 'write');
  };

  return {
    addCopy(from) {
      const stream = format.newStream();
      FFmpegError.throwIfError(from.codecpar.copy(stream.codecpar), 'copy');
      // The tag belongs to the container it came from.
      stream.codecpar.codecTag = 0;
      stream.timeBase = from.timeBase;
      return stream;
    },
    addEncoded(encoder) {
      const stream = format.newStream();
      FFmpegError.throwIfError(stream.codecpar.fromContext(encoder), 'encoder');
      stream.timeBase = encoder.timeBase;
      return stream;
    },
    async begin() {
      FFmpegError.throwIfError(await format.openOutput(), 'open');
      isOpen = true;
      // Without `bitexact` the muxer signs the file with its version.
      const movflags = tags ? '+faststart+use_metadata_tags' : '+faststart';
      const options = Dictionary.fromObject({ movflags, fflags: '+bitexact' });
      if (tags) format.metadata = Dictionary.fromObject(tags);
      FFmpegError.throwIfError(await format.writeHeader(options), 'header');
    },
    write,
    async encode(encoder, stream, frame) {
      FFmpegError.throwIfError(await encoder.sendFrame(frame), 'encode');
      for (;;) {
        const code = await encoder.receivePacket(packet);
        if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
        FFmpegError.throwIfError(code, 'encode');
        await write(packet, stream, encoder.timeBase);
      }
    },
    async finish() {
      FFmpegError.throwIfError(await format.writeTrailer(), 'trailer');
      await format.closeOutput();
      isOpen = false;
    },
    async [Symbol.asyncDispose]() {
      packet.free();
      if (isOpen) await format.closeOutput();
      format.freeContext();
    },
  };
}
