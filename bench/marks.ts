/** What marking costs: `node bench/marks.ts`. A video of some 30 MB is marked in a child of its own, started cold. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMedia } from '../src/media/index.ts';
import { createPool } from '../src/media/pool.ts';
import { creditOf } from '../src/providers/catalog.ts';
import { secretsInFolder } from '../src/secrets.ts';
import { openSigning } from '../src/signing.ts';
import { sampleClip } from '../test/samples.ts';

const LOOK_EVERY_MS = 20;

const folder = await mkdtemp(join(tmpdir(), 'strut-bench-marks-'));
const { signer } = await openSigning(secretsInFolder(folder), {}, Date.now());

async function peakOf(pid: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000;
}

async function children(): Promise<string[]> {
  const own = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8').catch(() => '');
  return own.trim().split(' ').filter(Boolean);
}

console.log(`load ${loadavg()[0]?.toFixed(1)}`);
const film = { seconds: 10, width: 720, height: 1280, fps: 30, sound: true } as const;
const usual = await sampleClip(film);
// Every picture by itself makes a file as large as those of a provider.
const large = await sampleClip({ ...film, codec: 'mjpeg', seconds: 39 });

for (const [what, path, plate] of [
  ['10 s of 720p, as it is', usual, false],
  ['30 MB, as it is', large, false],
  ['10 s of 720p, with a plate', usual, true],
] as const) {
  const pool = createPool({ log: { warn: () => {} } });
  const media = createMedia({ pool, marks: { signer, roots: [], credit: creditOf } });
  const toPath = join(folder, 'made.mp4');
  let peak = 0;
  const look = setInterval(async () => {
    for (const pid of await children()) peak = Math.max(peak, await peakOf(pid));
  }, LOOK_EVERY_MS);
  for (const run of ['cold', 'warm']) {
    const begun = performance.now();
    const made = await media.mark(path, toPath, {
      facts: { code: 'K7QX2M', provider: 'fal', at: Date.now() },
      plate,
    });
    const ms = Math.round(performance.now() - begun);
    const size = (await stat(toPath)).size;
    console.log(
      `${what}, ${run}: ${ms} ms, peak ${Math.round(peak)} MB, ${size} bytes`,
      made?.unsigned ?? 'signed',
    );
  }
  clearInterval(look);
  await media.stop();
}
await rm(folder, { recursive: true });
