/** The task `contactSheet`: one glance at what was seen in a picture and in a clip. Words are for the message around it. */
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { readClipFrames } from '../../../puppet/clip-frames.ts';
import { openPicture } from '../../../puppet/open-picture.ts';
import type { Picture } from '../../../puppet/picture.ts';
import type { Box, ClipLook, Span } from '../../core/coach/look.ts';
import type { ContactSheet } from '../../core/media.ts';
import { blank, type Colour, fill, frame, number, paste, type Rect } from './paint.ts';

const WIDTH = 960;
const PICTURE_SIDE = 640;
const MARGIN = 12;
const BAR = 22;
/** Of the clip's frames, side by side. */
const TILES = { wide: 6, tall: 10 };
const GROUND: Colour = [23, 35, 30];
const TAKEN: Colour = [255, 122, 77];
const OTHER: Colour = [88, 199, 243];
const INK: Colour = [18, 24, 21];
const BRIGHT: Colour = [234, 242, 237];
const DULL: Colour = [74, 92, 83];
const BLACK: Colour = [0, 0, 0];
const DIMMED = 0.62;

export async function contactSheet({
  picture,
  clip,
  toPath,
}: ContactSheet & { toPath: string }): Promise<boolean> {
  const parts: Picture[] = [];
  if (picture) parts.push(await drawPicture(picture));
  if (clip) parts.push(await drawClip(clip));
  if (parts.length === 0) return false;
  const width = Math.max(...parts.map((part) => part.width)) + 2 * MARGIN;
  const height = parts.reduce((sum, part) => sum + part.height + MARGIN, MARGIN);
  const sheet = blank(width, height, GROUND);
  let top = MARGIN;
  for (const part of parts) {
    paste(sheet, part, Math.round((width - part.width) / 2), top);
    top += part.height + MARGIN;
  }
  const jpeg = sharp(sheet.rgb, { raw: { width, height, channels: 3 } }).jpeg({ quality: 85 });
  await writeFile(toPath, await jpeg.toBuffer());
  return true;
}

const rectOf = (box: Box, { width, height }: Picture): Rect => ({
  left: box.left * width,
  top: box.top * height,
  width: box.width * width,
  height: box.height * height,
});

async function drawPicture({
  path,
  look,
  crop,
  chosen = 1,
}: NonNullable<ContactSheet['picture']>): Promise<Picture> {
  const picture = await openPicture(path, PICTURE_SIDE);
  if (crop) dimOutside(picture, rectOf(crop, picture));
  // The one who is taken comes last, over all others.
  const order = look.people
    .map((_, index) => index + 1)
    .sort((a, b) => Number(a === chosen) - Number(b === chosen));
  for (const one of order) {
    const person = look.people[one - 1];
    if (person) mark(picture, person.box, one, one === chosen);
  }
  if (crop) frame(picture, rectOf(crop, picture), BRIGHT, 2);
  return picture;
}

function mark(on: Picture, box: Box, name: number, isTaken: boolean): void {
  const rect = rectOf(box, on);
  const colour = isTaken ? TAKEN : OTHER;
  const size = Math.max(14, Math.round(Math.max(on.width, on.height) * 0.05));
  frame(on, rect, colour, isTaken ? 4 : 2);
  number(on, name, { left: Math.round(rect.left), top: Math.round(rect.top) }, size, colour, INK);
}

function dimOutside(on: Picture, { left, top, width, height }: Rect): void {
  const bottom = top + height;
  fill(on, { left: 0, top: 0, width: on.width, height: top }, BLACK, DIMMED);
  fill(on, { left: 0, top: bottom, width: on.width, height: on.height - bottom }, BLACK, DIMMED);
  fill(on, { left: 0, top, width: left, height }, BLACK, DIMMED);
  fill(on, { left: left + width, top, width: on.width - left - width, height }, BLACK, DIMMED);
}

/** Frames side by side; below them the clip's whole time, with its cuts, and what is not taken dimmed. */
async function drawClip({ path, look, stretch }: NonNullable<ContactSheet['clip']>): Promise<Picture> {
  const count = look.width > look.height ? TILES.wide : TILES.tall;
  const wide = Math.floor(WIDTH / count);
  const high = Math.round((wide * look.height) / look.width);
  const strip = blank(wide * count, high + BAR + 4, GROUND);
  const everyMs = (look.seconds * 1000) / count;
  let at = 0;
  for await (const { picture, timeMs } of readClipFrames(path, everyMs, Math.max(wide, high))) {
    if (at >= count) break;
    const atSeconds = timeMs / 1000;
    const { boxes = [] } = momentAt(look, atSeconds);
    if (boxes.length > 1 || look.count > 1)
      for (const [index, box] of boxes.entries()) mark(picture, box, index + 1, index === 0);
    paste(strip, picture, at * wide, 0);
    if (stretch && !isIn(atSeconds, everyMs / 1000, stretch))
      fill(strip, { left: at * wide, top: 0, width: wide, height: high }, BLACK, DIMMED);
    at += 1;
  }
  const x = (seconds: number): number => (seconds / look.seconds) * strip.width;
  const bar = (span: Span, colour: Colour): void =>
    fill(
      strip,
      {
        left: x(span.fromSeconds),
        top: high + 8,
        width: x(span.toSeconds - span.fromSeconds),
        height: BAR - 12,
      },
      colour,
    );
  bar({ fromSeconds: 0, toSeconds: look.seconds }, stretch ? DULL : BRIGHT);
  if (stretch) bar(stretch, TAKEN);
  for (const span of look.outOfView) bar(span, BLACK);
  for (const { atSeconds } of look.cuts)
    fill(strip, { left: x(atSeconds) - 2, top: 0, width: 4, height: strip.height }, OTHER);
  return strip;
}

const momentAt = ({ moments }: ClipLook, atSeconds: number): Partial<ClipLook['moments'][number]> =>
  moments.toSorted((a, b) => Math.abs(a.atSeconds - atSeconds) - Math.abs(b.atSeconds - atSeconds))[0] ?? {};

/** Whether at least half of what a frame stands for is taken. */
function isIn(atSeconds: number, lasts: number, { fromSeconds, toSeconds }: Span): boolean {
  const shared = Math.min(atSeconds + lasts, toSeconds) - Math.max(atSeconds, fromSeconds);
  return shared >= lasts / 2;
}
