/** The filter chains between decoder and encoder. */
import {
  AVCOL_PRI_BT709,
  AVCOL_SPC_BT709,
  AVCOL_TRC_ARIB_STD_B67,
  AVCOL_TRC_BT709,
  AVCOL_TRC_SMPTE2084,
  type AVPixelFormat,
} from 'node-av/constants';
import { avGetPixFmtName, type IRational, type Stream } from 'node-av/lib';
import { hasAlphaBeside } from './decoder.ts';
import { AAC_FORMAT, type Colours } from './encoders.ts';
import type { Geometry, Size } from './geometry.ts';
import type { Window } from './tracks.ts';

/** From HDR to the brightness and colours of a usual screen. */
export const TONE_MAP = 'tonemapx=tonemap=bt2390:t=bt709:m=bt709:p=bt709:r=tv:format=yuv420p';

/**
 * A picture that starts at nought, upright, of this size and with an even beat, for `openH264`. `drawn`: filters that
 * draw on it when it has that size. `fromSeconds`: what of the clip, in its own time, comes to stand at nought; without
 * it, its first picture.
 */
export function pictureChain(
  stream: Stream,
  geometry: Geometry,
  to: Size & { rate: IRational; drawn?: string; fromSeconds?: number },
): string {
  const rate = `${to.rate.num}/${to.rate.den}`;
  const steps = [
    to.fromSeconds === undefined ? 'setpts=PTS-STARTPTS' : `setpts=PTS-${to.fromSeconds}/TB`,
    // Touches interlaced frames alone, but holds three: nothing above 1080 lines was ever interlaced.
    geometry.coded.height <= 1088 ? 'bwdif=mode=send_frame:deint=interlaced' : undefined,
    // The picture that is shown at nought may have begun before.
    `fps=${rate}${to.fromSeconds === undefined ? '' : ':start_time=0'}`,
    geometry.turn,
    `scale=${to.width}:${to.height}:flags=bicubic:out_range=tv${isRgb(stream) ? ':out_color_matrix=bt709' : ''}`,
    // Last, as it takes longer than all the rest and most HDR is filmed in 4K: fewer pixels are left by then.
    isHdr(stream) ? TONE_MAP : undefined,
    'setsar=1',
    to.drawn,
  ].filter((step) => step !== undefined);
  if (!hasAlpha(stream)) return [...steps, 'format=yuv420p'].join(',');
  // What is see-through becomes white, as in the picture: under it may lie any colour.
  const ground = `color=white:size=${to.width}x${to.height}:rate=${rate}[ground]`;
  return `${ground};[in]${steps.join(',')}[clip];[ground][clip]overlay=shortest=1,setsar=1,format=yuv420p[out]`;
}

/** Sound that starts with the picture, with silence where it has none, and ends with it, for `openAac`. */
export function soundChain({ startSeconds, endSeconds }: Window): string {
  return [
    `asetpts=PTS-${startSeconds}/TB`,
    'atrim=start=0',
    'aresample=48000:async=1:first_pts=0',
    `atrim=end=${endSeconds - startSeconds}`,
    AAC_FORMAT,
  ].join(',');
}

/** The colours that `pictureChain` gives: another matrix is kept, as changing it takes longer than encoding. */
export function coloursOf(stream: Stream): Colours {
  const { colorSpace, colorPrimaries, colorTrc } = stream.codecpar;
  if (!isRgb(stream) && !isHdr(stream)) return { colorSpace, colorPrimaries, colorTrc };
  return { colorSpace: AVCOL_SPC_BT709, colorPrimaries: AVCOL_PRI_BT709, colorTrc: AVCOL_TRC_BT709 };
}

const isHdr = ({ codecpar }: Stream): boolean =>
  codecpar.colorTrc === AVCOL_TRC_SMPTE2084 || codecpar.colorTrc === AVCOL_TRC_ARIB_STD_B67;

const isRgb = (stream: Stream): boolean => /rgb|bgr|gbr|pal8/.test(pixelName(stream));

const hasAlpha = (stream: Stream): boolean =>
  hasAlphaBeside(stream) || /^(yuva|rgba|bgra|argb|abgr|gbrap|ya|pal8)/.test(pixelName(stream));

/** The format is one of pixels, as the stream is a picture. */
const pixelName = ({ codecpar }: Stream): string => avGetPixFmtName(codecpar.format as AVPixelFormat) ?? '';
