/**
 * Photograph or drawing, by the face in it: every camera leaves its grain on skin, while a drawn face is filled with one
 * colour. What was measured stands in docs/decisions/0008-marks.md; a drawing with soft shades passes for a photograph.
 */
import sharp from 'sharp';

export type Area = { left: number; top: number; width: number; height: number };

/** Faces are compared at one size. */
const SIDE = 192;
/** Photographs, also blurred, enlarged and badly compressed ones, came to 0.024 at most, flat colours to 0.22 and more. */
const DRAWN_SHARE = 0.2;

export async function isDrawn(path: string, face: Area): Promise<boolean> {
  return (await flatShare(path, face)) > DRAWN_SHARE;
}

/** How much of the area is exactly as light as all that is around it. */
async function flatShare(path: string, area: Area): Promise<number> {
  const { data, info } = await sharp(path)
    .extract(area)
    .flatten({ background: 'white' })
    .resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const grey = (x: number, y: number): number => data[(y * width + x) * channels] ?? 0;
  let flat = 0;
  for (let y = 1; y + 1 < height; y += 1) {
    for (let x = 1; x + 1 < width; x += 1) {
      const around = [grey(x - 1, y), grey(x + 1, y), grey(x, y - 1), grey(x, y + 1)];
      if (around.every((one) => one === grey(x, y))) flat += 1;
    }
  }
  return flat / Math.max(1, (width - 2) * (height - 2));
}
