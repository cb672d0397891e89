/**
 * Splits a picture in two along its edges. Each pixel gets the chance that a random walker who starts there, and
 * dislikes crossing edges, arrives in the foreground (Grady, "Multilabel random walker image segmentation using
 * prior models", 2005). Unlike a minimum cut it gives soft values, which become the matte.
 */

export type Grid = { width: number; height: number };

/** The pull between a pixel and its right and lower neighbours: near 1 inside a surface, near 0 across an edge. */
export type Edges = { right: Float32Array; down: Float32Array };

/** Edges of an RGB picture, judged against the picture's own mean contrast. */
export function edgesOf(rgb: Uint8Array, { width, height }: Grid): Edges {
  const right = new Float32Array(width * height);
  const down = new Float32Array(width * height);
  let sum = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      if (x + 1 < width) sum += right[at] = contrast(rgb, at, at + 1);
      if (y + 1 < height) sum += down[at] = contrast(rgb, at, at + width);
    }
  }
  const beta = 1 / (2 * (sum / (2 * width * height)) + 8);
  for (let at = 0; at < right.length; at += 1) {
    right[at] = at % width === width - 1 ? 0 : Math.exp(-beta * (right[at] ?? 0)) + 0.002;
    down[at] = at >= width * (height - 1) ? 0 : Math.exp(-beta * (down[at] ?? 0)) + 0.002;
  }
  return { right, down };
}

function contrast(rgb: Uint8Array, a: number, b: number): number {
  const red = (rgb[a * 3] ?? 0) - (rgb[b * 3] ?? 0);
  const green = (rgb[a * 3 + 1] ?? 0) - (rgb[b * 3 + 1] ?? 0);
  const blue = (rgb[a * 3 + 2] ?? 0) - (rgb[b * 3 + 2] ?? 0);
  return red * red + green * green + blue * blue;
}

/**
 * `prior` is each pixel's own chance to be foreground, `trust` how strongly it holds to it (large: a seed).
 * Solved by successive over-relaxation from the prior on.
 */
export function randomWalk(
  grid: Grid,
  edges: Edges,
  prior: Float32Array,
  trust: Float32Array,
  rounds = 80,
): Float32Array {
  const { width, height } = grid;
  const chance = prior.slice();
  for (let round = 0; round < rounds; round += 1) {
    const relax = round < 4 ? 1 : 1.75;
    for (let parity = 0; parity < 2; parity += 1) {
      for (let y = 0; y < height; y += 1) {
        for (let x = (y + parity) % 2; x < width; x += 2) {
          const at = y * width + x;
          let pull = trust[at] ?? 0;
          let sum = pull * (prior[at] ?? 0);
          if (x > 0) {
            const w = edges.right[at - 1] ?? 0;
            pull += w;
            sum += w * (chance[at - 1] ?? 0);
          }
          if (y > 0) {
            const w = edges.down[at - width] ?? 0;
            pull += w;
            sum += w * (chance[at - width] ?? 0);
          }
          const w1 = edges.right[at] ?? 0;
          const w2 = edges.down[at] ?? 0;
          pull += w1 + w2;
          sum += w1 * (chance[at + 1] ?? 0) + w2 * (chance[at + width] ?? 0);
          const now = chance[at] ?? 0;
          chance[at] = now + relax * (sum / (pull + 1e-9) - now);
        }
      }
    }
  }
  for (let at = 0; at < chance.length; at += 1) chance[at] = Math.min(1, Math.max(0, chance[at] ?? 0));
  return chance;
}
