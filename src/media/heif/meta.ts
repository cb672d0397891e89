/** The table of contents of a HEIF file: its items, what is said of each and where their bytes lie. */
import { type Box, BrokenHeif, boxesIn, boxOf, type Cursor, cursorOn, versioned } from './boxes.ts';

/** A telephone's 50 megapixels are some hundred tiles; thumbnails, depth and maps come on top. */
const MAX_ITEMS = 10_000;
const MAX_EXTENTS = 1_000;

/** Where an item's bytes lie: in the file, or in the table of contents itself (`idat`). */
type Place = { inside: 'file' | 'idat' | 'item'; extents: { offset: number; length: number }[] };
export type Item = {
  id: number;
  type: string;
  /** In the order in which they are to be applied. */
  properties: Box[];
  /** By kind of reference, the items that this one points to. */
  references: Map<string, number[]>;
  place?: Place;
};
export type Meta = { primary: number; items: Map<number, Item>; idat: Buffer };

/** Reads the body of the `meta` box (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 9). Throws BrokenHeif. */
export function readMeta(body: Buffer): Meta {
  const boxes = boxesIn(body.subarray(4));
  const items = readItems(need(boxes, 'iinf'));
  readPlaces(need(boxes, 'iloc'), items);
  const properties = boxOf(boxes, 'iprp');
  if (properties) readProperties(properties, items);
  const references = boxOf(boxes, 'iref');
  if (references) readReferences(references, items);
  const { version, cursor } = versioned(need(boxes, 'pitm'));
  const idat = boxOf(boxes, 'idat')?.body ?? Buffer.alloc(0);
  return { primary: cursor.uint(version === 0 ? 2 : 4), items, idat };
}

function readItems(iinf: Box): Map<number, Item> {
  const { version, cursor } = versioned(iinf);
  cursor.uint(version === 0 ? 2 : 4);
  const items = new Map<number, Item>();
  for (const entry of boxesIn(cursor.bytes(cursor.left))) {
    if (entry.type !== 'infe') continue;
    const { version, cursor } = versioned(entry);
    // The older versions know no picture.
    if (version < 2) continue;
    const id = cursor.uint(version === 2 ? 2 : 4);
    cursor.uint(2);
    items.set(id, { id, type: cursor.text(4), properties: [], references: new Map() });
    if (items.size > MAX_ITEMS) throw new BrokenHeif('more items than any picture has');
  }
  return items;
}

function readPlaces(iloc: Box, items: Map<number, Item>): void {
  const { version, cursor } = versioned(iloc);
  const [first, second] = [cursor.uint(1), cursor.uint(1)];
  const [offsetBytes, lengthBytes, baseBytes, indexBytes] = [
    first >> 4,
    first & 15,
    second >> 4,
    second & 15,
  ];
  for (let count = cursor.uint(version < 2 ? 2 : 4); count > 0; count -= 1) {
    const id = cursor.uint(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : cursor.uint(2) & 15;
    cursor.uint(2);
    const base = cursor.uint(baseBytes);
    const extentCount = cursor.uint(2);
    if (extentCount > MAX_EXTENTS) throw new BrokenHeif('an item in more pieces than anybody writes');
    const extents: Place['extents'] = [];
    for (let extent = 0; extent < extentCount; extent += 1) {
      if (version > 0) cursor.uint(indexBytes);
      extents.push({ offset: base + cursor.uint(offsetBytes), length: cursor.uint(lengthBytes) });
    }
    const item = items.get(id);
    if (item) item.place = { inside: method === 0 ? 'file' : method === 1 ? 'idat' : 'item', extents };
  }
}

function readProperties(iprp: Box, items: Map<number, Item>): void {
  const boxes = boxesIn(iprp.body);
  const all = boxesIn(need(boxes, 'ipco').body);
  for (const box of boxes) {
    if (box.type !== 'ipma') continue;
    const { version, flags, cursor } = versioned(box);
    const indexBytes = flags & 1 ? 2 : 1;
    for (let count = cursor.uint(4); count > 0; count -= 1) {
      const item = items.get(cursor.uint(version === 0 ? 2 : 4));
      for (let associations = cursor.uint(1); associations > 0; associations -= 1) {
        // The highest bit says that the property must be understood.
        const property = all[(cursor.uint(indexBytes) & (indexBytes === 2 ? 0x7fff : 0x7f)) - 1];
        if (item && property) item.properties.push(property);
      }
    }
  }
}

function readReferences(iref: Box, items: Map<number, Item>): void {
  const { version, cursor } = versioned(iref);
  const idBytes = version === 0 ? 2 : 4;
  for (const { type, body } of boxesIn(cursor.bytes(cursor.left))) {
    const inside: Cursor = cursorOn(body);
    const item = items.get(inside.uint(idBytes));
    const to = Array.from({ length: inside.uint(2) }, () => inside.uint(idBytes));
    item?.references.set(type, to);
  }
}

function need(boxes: readonly Box[], type: string): Box {
  const box = boxOf(boxes, type);
  if (!box) throw new BrokenHeif(`there is no ${type}`);
  return box;
}
