/** Opens a HEIF file, HEIC or AVIF: reads its table of contents, and then each item's bytes when they are wanted. */
import { type FileHandle, open } from 'node:fs/promises';
import { BrokenHeif, UnknownHeif } from './boxes.ts';
import type { HeifKind } from './brands.ts';
import { type Item, type Meta, readMeta } from './meta.ts';

const MAX_TOP_BOXES = 1_000;
/** Small pictures may lie in it whole; with every tile of a large one it has some ten thousand bytes. */
const MAX_META_BYTES = 16_000_000;
/** More than an upload may have. */
const MAX_ITEM_BYTES = 64_000_000;

export type OpenHeif = AsyncDisposable & {
  meta: Meta;
  /** Throws BrokenHeif when it is not all there. */
  bytesOf(item: Item): Promise<Buffer>;
};

/** Throws BrokenHeif, UnknownHeif. */
export async function openHeif(path: string, kind: HeifKind): Promise<OpenHeif> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { table, moves } = await findTable(file, size);
    // A file that moves may have a table of contents for other things than a still picture.
    const meta = table && (moves ? readMetaIfAny(table) : readMeta(table));
    if (!meta)
      throw moves ? new UnknownHeif(`animated ${kind}`) : new BrokenHeif('there is no table of contents');
    return {
      meta,
      bytesOf: (item) => readItem(file, size, meta, item),
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readMetaIfAny(table: Buffer): Meta | undefined {
  try {
    return readMeta(table);
  } catch (error) {
    if (error instanceof BrokenHeif) return undefined;
    throw error;
  }
}

async function findTable(file: FileHandle, fileSize: number): Promise<{ table?: Buffer; moves: boolean }> {
  let table: Buffer | undefined;
  let moves = false;
  for (let at = 0, boxes = 0; at + 8 <= fileSize && boxes < MAX_TOP_BOXES; boxes += 1) {
    const head = await readAt(file, at, Math.min(16, fileSize - at));
    const short = head.readUInt32BE(0);
    const headBytes = short === 1 ? 16 : 8;
    if (head.length < headBytes) break;
    const size = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? fileSize - at : short;
    const type = head.toString('latin1', 4, 8);
    if (size < headBytes) break;
    if (type === 'meta' && !table) {
      if (size > MAX_META_BYTES || at + size > fileSize) throw new BrokenHeif('the table of contents is cut');
      table = await readAt(file, at + headBytes, size - headBytes);
    }
    if (type === 'moov') moves = true;
    if (type === 'mini') throw new UnknownHeif('HEIF (mini)');
    at += size;
  }
  return { ...(table ? { table } : {}), moves };
}

async function readItem(file: FileHandle, fileSize: number, meta: Meta, { place }: Item): Promise<Buffer> {
  if (!place) throw new BrokenHeif('an item lies nowhere');
  if (place.inside === 'item') throw new UnknownHeif('HEIF (construction 2)');
  const size = place.inside === 'file' ? fileSize : meta.idat.length;
  const parts: Buffer[] = [];
  let total = 0;
  for (const { offset, length } of place.extents) {
    if (offset > size) throw new BrokenHeif('an item lies beyond the end');
    // A length of 0 means all that follows.
    const wanted = length === 0 ? size - offset : length;
    total += wanted;
    if (offset + wanted > size || total > MAX_ITEM_BYTES) throw new BrokenHeif('an item is not all there');
    parts.push(
      place.inside === 'file'
        ? await readAt(file, offset, wanted)
        : meta.idat.subarray(offset, offset + wanted),
    );
  }
  return Buffer.concat(parts);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead < length) throw new BrokenHeif('the file is shorter than it was');
  return buffer;
}
