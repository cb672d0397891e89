/** The plate that says AI, burned into the upper right corner: FFmpeg draws it of boxes, so no font is needed. */
import type { Size } from '../av/geometry.ts';

/** Of the shorter side of the picture: as high as labels of this kind have to be. */
const LETTER_SHARE = 0.05;
const SMALLEST_LETTER = 12;
/** Everything else is in the height of a letter. */
const A_WIDTH = 0.9;
const I_WIDTH = 0.5;
const GAP = 0.28;
const PADDING = 0.35;
const MARGIN = 0.5;
const STROKE = 0.17;
const BAR_AT = 0.62;
/** White on a dark ground with a light rim can be read on anything. */
const INK = 'white';
const GROUND = 'black@0.6';
const RIM = 'white@0.75';

type Box = { x: number; y: number; width: number; height: number };

/** FFmpeg's filters for a picture of this size. */
export function plateFilter({ width, height }: Size): string {
  const high = Math.max(SMALLEST_LETTER, Math.round(Math.min(width, height) * LETTER_SHARE));
  const part = (share: number): number => Math.max(1, Math.round(high * share));
  const plate = {
    width: part(A_WIDTH + GAP + I_WIDTH) + 2 * part(PADDING),
    height: high + 2 * part(PADDING),
  };
  const left = Math.max(0, width - plate.width - part(MARGIN));
  const top = Math.min(part(MARGIN), Math.max(0, height - plate.height));
  const draw = (box: Box, colour: string, thickness: number | 'fill' = 'fill'): string =>
    `drawbox=x=${left + box.x}:y=${top + box.y}:w=${box.width}:h=${box.height}:color=${colour}:t=${thickness}`;
  const letters = [
    ...letterA(part(A_WIDTH), high, part(STROKE)),
    ...letterI(part(I_WIDTH), high, part(STROKE)).map((box) => ({ ...box, x: box.x + part(A_WIDTH + GAP) })),
  ];
  return [
    draw({ x: 0, y: 0, ...plate }, GROUND),
    draw({ x: 0, y: 0, ...plate }, RIM, Math.max(1, part(0.05))),
    ...letters.map((box) => draw({ ...box, x: box.x + part(PADDING), y: box.y + part(PADDING) }, INK)),
  ].join(',');
}

/** Two slanting legs, in steps of two lines, and a bar between them. */
function letterA(width: number, height: number, stroke: number): Box[] {
  const leg = Math.round(stroke * 1.15);
  const steps = Array.from({ length: Math.ceil(height / 2) }, (_, index) => index * 2);
  const legs = steps.flatMap((y) => {
    const inset = Math.round(((width - leg) / 2) * (1 - y / (height - 1)));
    const row = { y, width: leg, height: Math.min(2, height - y) };
    return [
      { ...row, x: Math.max(0, inset) },
      { ...row, x: width - leg - Math.max(0, inset) },
    ];
  });
  const barY = Math.round(height * BAR_AT);
  const barInset = Math.round(((width - leg) / 2) * (1 - BAR_AT));
  return [...legs, { x: barInset, y: barY, width: width - 2 * barInset, height: stroke }];
}

function letterI(width: number, height: number, stroke: number): Box[] {
  const serif = Math.max(1, Math.round(stroke * 0.8));
  return [
    { x: Math.round((width - stroke) / 2), y: 0, width: stroke, height },
    { x: 0, y: 0, width, height: serif },
    { x: 0, y: height - serif, width, height: serif },
  ];
}
