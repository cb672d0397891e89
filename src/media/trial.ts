/** Makes a second of video and reads it back: whether this machine can do what every job needs, and how fast. */
import { rm } from 'node:fs/promises';
import { encodeVideo } from '../../puppet/encode.ts';
import { probeVideo } from './probe-video.ts';

const [WIDTH, HEIGHT, FPS] = [640, 480, 24];

/** How many milliseconds of it came back. */
export async function trial({ toPath }: { toPath: string }): Promise<number> {
  try {
    await encodeVideo({
      toPath,
      width: WIDTH,
      height: HEIGHT,
      fps: FPS,
      frames: frames(),
      soundFrom: undefined,
    });
    return (await probeVideo({ path: toPath }))?.durationMs ?? 0;
  } finally {
    await rm(toPath, { force: true });
  }
}

/** A lighter stripe that goes from left to right. */
function* frames(): Generator<Uint8Array> {
  const rgba = new Uint8Array(WIDTH * HEIGHT * 4);
  for (let frame = 0; frame < FPS; frame += 1) {
    const from = (frame * WIDTH) / FPS;
    for (let at = 0; at < rgba.length; at += 4) {
      const x = (at / 4) % WIDTH;
      const lit = x >= from && x < from + WIDTH / 8 ? 220 : 60;
      rgba[at] = lit;
      rgba[at + 1] = Math.floor((at / rgba.length) * 255);
      rgba[at + 2] = 120;
      rgba[at + 3] = 255;
    }
    yield rgba;
  }
}
