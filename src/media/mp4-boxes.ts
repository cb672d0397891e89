/** The boxes of an MP4 or MOV (ISO/IEC 14496-12), read without decoding. What makes no sense is taken as not there. */
import type { FileHandle } from 'node:fs/promises';

export type Box = { type: string; at: number; headerBytes: number; bytes: number };
export type Mp4Track = {
  /** `vide` for pictures, `soun` for sound. */
  handler: string;
  /** What it is encoded as, by the four letters of its first sample entry: `avc1`. */
  codec: string;
  encrypted: boolean;
  /** Where in the file its last sample ends; undefined when the table of samples can't be read. */
  endsAt?: number;
};

const MAX_INDEX_BYTES = 64_000_000;
/** A fragmented hour has some thousands. */
const MAX_BOXES = 100_000;

/** A header of eight or sixteen bytes. Undefined where none fits. `bytes` may go beyond the end; 0 means up to it. */
function boxAt(head: Buffer, at: number): Box | undefined {
  if (head.length < 8) return undefined;
  const type = head.toString('latin1', 4, 8);
  const short = head.readUInt32BE(0);
  if (short !== 1) return { type, at, headerBytes: 8, bytes: short };
  return head.length < 16 ? undefined : { type, at, headerBytes: 16, bytes: Number(head.readBigUInt64BE(8)) };
}

/** The outermost boxes, one after the other, as long as they make sense. */
export async function* outerBoxes(file: FileHandle, size: number): AsyncGenerator<Box> {
  const head = Buffer.alloc(16);
  for (let at = 0, count = 0; at < size && count < MAX_BOXES; count += 1) {
    const { bytesRead } = await file.read(head, 0, head.length, at);
    const box = boxAt(head.subarray(0, bytesRead), at);
    if (!box) return;
    yield box;
    if (box.bytes < box.headerBytes) return;
    at += box.bytes;
  }
}

/** The tracks that the index names; none where it is damaged, compressed or larger than any that was met. */
export async function readTracks(file: FileHandle, moov: Box): Promise<Mp4Track[]> {
  const length = moov.bytes - moov.headerBytes;
  if (length <= 0 || length > MAX_INDEX_BYTES) return [];
  const body = Buffer.alloc(length);
  const { bytesRead } = await file.read(body, 0, length, moov.at + moov.headerBytes);
  return all(body.subarray(0, bytesRead), 'trak').map(trackOf);
}

function trackOf(trak: Buffer): Mp4Track {
  const media = one(trak, 'mdia');
  const table = one(one(media, 'minf'), 'stbl');
  const entry = one(table, 'stsd').subarray(8);
  const type = entry.toString('latin1', 4, 8);
  const format = entry.indexOf('frma');
  const encrypted = ENCRYPTED.includes(type);
  const endsAt = samplesEnd(table);
  return {
    handler: one(media, 'hdlr').toString('latin1', 8, 12),
    codec: encrypted && format > 0 ? entry.toString('latin1', format + 4, format + 8) : type,
    encrypted,
    ...(endsAt === undefined ? {} : { endsAt }),
  };
}

/** Common encryption of pictures and sound, and what shops sold before it. */
const ENCRYPTED: readonly string[] = ['encv', 'enca', 'drmi', 'drms'];

/** By chunks, the sizes of their samples, and how many samples each chunk holds (8.7.3 to 8.7.5). */
function samplesEnd(table: Buffer): number | undefined {
  const offsets = chunkOffsets(table);
  const sizes = one(table, 'stsz');
  const runs = one(table, 'stsc');
  if (!offsets || sizes.length < 12) return undefined;
  const [same, count] = [sizes.readUInt32BE(4), sizes.readUInt32BE(8)];
  if (count === 0) return 0;
  if (runs.length < 20) return undefined;
  if (same === 0 && sizes.length < 12 + 4 * count) return undefined;
  let end = 0;
  let sample = 0;
  let run = 0;
  const perRun = Math.floor((runs.length - 8) / 12);
  const firstChunk = (index: number): number =>
    index < perRun ? runs.readUInt32BE(8 + 12 * index) : Infinity;
  for (const [index, offset] of offsets.entries()) {
    if (sample >= count) break;
    while (index + 1 >= firstChunk(run + 1)) run += 1;
    const last = Math.min(count, sample + runs.readUInt32BE(8 + 12 * run + 4));
    let bytes = same * (last - sample);
    if (same === 0) for (let at = sample; at < last; at += 1) bytes += sizes.readUInt32BE(12 + 4 * at);
    sample = last;
    end = Math.max(end, offset + bytes);
  }
  return sample < count ? undefined : end;
}

function chunkOffsets(table: Buffer): number[] | undefined {
  const [short, long] = [one(table, 'stco'), one(table, 'co64')];
  const [box, step] = long.length > 0 ? [long, 8] : [short, 4];
  if (box.length < 8) return undefined;
  const count = Math.min(box.readUInt32BE(4), Math.floor((box.length - 8) / step));
  return Array.from({ length: count }, (_, index) =>
    step === 8 ? Number(box.readBigUInt64BE(8 + 8 * index)) : box.readUInt32BE(8 + 4 * index),
  );
}

/** The bodies of the boxes of this type that lie in another one's body. */
function all(body: Buffer, type: string): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 8 <= body.length; ) {
    const box = boxAt(body.subarray(at, at + 16), at);
    if (!box || box.bytes < box.headerBytes) break;
    if (box.type === type) found.push(body.subarray(at + box.headerBytes, at + box.bytes));
    at += box.bytes;
  }
  return found;
}

/** Empty when there is none. */
const one = (body: Buffer, type: string): Buffer => all(body, type)[0] ?? Buffer.alloc(0);
