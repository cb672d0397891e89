/** Tells HEIC and AVIF from videos, which begin in the same way, by the brands that the file gives itself. */

/** What a member would call the file. */
export type HeifKind = 'HEIC' | 'AVIF';

/** As registered for ISO/IEC 23008-12 and AVIF: stills and picture sequences, whatever codec is inside. */
const HEIF =
  /^(mif[123]|msf1|miaf|MiH[ABEP]|MA1[AB]|avi[fs]|he[iv][cmsx]|heif|avc[is]|j2[ki][is]|jpe[gs]|vvi[cs])$/;
const AV1 = /^(avi[fs]|MA1[AB])$/;
const MOVING = /^(avis|msf1|hev[cmsx]|avcs|jpgs|j2is|vvis)$/;

/** `found` as the file is called where a picture, or one that stands still, is not what we need. */
export function heifIn(bytes: Buffer): { image: HeifKind; found: string } | undefined {
  if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return undefined;
  const end = Math.min(bytes.readUInt32BE(0), bytes.length);
  const main = bytes.toString('latin1', 8, 12);
  // Videos may say that they hold a still as well; it is the first brand that says what the file is for.
  if (!HEIF.test(main)) return undefined;
  let isAv1 = AV1.test(main);
  for (let at = 16; at + 4 <= end; at += 4) isAv1 ||= AV1.test(bytes.toString('latin1', at, at + 4));
  const image = isAv1 ? 'AVIF' : 'HEIC';
  return { image, found: MOVING.test(main) ? `animated ${image}` : image };
}
