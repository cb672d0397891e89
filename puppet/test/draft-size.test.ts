import { expect, it } from 'vitest';
import { longSideFor } from '../draft-size.ts';

it.each([
  ['of its own size', { width: 720, height: 1080 }, 1080],
  ['of its own size, lying', { width: 1000, height: 600 }, 1000],
  ['no larger than a draft needs', { width: 4000, height: 3000 }, 1280],
  ['enlarged to 480 lines', { width: 200, height: 300 }, 720],
  ['enlarged to 480 lines, lying', { width: 400, height: 300 }, 640],
  ['enlarged to the most there is where that is too few lines', { width: 300, height: 900 }, 1280],
])('a draft of a picture is %s', (_what, size, side) => {
  expect(longSideFor(size)).toBe(side);
});
