/** Tells HEIC and AVIF from videos, which begin in the same way, by the brands that the file gives itself. */

/** What a member would call the file. */
export type HeifKind = 'HEIC' | 'AVIF';

/** As registered for ISO/IEC 23008-12 and AVIF: stills and picture sequences. */
const HEIF = /^(mif[12]|msf1|miaf|MiH[ABEP]|MA1[AB]|avi[fs]|he[iv][cmsx]|heif)$/;
const AV1 = /^(avi[fs]|MA1[AB])$/;
const MOVING = /^(avis|msf1|hev[cmsx])$/;

/** `found` as the file is called where a picture, or one that stands still, is not what we need. */
export function heifIn(bytes: Buffer): { image: HeifKind; found: string } | undefined {
  if (bytes.toString('latin1', 4, 8) !== 'ftyp') return undefined;
  const end = Math.min(bytes.readUInt32BE(0), bytes.length);
  const main = bytes.toString('latin1', 8, 12);
  const others = Array.from({ length: Math.max(0, Math.floor((end - 16) / 4)) }, (_, index) =>
    bytes.toString('latin1', 16 + index * 4, 20 + index * 4),
  );
  // Videos may say that they hold a still as well; it is the first brand that says what the file is for.
  if (!HEIF.test(main)) return undefined;
  const image = [main, ...others].some((brand) => AV1.test(brand)) ? 'AVIF' : 'HEIC';
  return { image, found: MOVING.test(main) ? `animated ${image}` : image };
}
