/** What colours the stored numbers mean. */
import {
  AVCOL_PRI_BT2020,
  AVCOL_PRI_SMPTE431,
  AVCOL_PRI_SMPTE432,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_MPEG,
  AVCOL_RANGE_UNSPECIFIED,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_BT2020_CL,
  AVCOL_SPC_BT2020_NCL,
  AVCOL_SPC_CHROMA_DERIVED_NCL,
  AVCOL_SPC_FCC,
  AVCOL_SPC_RGB,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_SMPTE240M,
  AVCOL_SPC_UNSPECIFIED,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_SMPTE2084,
  type AVColorPrimaries,
  type AVColorSpace,
  type AVColorTransferCharacteristic,
} from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { type Box, cursorOn, UnknownHeif } from './boxes.ts';

export type Colours = {
  /** The profile of the RGB that comes of it. */
  profile?: Buffer;
  /** Code points of ITU-T H.273, which are FFmpeg's too. They count more than what the codec's headers say. */
  coded?: { primaries?: number; transfer?: number; matrix?: number; fullRange?: boolean };
};

const UNSPECIFIED = 2;
/** Those that FFmpeg can undo. */
const MATRICES: ReadonlySet<number> = new Set([
  AVCOL_SPC_RGB,
  AVCOL_SPC_BT709,
  AVCOL_SPC_FCC,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_SMPTE240M,
  AVCOL_SPC_BT2020_NCL,
]);

/** `colr` may stand there twice: once with a profile and once with code points. */
export function coloursOf(properties: readonly Box[]): Colours {
  const colours: Colours = {};
  for (const { type, body } of properties) {
    if (type !== 'colr') continue;
    const cursor = cursorOn(body);
    const kind = cursor.text(4);
    if (kind === 'prof' || kind === 'rICC') colours.profile = cursor.bytes(cursor.left);
    if (kind !== 'nclx') continue;
    const [primaries, transfer, matrix] = [cursor.uint(2), cursor.uint(2), cursor.uint(2)];
    colours.coded = { primaries, transfer, matrix, fullRange: cursor.uint(1) >= 0x80 };
  }
  return colours;
}

/** Writes onto a decoded frame what its numbers mean, so that FFmpeg's filters know. Throws UnknownHeif. */
export function tag(frame: Frame, { coded = {} }: Colours): void {
  const { primaries = UNSPECIFIED, transfer = UNSPECIFIED, matrix = UNSPECIFIED, fullRange } = coded;
  if (primaries !== UNSPECIFIED) frame.colorPrimaries = primaries as AVColorPrimaries;
  if (transfer !== UNSPECIFIED) frame.colorTrc = transfer as AVColorTransferCharacteristic;
  if (matrix !== UNSPECIFIED) frame.colorSpace = matrix as AVColorSpace;
  if (fullRange !== undefined) frame.colorRange = fullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  // What holds where nothing is said (ISO/IEC 23000-22, 7.3.6.4).
  if (frame.colorRange === AVCOL_RANGE_UNSPECIFIED) frame.colorRange = AVCOL_RANGE_JPEG;
  if (frame.colorSpace === AVCOL_SPC_UNSPECIFIED) frame.colorSpace = AVCOL_SPC_BT470BG;
  // Made from the primaries: for those of a screen that is BT.709's or very near to it.
  if (frame.colorSpace === AVCOL_SPC_CHROMA_DERIVED_NCL)
    frame.colorSpace = frame.colorPrimaries === AVCOL_PRI_BT2020 ? AVCOL_SPC_BT2020_NCL : AVCOL_SPC_BT709;
  // Nobody writes the constant kind; some files only call themselves so.
  if (frame.colorSpace === AVCOL_SPC_BT2020_CL) frame.colorSpace = AVCOL_SPC_BT2020_NCL;
  if (!MATRICES.has(frame.colorSpace)) throw new UnknownHeif(`HEIF (matrix ${frame.colorSpace})`);
}

export const isHdr = ({ colorTrc }: Frame): boolean =>
  colorTrc === AVCOL_TRC_SMPTE2084 || colorTrc === AVCOL_TRC_ARIB_STD_B67;

/** FFmpeg's names of the primaries that reach beyond a usual screen's; undefined for all others. */
export function widePrimaries({ colorPrimaries }: Frame): string | undefined {
  if (colorPrimaries === AVCOL_PRI_SMPTE432) return 'smpte432';
  if (colorPrimaries === AVCOL_PRI_SMPTE431) return 'smpte431';
  return colorPrimaries === AVCOL_PRI_BT2020 ? '2020' : undefined;
}
