/** Puts coded pictures into a HEIC file, as a telephone does. */

export type Property = { type: string; body: Buffer };
/** Its kind, and the places in the list of items that it points to. */
type Reference = { kind: string; items: number[] };
export type HeicItem = {
  type: string;
  data: Buffer;
  properties: Property[];
  to?: Reference | Reference[];
  /** Beside the table of contents rather than behind it. */
  inside?: 'idat';
};

const u = (bytes: number, ...values: number[]): Buffer => {
  const buffer = Buffer.alloc(bytes * values.length);
  for (const [index, value] of values.entries()) buffer.writeUIntBE(value, index * bytes, bytes);
  return buffer;
};
const s32 = (...values: number[]): Buffer => Buffer.concat(values.map((value) => u(4, value >>> 0)));
const text = (letters: string): Buffer => Buffer.from(letters, 'latin1');

export function box(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u(4, body.length + 8), text(type), body]);
}
const versioned = (type: string, version: number, ...parts: Buffer[]): Buffer =>
  box(type, u(1, version), u(3, 0), ...parts);

export const ispe = (width: number, height: number): Property => ({
  type: 'ispe',
  body: Buffer.concat([u(4, 0), u(4, width, height)]),
});
export const irot = (quarters: number): Property => ({ type: 'irot', body: u(1, quarters) });
export const imir = (axis: number): Property => ({ type: 'imir', body: u(1, axis) });
/** A part of this size, so far from the middle. */
export const clap = (width: number, height: number, x: number, y: number): Property => ({
  type: 'clap',
  body: s32(width, 1, height, 1, x, 1, y, 1),
});
export const nclx = (primaries: number, transfer: number, matrix: number, full: boolean): Property => ({
  type: 'colr',
  body: Buffer.concat([text('nclx'), u(2, primaries, transfer, matrix), u(1, full ? 0x80 : 0)]),
});
export const profileOf = (profile: Buffer): Property => ({
  type: 'colr',
  body: Buffer.concat([text('prof'), profile]),
});
export const auxC = (kind: string): Property => ({
  type: 'auxC',
  body: Buffer.concat([u(4, 0), text(`${kind}\0`)]),
});
export const grid = (rows: number, columns: number, width: number, height: number): Buffer =>
  Buffer.concat([u(1, 0, 0, rows - 1, columns - 1), u(2, width, height)]);

/** A block of EXIF that says nothing but how the camera was held. */
export function exif(orientation: number): Buffer {
  const tiff = Buffer.concat([
    text('MM'),
    u(2, 42),
    u(4, 8),
    u(2, 1),
    u(2, 0x0112, 3),
    u(4, 1),
    u(2, orientation, 0),
    u(4, 0),
  ]);
  return Buffer.concat([u(4, 0), tiff]);
}

/** HEVC's headers as `hvcC` has them (ISO/IEC 14496-15, 8.3.3); each NAL unit of a picture is preceded by its length. */
export function hvcC(annexB: Buffer): Property {
  const headers = nalUnits(annexB);
  const sps = headers.find((nal) => nalType(nal) === 33);
  if (!sps) throw new Error('no SPS');
  const arrays = headers.map((nal) => Buffer.concat([u(1, 0x80 | nalType(nal)), u(2, 1, nal.length), nal]));
  const body = Buffer.concat([
    u(1, 1),
    // Profile, compatibility, constraints and level stand in the SPS in the same form.
    sps.subarray(3, 15),
    u(2, 0xf000),
    u(1, 0xfc, 0xfd, 0xf8, 0xf8),
    u(2, 0),
    u(1, 0x0f, arrays.length),
    ...arrays,
  ]);
  return { type: 'hvcC', body };
}

export const withLengths = (annexB: Buffer): Buffer =>
  Buffer.concat(nalUnits(annexB).flatMap((nal) => [u(4, nal.length), nal]));

const nalType = (nal: Buffer): number => ((nal[0] ?? 0) >> 1) & 63;

function nalUnits(annexB: Buffer): Buffer[] {
  const starts: { at: number; from: number }[] = [];
  for (let at = annexB.indexOf('000001', 0, 'hex'); at >= 0; at = annexB.indexOf('000001', at + 3, 'hex'))
    starts.push({ at: annexB[at - 1] === 0 ? at - 1 : at, from: at + 3 });
  return starts.map(({ from }, index) => annexB.subarray(from, starts[index + 1]?.at ?? annexB.length));
}

/** `primary` is its place in the list. */
export function heicFile(items: readonly HeicItem[], primary: number, brands: readonly string[]): Buffer {
  const [main = 'heic'] = brands;
  const ftyp = box('ftyp', text(main), u(4, 0), text(brands.join('')));
  const properties = items.flatMap((item) => item.properties);
  const meta = (dataFrom: number): Buffer => {
    let [fileAt, idatAt] = [dataFrom, 0];
    const places = items.map(({ data, inside }, index) => {
      const at = inside ? idatAt : fileAt;
      if (inside) idatAt += data.length;
      else fileAt += data.length;
      return Buffer.concat([u(2, index + 1, inside ? 1 : 0, 0, 1), u(4, at, data.length)]);
    });
    let property = 0;
    const associations = items.map((item, index) =>
      Buffer.concat([
        u(2, index + 1),
        u(1, item.properties.length),
        u(2, ...item.properties.map(() => (property += 1))),
      ]),
    );
    const references = items.flatMap(({ to }, index) =>
      [to ?? []]
        .flat()
        .map(({ kind, items }) => box(kind, u(2, index + 1, items.length, ...items.map((item) => item + 1)))),
    );
    return versioned(
      'meta',
      0,
      versioned('hdlr', 0, u(4, 0), text('pict'), Buffer.alloc(13)),
      versioned('pitm', 0, u(2, primary + 1)),
      versioned('iloc', 1, u(1, 0x44, 0), u(2, items.length), ...places),
      versioned(
        'iinf',
        0,
        u(2, items.length),
        ...items.map(({ type }, index) => versioned('infe', 2, u(2, index + 1, 0), text(type), u(1, 0))),
      ),
      ...(references.length > 0 ? [versioned('iref', 0, ...references)] : []),
      box(
        'iprp',
        box('ipco', ...properties.map(({ type, body }) => box(type, body))),
        box('ipma', u(1, 0), u(3, 1), u(4, items.length), ...associations),
      ),
      box('idat', ...items.flatMap(({ data, inside }) => (inside ? [data] : []))),
    );
  };
  const dataFrom = ftyp.length + meta(0).length + 8;
  return Buffer.concat([
    ftyp,
    meta(dataFrom),
    box('mdat', ...items.flatMap(({ data, inside }) => (inside ? [] : [data]))),
  ]);
}
