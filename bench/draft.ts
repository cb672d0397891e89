/**
 * What a draft costs: time, processor time and memory of its child process.
 *
 *     node bench/draft.ts [image clip]
 *
 * Without arguments it draws a person and takes a clip of 13 seconds of another one.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { draftResultSchema } from '../puppet/draft-result.ts';
import { renderDraft } from '../puppet/render-draft.ts';
import { personClip, personImage } from '../test/people.ts';

const reportSchema = z.object({
  result: draftResultSchema,
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMegabytes: z.number(),
});

const [, , first, second, third] = process.argv;
if (first === '--child' && second && third) await child(second, third);
else await measure(first ?? (await personImage()), second ?? (await personClip({ seconds: 13 })));

async function measure(imagePath: string, clipPath: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'strut-bench-'));
  const toPath = join(folder, 'draft.mp4');
  const process_ = fork(fileURLToPath(import.meta.url), [
    '--child',
    JSON.stringify({ imagePath, clipPath }),
    toPath,
  ]);
  const [raw] = await once(process_, 'message');
  const { result, ...cost } = reportSchema.parse(raw);
  console.table({
    image: basename(imagePath),
    clip: basename(clipPath),
    cores: availableParallelism(),
    'seconds of the clip': result.ok ? result.durationMs / 1000 : result.code,
    'seconds to render': cost.seconds.toFixed(1),
    'seconds of processor': cost.cpuSeconds.toFixed(1),
    'peak memory, MB': Math.round(cost.peakMegabytes),
    video: result.ok
      ? `${result.width}x${result.height}, ${result.frames} frames, sound ${result.hasSound}`
      : '',
    'bytes of the video': result.ok ? (await stat(toPath)).size : 0,
  });
  await rm(folder, { recursive: true });
}

/** In a process of its own, so that the peak is the render's alone. */
async function child(files: string, toPath: string): Promise<void> {
  const { imagePath, clipPath } = z
    .object({ imagePath: z.string(), clipPath: z.string() })
    .parse(JSON.parse(files));
  const started = performance.now();
  const result = await renderDraft(
    { imagePath, clipPath, toPath, sound: true, orientation: 'video' },
    { progress: () => undefined, signal: new AbortController().signal },
  );
  const usage = process.resourceUsage();
  process.send?.({
    result,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakMegabytes: usage.maxRSS / 1024,
  });
  process.disconnect();
}
