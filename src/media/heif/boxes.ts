/** Reads ISO base media boxes (ISO/IEC 14496-12, 4.2) and the numbers in them, never past their end. */

/** What the file says of itself makes no sense, or parts of it are missing. */
export class BrokenHeif extends Error {
  override name = 'BrokenHeif';
}

/** The file may be fine, but the picture in it is of a kind that we can't read; `found` names it for the member. */
export class UnknownHeif extends Error {
  override name = 'UnknownHeif';
  readonly found: string;
  constructor(found: string) {
    super(`no picture that can be read: ${found}`);
    this.found = found;
  }
}

export type Box = { type: string; body: Buffer };

export type Cursor = {
  readonly left: number;
  /** A number of 0 to 8 bytes; none at all is 0, as in `iloc`. */
  uint(bytes: number): number;
  int32(): number;
  text(bytes: number): string;
  bytes(length: number): Buffer;
};

/** Throws BrokenHeif where something reaches past the end. */
export function cursorOn(bytes: Buffer): Cursor {
  let at = 0;
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length) throw new BrokenHeif('a box ends before its content does');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    get left() {
      return bytes.length - at;
    },
    uint(length) {
      const value = take(length).reduce((sum, byte) => sum * 256 + byte, 0);
      if (!Number.isSafeInteger(value)) throw new BrokenHeif('a number is larger than any file');
      return value;
    },
    int32: () => take(4).readInt32BE(),
    text: (length) => take(length).toString('latin1'),
    bytes: take,
  };
}

/** The boxes that lie one after the other in these bytes. Throws BrokenHeif. */
export function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  const cursor = cursorOn(bytes);
  // Fewer bytes than a header has are padding.
  while (cursor.left >= 8) {
    const before = cursor.left;
    const size = cursor.uint(4);
    const type = cursor.text(4);
    const full = size === 0 ? before : size === 1 ? cursor.uint(8) : size;
    boxes.push({ type, body: cursor.bytes(full - (before - cursor.left)) });
  }
  return boxes;
}

/** A box that begins with a version and flags. */
export function versioned({ body }: Box): { version: number; flags: number; cursor: Cursor } {
  const cursor = cursorOn(body);
  return { version: cursor.uint(1), flags: cursor.uint(3), cursor };
}

export const boxOf = (boxes: readonly Box[], type: string): Box | undefined =>
  boxes.find((box) => box.type === type);
