import { describe, expect, it } from 'vitest';
import { type KlingSim, startKling } from '../../simulators/kling.ts';
import { personClip, personImage } from '../people.ts';
import { startBot } from './bot.ts';
import { jobEnd, jobUntil, makeJob } from './client.ts';
import { freePort } from './free-port.ts';

const SECRET = `whsec_${Buffer.from('a secret of the simulator').toString('base64')}`;
const CREATE = /^\/motion-control\//;
const files = async (fields: Record<string, string> = {}) => ({
  image: await personImage(),
  clip: await personClip(),
  fields,
});

async function withBot(
  run: (sim: KlingSim, bot: Awaited<ReturnType<typeof startBot>>) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const sim = await startKling();
  sim.jobs.always({ queueMs: 0, runMs: 300 });
  sim.webhookSecret = SECRET;
  const port = await freePort();
  {
    await using bot = await startBot({
      KLING_API_KEY: sim.key,
      KLING_API_URL: sim.url,
      KLING_WEBHOOK_SECRET: SECRET,
      PORT: port,
      PUBLIC_URL: `http://localhost:${port}`,
      ...env,
    });
    await run(sim, bot);
    for (const secret of [sim.key, SECRET]) expect(bot.log()).not.toContain(secret);
  }
  await sim.close();
}

describe('the bot with Kling itself', () => {
  it.each([
    ['kling-2.6', 'standard', 0.28],
    ['kling-2.6', 'pro', 0.448],
    ['kling-3.0', 'pro', 0.672],
  ])(
    'renders %s in %s from files to video, at exactly $%f, and says before that nothing stops it',
    (model, quality, usd) =>
      withBot(async (sim, { url }) => {
        const job = await makeJob(url, await files({ model, quality }));
        expect(job.quote).toMatchObject({ provider: 'kling', usd, seconds: 4 });
        expect(JSON.stringify(job.quote.notes)).toContain("can't stop it");
        expect(await jobEnd(url, job.id)).toMatchObject({
          state: 'delivered',
          provider: 'kling',
          costUsd: usd,
        });
        expect(sim.requestsTo('POST', CREATE)).toHaveLength(1);
        expect(sim.deliveries.every(({ status }) => status === 200)).toBe(true);
      }),
  );

  it.each(['lose-answer', 'cut'] as const)(
    'makes one task and one bill of a submit whose answer is lost: %s',
    (how) =>
      withBot(async (sim, { url }) => {
        sim.fault({ path: CREATE, how });
        const { id } = await makeJob(url, await files());
        expect(await jobEnd(url, id)).toMatchObject({ state: 'delivered', costUsd: 0.28 });
        expect(sim.jobs.all.size).toBe(1);
        expect(sim.requestsTo('POST', CREATE)).toHaveLength(how === 'cut' ? 2 : 1);
      }),
  );

  it('has a job wait in line while Kling has no room, and renders it then', () =>
    withBot(async (sim, { url }) => {
      sim.parallel = 0;
      const { id } = await makeJob(url, await files());
      const waiting = await jobUntil(
        url,
        id,
        ({ state, message }) => state === 'created' && /in line/.test(message),
      );
      expect(waiting).toMatchObject({ cancellable: true });
      sim.parallel = 1;
      const sent = await jobUntil(url, id, ({ state }) => state === 'queued' || state === 'running');
      expect(sent).toMatchObject({ cancellable: false });
      expect(await jobEnd(url, id)).toMatchObject({ state: 'delivered', costUsd: 0.28 });
      expect(sim.jobs.all.size).toBe(1);
    }));

  it('says at start, in one line, that its key is refused', () =>
    withBot(
      async (_sim, bot) => {
        await expect.poll(bot.log).toContain('Kling refuses KLING_API_KEY (1000).');
        expect(bot.log().split('Kling refuses KLING_API_KEY')).toHaveLength(2);
      },
      { KLING_API_KEY: 'api-key-kling-mistyped' },
    ));
});
