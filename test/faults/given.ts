/** A picture and a clip to give, each time other ones: a file that is left behind must not pass for the next ask's. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleClip, sampleImage } from '../samples.ts';

type SampleFiles = { image: string; clip: string };
type Giver = AsyncDisposable & { next(): Promise<SampleFiles> };

export async function startGiver(): Promise<Giver> {
  const folder = await mkdtemp(join(tmpdir(), 'strut-given-'));
  const [image, clip] = await Promise.all(
    [await sampleImage(), await sampleClip()].map((path) => readFile(path)),
  );
  if (!image || !clip) throw new Error('there are no samples');
  let given = 0;
  return {
    async next() {
      given += 1;
      const paths = { image: join(folder, `${given}.jpg`), clip: join(folder, `${given}.mp4`) };
      const mark = randomBytes(16);
      await writeFile(paths.image, Buffer.concat([image, mark]));
      await writeFile(paths.clip, Buffer.concat([clip, boxOf(mark)]));
      return paths;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** An MP4 `free` box, which players skip. */
function boxOf(content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + content.length);
  head.write('free', 4);
  return Buffer.concat([head, content]);
}
