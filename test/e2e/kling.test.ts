import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KlingSim, startKling } from '../../simulators/kling.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { personClip, personImage } from '../people.ts';
import { type Bot, startBot } from './bot.ts';
import { jobEnd, jobUntil, makeJob } from './client.ts';
import { freePort } from './free-port.ts';

const SECRET = `whsec_${Buffer.from('a secret of the simulator').toString('base64')}`;
const CREATE = /^\/motion-control\//;
const files = async (fields: Record<string, string> = {}) => ({
  image: await personImage(),
  clip: await personClip(),
  fields,
});

async function start(more: Record<string, string> = {}) {
  const sim = await startKling();
  sim.jobs.always({ queueMs: 0, runMs: 300 });
  sim.webhookSecret = SECRET;
  const port = await freePort();
  const bot = await startBot({
    KLING_API_KEY: sim.key,
    KLING_API_URL: sim.url,
    KLING_WEBHOOK_SECRET: SECRET,
    PORT: port,
    PUBLIC_URL: `http://localhost:${port}`,
    ...more,
  });
  return { sim, bot };
}

describe('the bot with Kling itself', () => {
  // One bot for all of them: to start one, and to look at the files anew, is most of the work.
  let sim: KlingSim;
  let bot: Bot;
  let tasksBefore = 0;
  let submitsBefore = 0;
  const tasks = () => sim.jobs.all.size - tasksBefore;
  const submits = () => sim.requestsTo('POST', CREATE).length - submitsBefore;
  const make = async (fields?: Record<string, string>) => makeJob(bot.url, await files(fields));

  beforeAll(async () => {
    ({ sim, bot } = await start());
    await alreadySeen(bot.dataDir, await files());
  });
  beforeEach(() => {
    tasksBefore = sim.jobs.all.size;
    submitsBefore = sim.requestsTo('POST', CREATE).length;
  });
  afterAll(async () => {
    await bot[Symbol.asyncDispose]();
    await sim.close();
    for (const secret of [sim.key, SECRET]) expect(bot.log()).not.toContain(secret);
  });

  it.each([
    ['kling-2.6', 'standard', 0.28],
    ['kling-2.6', 'pro', 0.448],
    ['kling-3.0', 'pro', 0.672],
  ])(
    'renders %s in %s from files to video, at exactly $%f, and says before that nothing stops it',
    async (model, quality, usd) => {
      const job = await make({ model, quality });
      expect(job.quote).toMatchObject({ provider: 'kling', usd, seconds: 4 });
      expect(JSON.stringify(job.quote.notes)).toContain("can't stop it");
      expect(await jobEnd(bot.url, job.id)).toMatchObject({
        state: 'delivered',
        provider: 'kling',
        costUsd: usd,
      });
      expect(submits()).toBe(1);
      // 503 asks to say it again: on a busy machine the news comes before the submit's answer is on disk.
      expect(sim.deliveries.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    },
  );

  it.each(['lose-answer', 'cut'] as const)(
    'makes one task and one bill of a submit whose answer is lost: %s',
    async (how) => {
      sim.fault({ path: CREATE, how });
      const { id } = await make();
      expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', costUsd: 0.28 });
      expect(tasks()).toBe(1);
      expect(submits()).toBe(how === 'cut' ? 2 : 1);
    },
  );

  it('has a job wait in line while Kling has no room, and renders it then', async () => {
    sim.parallel = 0;
    const { id } = await make();
    const waiting = await jobUntil(
      bot.url,
      id,
      ({ state, message }) => state === 'created' && /in line/.test(message),
    );
    expect(waiting).toMatchObject({ cancellable: true });
    sim.parallel = 1;
    const sent = await jobUntil(bot.url, id, ({ state }) => state === 'queued' || state === 'running');
    expect(sent).toMatchObject({ cancellable: false });
    expect(await jobEnd(bot.url, id)).toMatchObject({ state: 'delivered', costUsd: 0.28 });
    expect(tasks()).toBe(1);
  });
});

describe('the bot with a key that Kling refuses', () => {
  it('says so at start, in one line', async () => {
    const { sim, bot } = await start({ KLING_API_KEY: 'api-key-kling-mistyped' });
    await using _bot = bot;
    await expect.poll(bot.log).toContain('Kling refuses KLING_API_KEY (1000).');
    expect(bot.log().split('Kling refuses KLING_API_KEY')).toHaveLength(2);
    await sim.close();
  });
});
