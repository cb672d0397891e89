/**
 * Whether a file stops before its own outer structure says so: a download or a recording that was cut. Decoders
 * play what is there without a word, so the last frames alone can't tell.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { type Box, outerBoxes, readTracks } from './mp4-boxes.ts';
import type { ClipFormat } from './sniff.ts';

/** Says true only when the structure promises more bytes than there are; a structure that makes no sense says false. */
export async function endsEarly(path: string, container: ClipFormat): Promise<boolean> {
  await using file = await open(path);
  const { size } = await file.stat();
  switch (container) {
    case 'MP4':
    case 'MOV':
      return await mp4EndsEarly(file, size);
    case 'AVI':
    case 'animated WebP':
      return await walk(file, size, riffChunk);
    case 'WebM':
    case 'MKV':
      return await walk(file, size, ebmlElement());
    case 'animated PNG':
      return await walk(file, size, pngChunk);
    case 'GIF':
      return size <= MAX_GIF_BYTES && gifEndsEarly(await file.readFile());
  }
}

/** Where the element whose first bytes these are ends, counted from its start; undefined when it has no set end. */
type ElementEnd = (head: Buffer, at: number, fileSize: number) => number | undefined;

const HEAD_BYTES = 24;
/** A fragmented hour has some thousands. */
const MAX_ELEMENTS = 100_000;
const MAX_GIF_BYTES = 200_000_000;

async function walk(file: FileHandle, size: number, end: ElementEnd): Promise<boolean> {
  const head = Buffer.alloc(HEAD_BYTES);
  let at = 0;
  for (let elements = 0; at < size && elements < MAX_ELEMENTS; elements += 1) {
    head.fill(0);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, at);
    // Fewer bytes than any header has are padding, or the rest of one that was cut; too little to lose a picture.
    if (bytesRead < 8) return false;
    const length = end(head, at, size);
    if (length === undefined || length < 8) return false;
    at += length;
  }
  return at > size;
}

/** What a camera or an editor leaves behind index and pictures is a trailer, whatever its bytes seem to promise. */
async function mp4EndsEarly(file: FileHandle, size: number): Promise<boolean> {
  let index: Box | undefined;
  let hasPictures = false;
  let isFragmented = false;
  let end = 0;
  for await (const box of outerBoxes(file, size)) {
    const holdsPictures = box.type === 'mdat' || box.type === 'moof';
    if (index && hasPictures && !holdsPictures && !KNOWN_BOXES.includes(box.type)) return false;
    if (box.type === 'moov') index = box;
    hasPictures ||= holdsPictures;
    isFragmented ||= box.type === 'moof';
    end = box.at + box.bytes;
  }
  if (end <= size) return false;
  if (!index || isFragmented || index.at + index.bytes > size) return true;
  const tracks = (await readTracks(file, index)).filter(({ handler }) => /vide|soun/.test(handler));
  // Some writers promise a few bytes more than they write: nothing is lost where every sample is there.
  return tracks.length === 0 || tracks.some(({ endsAt = Infinity }) => endsAt > size);
}

/** Beside index and pictures, what the outermost boxes are: ISO/IEC 14496-12, and QuickTime's own. */
const KNOWN_BOXES: readonly string[] =
  'ftyp styp moov meta free skip wide uuid udta sidx ssix mfra pdin prft emsg pnot bloc'.split(' ');

/** Size after the name, padded to an even number; recorders that never came to the end leave 0 or all ones. */
const riffChunk: ElementEnd = (head, at, fileSize) => {
  if (head.toString('latin1', 0, 4) !== 'RIFF') return undefined;
  const size = head.readUInt32LE(4);
  if (size === 0 || size === 0xffff_ffff) return undefined;
  const end = 8 + size;
  // The padding byte of the last chunk is often left out, and some writers count these eight bytes in.
  return at + end === fileSize || at + size === fileSize ? fileSize - at : end + (size % 2);
};

/** W3C PNG, 5: a signature of eight bytes, then chunks of a size, a name, what they hold and a sum. IEND is the last. */
const pngChunk: ElementEnd = (head, at) => {
  if (at === 0) return 8;
  return head.toString('latin1', 4, 8) === 'IEND' ? undefined : head.readUInt32BE(0) + 12;
};

/** Segment, and the outermost elements that may follow one (RFC 9559, 5.1, and RFC 8794, 11). */
const SEGMENT = '18538067';
const EBML_OUTERMOST: readonly string[] = [SEGMENT, '1a45dfa3', 'ec', 'bf'];

/**
 * RFC 8794, 4: id and size are numbers of variable length; a size of only ones is unknown, as in live recordings.
 * What comes after the segment and is nothing known is a trailer.
 */
const ebmlElement = (): ElementEnd => {
  let hasSegment = false;
  return (head) => {
    const idLength = vintLength(head[0] ?? 0);
    const sizeLength = vintLength(head[idLength] ?? 0);
    if (idLength > 4 || sizeLength > 8) return undefined;
    const id = head.toString('hex', 0, idLength);
    if (hasSegment && !EBML_OUTERMOST.includes(id)) return undefined;
    hasSegment ||= id === SEGMENT;
    return ebmlLength(head, idLength, sizeLength);
  };
};

function ebmlLength(head: Buffer, idLength: number, sizeLength: number): number | undefined {
  const bits = BigInt(7 * sizeLength);
  const raw = head
    .subarray(idLength, idLength + sizeLength)
    .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const size = raw & ((1n << bits) - 1n);
  return size === (1n << bits) - 1n ? undefined : idLength + sizeLength + Number(size);
}

const vintLength = (first: number): number => Math.clz32(first) - 23;

/** GIF89a, 15 to 27. A missing trailer alone is forgiven: many writers leave it out. */
function gifEndsEarly(bytes: Buffer): boolean {
  const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const afterSubBlocks = (from: number): number => {
    let at = from;
    for (let length = bytes[at]; length; length = bytes[at]) at += length + 1;
    return at + 1;
  };
  let at = 13 + tableBytes(bytes[10] ?? 0);
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x21) at = afterSubBlocks(at + 2);
    else if (kind === 0x2c) at = afterSubBlocks(at + 11 + tableBytes(bytes[at + 9] ?? 0));
    else return false;
  }
  return at > bytes.length;
}
