/**
 * `npm run load [burners] [pairs]`: the whole bot on a machine that has other work, at fal.ai's simulator. So many good
 * pairs are posted at once while so many other processes burn; every one has to be delivered, none refused. Starts and
 * ends the burners itself.
 */
import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { startFal } from '../simulators/fal.ts';
import { startBot } from '../test/e2e/bot.ts';
import { type JobForm, jobEnd, makeJob } from '../test/e2e/client.ts';
import { type SampleClip, sampleClip, sampleImage } from '../test/samples.ts';

const [burners = 4, pairs = 12] = process.argv.slice(2).map(Number);

/** Every other one has to be encoded anew, and no two are the same, as a verdict over the same bytes is remembered. */
const clipOf = (at: number): SampleClip => ({
  seconds: 3 + at / 10,
  width: 1280,
  height: 720,
  sound: true,
  ...(at % 2 === 0 ? { container: 'webm', codec: 'vp8' } : {}),
});

const files: { image: string; clip: string }[] = [];
for (let at = 0; at < pairs; at += 1)
  files.push({
    image: await sampleImage({ format: 'jpeg', width: 800 + at, height: 1000 }),
    clip: await sampleClip(clipOf(at)),
  });

console.log(`${pairs} pairs of files are made`);
const fal = await startFal();
fal.jobs.always({ queueMs: 0, runMs: 300 });
await using bot = await startBot({
  FAL_KEY: fal.key,
  FAL_QUEUE_URL: fal.url,
  FAL_REST_URL: fal.url,
  FAL_API_URL: fal.url,
  PROVIDERS: 'fal',
});
const burning = Array.from({ length: burners }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
);
/** Node's own `fetch` waits five minutes for an answer; asked again under the same key, the bot goes on with the same job. */
async function retry(asked: JobForm): ReturnType<typeof makeJob> {
  for (;;) {
    try {
      return await makeJob(bot.url, asked);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

const begun = performance.now();
try {
  const ends = await Promise.all(
    files.map((pair, at) =>
      retry({ ...pair, key: `load-${at}` })
        .then(({ id }) => jobEnd(bot.url, id))
        .then(({ state }) => String(state), String)
        .then((end) => {
          const seconds = Math.round((performance.now() - begun) / 1000);
          console.log(`pair ${at}: ${end} after ${seconds} s`);
          return { at, end, seconds };
        }),
    ),
  );
  console.table(ends);
  const delivered = ends.filter(({ end }) => end === 'delivered').length;
  console.log(
    `${delivered} of ${pairs} delivered beside ${burners} burners, load ${loadavg()[0]?.toFixed(1)}`,
  );
  if (delivered < pairs) {
    console.log(bot.log());
    process.exitCode = 1;
  }
} finally {
  for (const burner of burning) burner.kill('SIGKILL');
  await fal.close();
}
