import { describe, expect, it } from 'vitest';
import { createCameraWatch, type Grey, isPlain } from '../../src/media/camera.ts';

const [WIDTH, HEIGHT] = [160, 90];

type Scene = {
  /** How far the ground has slid, and how much it has grown. */
  slide?: number;
  grow?: number;
  light?: number;
  ground?: number;
  /** Where a dark figure stands, from the left edge; it fills the height. */
  figure?: number;
  /** 0 is black, 1 the full light. */
  fade?: number;
};

/** Smooth blotches that are the same for the same place and ground. */
function level(x: number, y: number, ground: number): number {
  return (
    128 +
    50 * Math.sin(x / (5 + ground) + ground * 2) * Math.cos(y / (6 + ground)) +
    30 * Math.sin((x + 2 * y) / 9 + ground)
  );
}

function draw({ slide = 0, grow = 1, light = 0, ground = 1, figure, fade = 1 }: Scene): Grey {
  const pixels = new Uint8Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const inFigure = figure !== undefined && x >= figure && x < figure + 40;
      const at = [(x - WIDTH / 2) / grow + slide, (y - HEIGHT / 2) / grow] as const;
      pixels[y * WIDTH + x] = inFigure
        ? 20 + (((x - figure) * 7 + y * 3) % 60)
        : level(...at, ground) + light;
    }
  }
  return {
    width: WIDTH,
    height: HEIGHT,
    pixels: pixels.map((value) => 16 + fade * (value - 16)),
  };
}

function movesIn(scenes: Scene[]): boolean {
  const watch = createCameraWatch();
  for (const scene of scenes) watch.add(draw(scene));
  return watch.moves();
}

const film = (length: number, at: (index: number) => Scene): Scene[] =>
  Array.from({ length }, (_, index) => at(index));

describe('the camera', () => {
  it.each([
    ['nothing moves', film(12, () => ({}))],
    ['somebody crosses the picture', film(12, (index) => ({ figure: index * 10 }))],
    ['somebody dances in the middle', film(12, (index) => ({ figure: 60 + 8 * (index % 3) }))],
    ['the light changes', film(12, (index) => ({ light: index * 3 }))],
    ['a hand trembles', film(12, (index) => ({ slide: index % 2 }))],
    ['the picture comes up from black', film(6, (index) => ({ fade: index < 3 ? 0 : 1 }))],
    ['the picture fades in', film(10, (index) => ({ fade: Math.min(1, index / 6) }))],
    ['there is only one picture', film(1, () => ({}))],
  ])('stands still while %s', (_, scenes) => {
    expect(movesIn(scenes)).toBe(false);
  });

  it.each([
    ['pans', film(12, (index) => ({ slide: index * 5 }))],
    ['pans slowly behind a dancer', film(16, (index) => ({ slide: index, figure: 60 + 5 * (index % 2) }))],
    ['pans faster than can be followed', film(6, (index) => ({ slide: index * 37 }))],
    ['zooms in', film(12, (index) => ({ grow: 1 + index * 0.05 }))],
    ['cuts to another place', film(12, (index) => ({ ground: index < 6 ? 1 : 4 }))],
  ])('moves when it %s', (_, scenes) => {
    expect(movesIn(scenes)).toBe(true);
  });

  it('does not pan when it cuts, and does when it pans between cuts', () => {
    const pans = (scenes: Scene[], cutAt: number): boolean => {
      const watch = createCameraWatch();
      for (const [index, scene] of scenes.entries()) watch.add(draw(scene), { isNewShot: index === cutAt });
      expect(watch.moves()).toBe(true);
      return watch.pans();
    };
    expect(
      pans(
        film(12, (index) => ({ ground: index < 6 ? 1 : 4 })),
        6,
      ),
    ).toBe(false);
    expect(
      pans(
        film(12, (index) => ({ ground: index < 6 ? 1 : 4, slide: index * 5 })),
        6,
      ),
    ).toBe(true);
  });

  it('can not be told from a plain wall', () => {
    const watch = createCameraWatch();
    for (let index = 0; index < 6; index += 1) {
      watch.add({
        width: WIDTH,
        height: HEIGHT,
        pixels: new Uint8Array(WIDTH * HEIGHT).fill(100 + index * 20),
      });
    }
    expect(watch.moves()).toBe(false);
  });
});

describe('a plain picture', () => {
  it('is black, or as good as black', () => {
    expect(isPlain({ width: 2, height: 2, pixels: Uint8Array.of(16, 17, 16, 18) })).toBe(true);
    expect(isPlain(draw({}))).toBe(false);
  });
});
