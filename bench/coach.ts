/**
 * What looks cost: `node bench/coach.ts [picture...] [clip...]`, in milliseconds of processor time of a process that has
 * the models loaded. Without files it looks at a person who is drawn for it, as a picture and in clips of 5, 15 and 30 s.
 */
import { extname } from 'node:path';
import { lookAtClip } from '../src/media/look/look-at-clip.ts';
import { lookAtPicture } from '../src/media/look/look-at-picture.ts';
import { loadModels } from '../src/media/look/models.ts';
import { personClip, personImage } from '../test/people.ts';

const TIMES = 3;
const context = { signal: new AbortController().signal, progress: () => {} };
const given = process.argv.slice(2);
const files =
  given.length > 0
    ? given
    : [
        await personImage(),
        ...(await Promise.all([5, 10, 15, 30].map((seconds) => personClip({ seconds, sound: true })))),
      ];

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

let begun = processorMs();
await loadModels();
console.log(`loading the models: ${Math.round(processorMs() - begun)} ms`);

const rows = [];
for (const path of files) {
  const isPicture = /^\.(png|jpe?g|webp|heic|avif)$/i.test(extname(path));
  const took: number[] = [];
  let seconds = 0;
  for (let time = 0; time <= TIMES; time += 1) {
    begun = processorMs();
    if (isPicture) await lookAtPicture({ path });
    else seconds = (await lookAtClip({ path }, context))?.seconds ?? 0;
    // The first one warms the code up.
    if (time > 0) took.push(processorMs() - begun);
  }
  took.sort((a, b) => a - b);
  rows.push({
    what: isPicture ? 'picture' : `clip of ${seconds} s`,
    'processor ms, median': Math.round(took[Math.floor(TIMES / 2)] ?? 0),
    least: Math.round(took[0] ?? 0),
  });
}
console.table(rows);
