/**
 * Every secret that the bot is given bears a mark. Then jobs run on every front, everything around them breaks, the
 * process crashes; and the marks are looked for wherever anybody could read them.
 */
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { startDiscord } from '../../simulators/discord/start.ts';
import { startFal } from '../../simulators/fal.ts';
import { startKling } from '../../simulators/kling.ts';
import { startRuncomfy } from '../../simulators/runcomfy.ts';
import { startRunpod } from '../../simulators/runpod.ts';
import { startRunware } from '../../simulators/runware.ts';
import { buttonsOf, startTelegram } from '../../simulators/telegram/telegram.ts';
import { consented } from '../fakes/consents.ts';
import { freshFolder } from '../fakes/folder.ts';
import { personClip, personImage } from '../people.ts';
import { startBot } from './bot.ts';
import { ALL, filesIn, formsOf, found, MARKS, NAMES, type Place } from './marks.ts';

it('no secret is in a log, a message, an answer, a figure, a crash or a record', async () => {
  const [discord, telegram, fal, runpod, runcomfy, kling, runware] = await Promise.all([
    startDiscord({ token: MARKS.DISCORD_TOKEN }),
    startTelegram({ token: MARKS.TELEGRAM_BOT_TOKEN }),
    startFal({ key: MARKS.FAL_KEY }),
    startRunpod({ key: MARKS.RUNPOD_API_KEY }),
    startRuncomfy({ token: MARKS.RUNCOMFY_API_TOKEN }),
    startKling({ key: MARKS.KLING_API_KEY }),
    startRunware({ key: MARKS.RUNWARE_API_KEY }),
  ]);
  const providers = {
    FAL_KEY: fal,
    RUNPOD_API_KEY: runpod,
    RUNCOMFY_API_TOKEN: runcomfy,
    KLING_API_KEY: kling,
    RUNWARE_API_KEY: runware,
  };
  onTestFinished(async () => {
    await Promise.all([telegram, fal, runpod, runcomfy, kling, runware].map((sim) => sim.close()));
    await discord[Symbol.asyncDispose]();
  });
  for (const { jobs } of [fal, runpod, runcomfy, kling, runware]) jobs.always({ queueMs: 0, runMs: 100 });
  const [photo, clip] = [await personImage(), await personClip()];
  const dataDir = freshFolder();
  const pidFile = join(freshFolder(), 'pid');
  const env = {
    ...MARKS,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_CDN_URLS: discord.cdnUrl,
    TELEGRAM_API_URL: telegram.apiUrl,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
    RUNPOD_API_URL: runpod.url,
    RUNCOMFY_API_URL: runcomfy.url,
    KLING_API_URL: kling.url,
    RUNWARE_API_URL: runware.url,
    ALLOW_DMS: 'true',
    DEFAULT_LIMITS: 'none',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'debug',
    PID_FILE: pidFile,
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'crash-on-signal.js')}`,
  };
  const places: Place[] = [];

  // A configuration that can't be, with secrets pasted into the wrong lines.
  const wrong = { PROVIDERS: MARKS.FAL_KEY, OPERATORS: MARKS.DISCORD_TOKEN, PORT: MARKS.PAGE_PASSWORD };
  const refused = await startBot({ ...env, ...wrong }).catch((error: unknown) => String(error));
  expect(refused).toContain('These settings need a correction');
  places.push(['a bad configuration', String(refused)]);

  // What others answer when they mean ill: the secret itself.
  const { FAL_KEY, RUNPOD_API_KEY, RUNCOMFY_API_TOKEN, KLING_API_KEY, RUNWARE_API_KEY } = MARKS;
  fal.fault({ path: /motion-control$/, how: { status: 401, json: { detail: `bad key ${FAL_KEY}` } } });
  fal.fault({ path: /motion-control$/, how: { status: 500, text: `oops ${FAL_KEY}` } });
  fal.fault({ path: /status$/, how: 'cut', times: 2 });
  fal.fault({ path: /storage/, how: 'lose-answer' });
  fal.fault({ path: /storage/, how: { status: 502, text: `<html>${FAL_KEY}</html>` } });
  runpod.fault({ path: /run$/, how: { status: 403, json: { error: RUNPOD_API_KEY } } });
  runcomfy.fault({ path: /v1\//, how: { status: 429, json: { error: RUNCOMFY_API_TOKEN } }, times: 2 });
  kling.fault({
    path: /^\/motion-control\//,
    how: { status: 401, json: { code: 1000, message: `bad key ${KLING_API_KEY}` } },
  });
  const badKey = { code: 'invalidApiKey', message: `bad key ${RUNWARE_API_KEY}`, taskType: 'authentication' };
  runware.fault({ path: /^\/v1$/, how: { status: 401, json: { errors: [badKey] } } });
  telegram.fault({ method: 'getMe', how: 'cut' });
  telegram.fault({ method: 'sendMessage', how: { status: 500 } });
  telegram.fault({ method: 'sendVideo', how: { status: 502, text: MARKS.TELEGRAM_BOT_TOKEN } });
  telegram.fault({ method: 'file', how: 'cut' });
  discord.fault({ path: /commands$/ }, { status: 500, text: MARKS.DISCORD_TOKEN });
  discord.fault({ method: 'PATCH', path: /messages/ }, 'cut');
  discord.fault(
    { method: 'POST', path: /channels\/\d+\/messages$|webhooks\/\d+\/[^/]+$/ },
    { status: 503, text: 'no' },
  );

  await using bot = await startBot(env);
  onTestFailed(() => console.error(bot.log()));
  const signedIn = { authorization: `Bearer ${MARKS.PAGE_PASSWORD}` };
  const answers: Place[] = [];
  async function ask(path: string, init: RequestInit = {}): Promise<string> {
    const answer = await fetch(`${bot.url}${path}`, { redirect: 'manual', ...init });
    const text = `${JSON.stringify([...answer.headers])} ${(await answer.text()).slice(0, 500_000)}`;
    answers.push([`the answer to ${path}`, text]);
    return text;
  }

  // The page.
  const form = async (): Promise<FormData> => {
    const data = new FormData();
    data.append('image', await openAsBlob(photo));
    data.append('clip', await openAsBlob(clip));
    data.append('consent', 'self');
    return data;
  };
  const jobs = async () =>
    JSON.parse((await ask('/api/jobs', { headers: signedIn })).replace(/^.*?\]\] /, '')) as {
      jobs: { state: string; links: { goOn?: string } }[];
    };
  // One after the other, as what a provider answers to one keeps others from it. Where those that were quoted say no, a
  // dearer one is asked about: it is taken, so that as many as may be are met.
  for (const count of [1, 2]) {
    await ask('/api/jobs', { method: 'POST', body: await form(), headers: signedIn });
    await expect
      .poll(async () => {
        const all = (await jobs()).jobs;
        for (const { links } of all)
          if (links.goOn) await ask(links.goOn, { method: 'POST', headers: signedIn });
        return all.filter(({ state }) => ['delivered', 'unknown', 'failed'].includes(state)).length;
      })
      .toBe(count);
  }

  // Discord.
  const guild = discord.guild('Dancers');
  const channel = discord.channel(guild, 'general');
  const ada = discord.member(guild, 'Ada');
  await consented(bot.dataDir, `discord:${ada.id}`);
  await discord.waitFor(() => discord.sim.commands.some(({ name }) => name === 'animate') || undefined);
  const asked = await discord.slash(ada, channel, 'animate', {
    image: { path: photo },
    clip: { path: clip },
  });

  // Telegram.
  const user = telegram.user({});
  const chat = telegram.privateChat(user);
  await consented(bot.dataDir, `telegram:${user.id}`);
  await telegram.album(user, chat, [{ photo }, { video: clip }]);

  await expect
    .poll(() => {
      const said = telegram.said(chat);
      for (const message of said) {
        const yes = buttonsOf(message)
          .flat()
          .find((label) => label.startsWith('Go on'));
        if (yes) telegram.press(user, message, yes);
      }
      return said.some((message) => message.video);
    })
    .toBe(true);
  await expect
    .poll(() => {
      const question = asked.original;
      const yes = /"label":"(Go on for [^"]+)"/.exec(JSON.stringify(question?.components ?? []))?.[1];
      if (question && yes) discord.press(ada, question, yes);
      return bot.log();
    })
    .toMatch(/form: "original"[\s\S]*delivered/);

  for (const path of ['/metrics', '/readyz', '/healthz', '/api/status', '/api/usage', '/nothing'])
    for (const headers of [signedIn, { authorization: 'Bearer wrong-password' }, undefined])
      await ask(path, headers ? { headers } : {});
  await ask('/login', { method: 'POST', body: new URLSearchParams({ password: 'wrong-password' }) });

  // Nobody catches it: once thrown, once rejected. The database is left as it is then.
  for (const signal of ['SIGUSR2', 'SIGWINCH'] as const) {
    const from = bot.log().length;
    process.kill(Number(await readFile(pidFile, 'utf8')), signal);
    await expect.poll(() => bot.log().slice(from)).toContain('(ended with 1)');
    expect(bot.log().slice(from)).toContain('nobody caught this');
    if (signal === 'SIGUSR2') {
      // The dearest one, which may not have been asked so far.
      const before = runpod.requestsTo('POST', /run$/).length;
      await bot.start({ PROVIDERS: 'runpod' });
      await ask('/api/jobs', { method: 'POST', body: await form(), headers: signedIn });
      await expect.poll(() => runpod.requestsTo('POST', /run$/).length).toBeGreaterThan(before);
    }
  }

  const token = asked.token;
  const stored = await filesIn(dataDir);
  places.push(
    ['the log', bot.log()],
    ...answers,
    ...stored,
    ...telegram.journal.map(({ method, params }): Place => [`Telegram ${method}`, JSON.stringify(params)]),
    ...discord.journal.map(
      ({ method, path, json }): Place => [`Discord ${method} ${path}`, JSON.stringify([path, json])],
    ),
    // A provider gets its own key, in the header that is meant for it, and nobody else's.
    ...Object.entries(providers).flatMap(([, { requests }]) =>
      requests.map(
        ({ method, path, query, headers: { authorization: _own, ...headers }, body }): Place => [
          `${method} ${path}`,
          `${path} ${query} ${JSON.stringify(headers)} ${body.toString('latin1')}`,
        ],
      ),
    ),
  );
  expect(found(places, ALL)).toEqual([]);
  for (const [name, { requests }] of Object.entries(providers)) {
    const others = NAMES.filter((one) => one !== name).flatMap((one) => formsOf(MARKS[one]));
    const headers = requests.map((request): Place => [request.path, JSON.stringify(request.headers)]);
    expect(headers.length, name).toBeGreaterThan(0);
    expect(found(headers, others)).toEqual([]);
  }

  // What is looked through is what it should be.
  const everything = places.map(([, text]) => text).join('\n');
  for (const known of [
    'nobody caught this',
    'deprecated [hidden]',
    'strut_jobs_ended_total',
    'discord:',
    'telegram-',
    'job moved',
  ])
    expect(everything.includes(known), known).toBe(true);
  // An interaction's token has to outlive a crash: on the key-value store, for a quarter of an hour, and nowhere else.
  const elsewhere = places.filter(
    ([name]) => !name.startsWith('strut.sqlite') && !name.startsWith('Discord '),
  );
  expect(found(elsewhere, [token])).toEqual([]);
  expect(found(stored, [token]).length).toBeGreaterThan(0);
});
