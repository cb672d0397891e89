/** How the stored picture is to be looked at: cropped, turned and mirrored as its properties say, in their order. */
import type { Size } from '../av/geometry.ts';
import { type Box, BrokenHeif, cursorOn } from './boxes.ts';

type Rectangle = Size & { x: number; y: number };
export type View = {
  /** What of the stored picture is shown. */
  crop: Rectangle;
  /** After cropping: left and right change places, then the picture is turned by so many quarters to the left. */
  mirrored: boolean;
  quarters: 0 | 1 | 2 | 3;
  /** As it is seen in the end. */
  shown: Size;
};

/** Properties that turn nothing are passed over. Throws BrokenHeif. */
export function viewOf(stored: Size, properties: readonly Box[]): View {
  let view: View = { crop: { x: 0, y: 0, ...stored }, mirrored: false, quarters: 0, shown: stored };
  for (const { type, body } of properties) {
    const way = type === 'irot' || type === 'imir' ? cursorOn(body).uint(1) : 0;
    if (type === 'irot') view = turned(view, way & 3);
    // Mirroring turns the other way round whatever was turned before; upside down is that and half a turn.
    else if (type === 'imir')
      view = turned(
        { ...view, mirrored: !view.mirrored, quarters: quarter(-view.quarters) },
        way & 1 ? 0 : 2,
      );
    else if (type === 'clap') view = cropped(view, body);
  }
  return view;
}

/** FFmpeg's filters that turn what is cropped; none where it is upright. */
export function turnFilters({ mirrored, quarters }: View): string[] {
  const turn = [undefined, 'transpose=cclock', 'hflip,vflip', 'transpose=clock'][quarters];
  return [...(mirrored ? ['hflip'] : []), ...(turn ? [turn] : [])];
}

const quarter = (turns: number): View['quarters'] => (((turns % 4) + 4) % 4) as View['quarters'];

function turned(view: View, by: number): View {
  const { width, height } = view.shown;
  return {
    ...view,
    quarters: quarter(view.quarters + by),
    shown: by % 2 === 1 ? { width: height, height: width } : view.shown,
  };
}

/** The clean aperture, in fractions and measured from the middle (ISO/IEC 14496-12, 12.1.4). */
function cropped(view: View, body: Buffer): View {
  const cursor = cursorOn(body);
  const fraction = (): number => {
    const [over, under] = [cursor.int32(), cursor.int32()];
    if (under <= 0) throw new BrokenHeif('a crop by nought');
    return over / under;
  };
  const [width, height, x, y] = [fraction(), fraction(), fraction(), fraction()];
  const across = within(view.shown.width, width, x);
  const down = within(view.shown.height, height, y);
  const shown = { width: across.length, height: down.length };
  const inside = unturned(view, { x: across.from, y: down.from, ...shown });
  return { ...view, crop: { ...inside, x: view.crop.x + inside.x, y: view.crop.y + inside.y }, shown };
}

function within(side: number, length: number, fromMiddle: number): { from: number; length: number } {
  const start = fromMiddle + (side - length) / 2;
  const from = Math.max(0, Math.round(start));
  const to = Math.min(side, Math.round(start + length));
  if (to <= from) throw new BrokenHeif('the crop leaves nothing');
  return { from, length: to - from };
}

/** Where a rectangle of the seen picture lies in the picture before it was turned and mirrored. */
function unturned({ shown, quarters, mirrored }: View, rectangle: Rectangle): Rectangle {
  let [{ width, height }, one] = [shown, rectangle];
  for (let turns = 0; turns < quarters; turns += 1) {
    one = { x: height - one.y - one.height, y: one.x, width: one.height, height: one.width };
    [width, height] = [height, width];
  }
  return mirrored ? { ...one, x: width - one.x - one.width } : one;
}
