/** What an MP4 says of itself, read from its boxes: enough for the fields of a video, without a decoder. */
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

export type VideoFacts = { width: number; height: number; seconds: number; sound: boolean };

type Box = { type: string; from: number; to: number };

/** Undefined when the file is no MP4 with a picture. */
export async function mp4Facts(path: string): Promise<VideoFacts | undefined> {
  await using file = await open(path);
  const { size } = await file.stat();
  const moov = (await boxesOf(file, 0, size)).find(({ type }) => type === 'moov');
  // An index of more than this belongs to no clip that a chat carries.
  if (!moov || moov.to - moov.from > 16_000_000) return undefined;
  const index = Buffer.alloc(moov.to - moov.from);
  await file.read(index, 0, index.length, moov.from);
  return factsOf(index);
}

function factsOf(index: Buffer): VideoFacts | undefined {
  const boxes = inside(index, 0, index.length);
  const header = boxes.find(({ type }) => type === 'mvhd');
  if (!header) return undefined;
  const long = index[header.from] === 1;
  const at = header.from + (long ? 20 : 12);
  const timescale = index.readUInt32BE(at);
  const duration = long ? Number(index.readBigUInt64BE(at + 4)) : index.readUInt32BE(at + 4);
  const tracks = boxes.filter(({ type }) => type === 'trak').map((track) => trackOf(index, track));
  const picture = tracks.find(({ handler }) => handler === 'vide');
  if (!picture) return undefined;
  return {
    width: picture.width,
    height: picture.height,
    seconds: timescale === 0 ? 0 : duration / timescale,
    sound: tracks.some(({ handler }) => handler === 'soun'),
  };
}

function trackOf(index: Buffer, track: Box): { handler: string; width: number; height: number } {
  const boxes = inside(index, track.from, track.to);
  const header = boxes.find(({ type }) => type === 'tkhd');
  const media = boxes.find(({ type }) => type === 'mdia');
  const handler = media && inside(index, media.from, media.to).find(({ type }) => type === 'hdlr');
  return {
    handler: handler ? index.toString('latin1', handler.from + 8, handler.from + 12) : '',
    // 16.16 fixed point, the last two fields of the header.
    width: header ? index.readUInt32BE(header.to - 8) >>> 16 : 0,
    height: header ? index.readUInt32BE(header.to - 4) >>> 16 : 0,
  };
}

function inside(buffer: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to; ) {
    const size = buffer.readUInt32BE(at);
    if (size < 8) break;
    boxes.push({
      type: buffer.toString('latin1', at + 4, at + 8),
      from: at + 8,
      to: Math.min(to, at + size),
    });
    at += size;
  }
  return boxes;
}

async function boxesOf(file: FileHandle, from: number, to: number): Promise<Box[]> {
  const boxes: Box[] = [];
  const head = Buffer.alloc(16);
  for (let at = from; at + 8 <= to; ) {
    await file.read(head, 0, 16, at);
    const short = head.readUInt32BE(0);
    const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short || to - at;
    if (size < 8) break;
    boxes.push({
      type: head.toString('latin1', 4, 8),
      from: at + (short === 1 ? 16 : 8),
      to: Math.min(to, at + size),
    });
    at += size;
  }
  return boxes;
}
