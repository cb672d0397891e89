/** Makes out which coded pictures, laid out how, are the picture that a viewer would show. */
import { AVCOL_TRC_BT709 } from 'node-av/constants';
import type { Size } from '../av/geometry.ts';
import { type Box, BrokenHeif, boxOf, cursorOn, UnknownHeif } from './boxes.ts';
import { type Colours, coloursOf } from './colours.ts';
import type { Item } from './meta.ts';
import type { OpenHeif } from './open.ts';
import { type View, viewOf } from './view.ts';

export type HeifPicture = {
  /** Row by row. One that is no grid is its own only tile. */
  tiles: Item[];
  columns: number;
  tile: Size;
  /** The tiles together, of which the last row and column may reach beyond the edge. */
  stored: Size;
  view: View;
  colours: Colours;
  alpha?: HeifPicture;
  /** The colours are already as dark as the alpha makes them. */
  premultiplied: boolean;
};

/** The smallest tile that the standard allows has 64 pixels a side; a telephone's 512. */
const MAX_TILES = 4_096;
/** A picture of a picture of a picture. */
const MAX_DEPTH = 4;
const CODED = new Set(['hvc1', 'hev1', 'av01']);
const ALPHA = new Set([
  'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha',
  'urn:mpeg:hevc:2015:auxid:1',
  'urn:mpeg:avc:2015:auxid:1',
]);

/** The primary picture. Throws BrokenHeif, UnknownHeif. */
export async function pictureIn(heif: OpenHeif): Promise<HeifPicture> {
  const item = itemOf(heif, heif.meta.primary);
  const picture = await read(heif, item);
  const mask = [...heif.meta.items.values()].find((one) => isAlphaOf(one, item));
  if (!mask) return picture;
  const premultiplied = item.references.get('prem')?.includes(mask.id) ?? false;
  const alpha = await read(heif, sized(mask, item));
  if (alpha.stored.width > picture.stored.width || alpha.stored.height > picture.stored.height)
    throw new BrokenHeif('a mask larger than its picture');
  // Its shares are no brightness, whatever curve the colours have.
  const colours: Colours = { coded: { ...alpha.colours.coded, transfer: AVCOL_TRC_BT709 } };
  return { ...picture, alpha: { ...alpha, colours }, premultiplied };
}

/** Some writers leave out what a mask shares with its picture. */
function sized(mask: Item, { properties }: Item): Item {
  const size = boxOf(mask.properties, 'ispe') ? undefined : boxOf(properties, 'ispe');
  return size ? { ...mask, properties: [...mask.properties, size] } : mask;
}

/** `after`: what is to be done to the picture after what its own properties say. */
async function read(heif: OpenHeif, item: Item, after: readonly Box[] = [], depth = 0): Promise<HeifPicture> {
  const properties = [...item.properties, ...after];
  // The same picture, looked at in one more way.
  const [source] = sourcesOf(heif, item);
  if (item.type === 'iden' && source && depth < MAX_DEPTH) return read(heif, source, properties, depth + 1);
  if (item.type !== 'grid') {
    const stored = sizeOf(coded(item).properties);
    return { ...whole(stored, properties), tiles: [item], columns: 1, tile: stored };
  }
  const { columns, rows, stored } = gridOf(await heif.bytesOf(item));
  const tiles = sourcesOf(heif, item).map(coded);
  if (rows * columns !== tiles.length || tiles.length > MAX_TILES)
    throw new BrokenHeif(`${tiles.length} tiles for a grid of ${columns} by ${rows}`);
  const first = tiles[0]?.properties ?? [];
  const tile = sizeOf(first);
  const fits = (side: number, count: number, full: number) =>
    side * count >= full && side * (count - 1) < full;
  if (!fits(tile.width, columns, stored.width) || !fits(tile.height, rows, stored.height))
    throw new BrokenHeif('tiles that make no whole');
  // What the whole does not say of its colours, its tiles may.
  const colours = coloursOf([...first, ...properties]);
  return { ...whole(stored, properties), colours, tiles, columns, tile };
}

const whole = (stored: Size, properties: readonly Box[]) => ({
  stored,
  view: viewOf(stored, properties),
  colours: coloursOf(properties),
  premultiplied: false,
});

function coded(item: Item | undefined): Item {
  if (!item) throw new BrokenHeif('a picture made of nothing');
  // One that is told by its differences from others can't be decoded alone.
  if (item.references.has('pred')) throw new UnknownHeif(`HEIF (${item.type}, pred)`);
  if (!CODED.has(item.type)) throw new UnknownHeif(`HEIF (${item.type.replace(/[^\w ]/g, '?')})`);
  return item;
}

function itemOf({ meta }: OpenHeif, id: number): Item {
  const item = meta.items.get(id);
  if (!item) throw new BrokenHeif(`there is no item ${id}`);
  return item;
}

const sourcesOf = (heif: OpenHeif, item: Item): Item[] =>
  (item.references.get('dimg') ?? []).map((id) => itemOf(heif, id));

function isAlphaOf({ references, properties }: Item, { id }: Item): boolean {
  const kind = references.get('auxl')?.includes(id) ? boxOf(properties, 'auxC') : undefined;
  return kind !== undefined && ALPHA.has(kind.body.toString('latin1', 4).split('\0')[0] ?? '');
}

function sizeOf(properties: readonly Box[]): Size {
  const ispe = boxOf(properties, 'ispe');
  if (!ispe) throw new BrokenHeif('a picture without a size');
  const cursor = cursorOn(ispe.body);
  cursor.uint(4);
  return positive({ width: cursor.uint(4), height: cursor.uint(4) });
}

/** ISO/IEC 23008-12, 6.6.2.3. */
function gridOf(bytes: Buffer): { columns: number; rows: number; stored: Size } {
  const cursor = cursorOn(bytes);
  cursor.uint(1);
  const sideBytes = cursor.uint(1) & 1 ? 4 : 2;
  const [rows, columns] = [cursor.uint(1) + 1, cursor.uint(1) + 1];
  return {
    rows,
    columns,
    stored: positive({ width: cursor.uint(sideBytes), height: cursor.uint(sideBytes) }),
  };
}

function positive(size: Size): Size {
  if (size.width === 0 || size.height === 0) throw new BrokenHeif('a picture without a side');
  return size;
}
