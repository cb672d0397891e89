/**
 * What looking at files and normalising them costs: `node bench/media.ts [--heavy]`. Each case runs in children of
 * its own, started cold. The event loop is that of this process, which does what the bot does: it waits.
 * `--heavy` adds 4K, whose sample takes minutes to make the first time.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import sharp from 'sharp';
import { createMedia } from '../src/media/index.ts';
import { createPool } from '../src/media/pool.ts';
import { irot } from '../test/heic-boxes.ts';
import { sampleBytes, sampleClip, sampleHeic, sampleImage } from '../test/samples.ts';

/** The kernel keeps each child's peak; looking too often would only be in the way. */
const LOOK_AT_MEMORY_EVERY_MS = 250;
const toPath = join(tmpdir(), `strut-bench-${process.pid}`);
const heavy = process.argv.includes('--heavy');

/** The worst that 51 megapixels can be: all coefficients of a progressive JPEG are held at once. */
async function progressiveJpeg(): Promise<string> {
  const side = 7140;
  const tile = Uint8Array.from({ length: 100_003 }, (_, index) => (index * 7919) % 251);
  const raw = { width: side, height: side, channels: 3 } as const;
  const picture = sharp(Buffer.alloc(side * side * 3, tile), { raw });
  return sampleBytes(
    await picture.jpeg({ progressive: true, chromaSubsampling: '4:4:4', quality: 60 }).toBuffer(),
    'jpeg',
  );
}

type Case = { what: string; kind: 'image' | 'clip'; path: string; maxSeconds?: number };

const cases: Case[] = [
  {
    what: 'picture, 2 MP PNG',
    kind: 'image',
    path: await sampleImage({ width: 1600, height: 1200, format: 'png' }),
  },
  {
    what: 'picture, 12 MP JPEG, turned',
    kind: 'image',
    path: await sampleImage({ width: 4000, height: 3000, exifOrientation: 6 }),
  },
  {
    what: 'picture, 48 MP HEIC, turned',
    kind: 'image',
    path: await sampleHeic({ width: 8064, height: 6048, tile: 1008, properties: [irot(3)] }),
  },
  { what: 'picture, 51 MP progressive JPEG', kind: 'image', path: await progressiveJpeg() },
  {
    what: 'clip, 10 s 720p MP4, copied',
    kind: 'clip',
    path: await sampleClip({ seconds: 10, width: 720, height: 1280, fps: 30, sound: true }),
  },
  {
    what: 'clip, 10 s 720p WebM',
    kind: 'clip',
    path: await sampleClip({
      container: 'webm',
      seconds: 10,
      width: 720,
      height: 1280,
      fps: 30,
      sound: true,
    }),
  },
  {
    what: 'clip, 4 s GIF of 480 px',
    kind: 'clip',
    path: await sampleClip({ container: 'gif', seconds: 4, width: 480, height: 480, fps: 15 }),
  },
  {
    what: 'clip, 30 s 1080p MP4, cut to 29 s',
    kind: 'clip',
    maxSeconds: 29,
    path: await sampleClip({ seconds: 30, width: 1920, height: 1080, fps: 30 }),
  },
  {
    what: 'clip, 30 s 1080p 60 fps HEVC',
    kind: 'clip',
    path: await sampleClip({ seconds: 30, width: 1920, height: 1080, fps: 60, codec: 'hevc' }),
  },
  ...(heavy
    ? [
        {
          what: 'clip, 30 s 4K 60 fps HEVC',
          kind: 'clip',
          path: await sampleClip({ seconds: 30, width: 3840, height: 2160, fps: 60, codec: 'hevc' }),
        } as const,
      ]
    : []),
];

/** The most resident memory that any child of ours has had so far. */
async function peakOfChildren(): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const peaks = pids.map(async (pid) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (!status.includes(`PPid:\t${process.pid}\n`)) return 0;
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  });
  return Math.max(0, ...(await Promise.all(peaks)));
}

const rows = [];
for (const { what, kind, path, maxSeconds } of cases) {
  const media = createMedia({
    pool: createPool({ log: { warn: (facts, text) => console.warn(text, facts) } }),
  });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let peak = 0;
  const timer = setInterval(async () => {
    peak = Math.max(peak, await peakOfChildren());
  }, LOOK_AT_MEMORY_EVERY_MS);
  const begun = performance.now();
  const verdict = kind === 'image' ? await media.checkImage(path) : await media.checkClip(path);
  const judged = performance.now();
  const normal =
    kind === 'image'
      ? await media.normaliseImage(path, toPath)
      : await media.normaliseClip(path, toPath, maxSeconds === undefined ? {} : { maxSeconds });
  const done = performance.now();
  clearInterval(timer);
  delay.disable();
  await media.stop();
  rows.push({
    what,
    'MB in': round((await stat(path)).size / 1e6),
    'verdict s': round((judged - begun) / 1000),
    'normalise s': round((done - judged) / 1000),
    'child peak MB': Math.round(peak / 1e6),
    'event loop max ms': Math.round(delay.max / 1e6),
    end: verdict.ok && normal.ok ? 'fine' : JSON.stringify(verdict.ok ? normal : verdict),
  });
}
await rm(toPath, { force: true });

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

console.table(rows);
const load = loadavg()[0] ?? 0;
console.log(`${availableParallelism()} cores, load ${load.toFixed(1)}, Node ${process.version}`);
