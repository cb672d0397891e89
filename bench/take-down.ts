/**
 * How long a report takes to take a video out of two chats and a link: `node bench/take-down.ts [times=1]`. The whole
 * bot with the simulated Telegram and a simulated provider; the video stands in a group and in private, and its link is
 * open. Counted from the second press of the report until both messages are gone and the link is dead.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { startFal } from '../simulators/fal.ts';
import { startTelegram } from '../simulators/telegram/telegram.ts';
import { createLinks } from '../src/http/links.ts';
import { startBot } from '../test/e2e/bot.ts';
import { freePort } from '../test/e2e/free-port.ts';
import { readRecord } from '../test/faults/record.ts';
import { sampleClip, sampleImage } from '../test/samples.ts';

const times = Number(process.argv[2] ?? 1);
const SECRET_KEY = 'a key of sixteen or more letters';

await using telegram = await startTelegram({ privacy: false });
const fal = await startFal();
fal.jobs.always({ queueMs: 0, runMs: 500 });
const port = await freePort();
const publicUrl = `http://localhost:${port}`;
await using bot = await startBot({
  TELEGRAM_BOT_TOKEN: telegram.token,
  TELEGRAM_API_URL: telegram.apiUrl,
  FAL_KEY: fal.key,
  FAL_QUEUE_URL: fal.url,
  FAL_REST_URL: fal.url,
  FAL_API_URL: fal.url,
  PUBLIC_URL: publicUrl,
  PORT: port,
  SECRET_KEY,
  DEFAULT_LIMITS: 'none',
  BUDGET_USD_PER_DAY: '1000',
  BUDGET_USD_PER_MONTH: '1000',
});
const links = createLinks({ publicUrl, secretKey: SECRET_KEY, clock: { now: Date.now } });

const grace = telegram.user({ first_name: 'Grace' });
const ada = telegram.user({ first_name: 'Ada' });
const group = telegram.group({ title: 'Dancers', creator: grace, members: [ada] });
const adas = telegram.privateChat(ada);
const [photo, video] = [await sampleImage(), await sampleClip()];
const last = <T>(all: readonly T[]): T | undefined => all.at(-1);
const isVideo = (message: { video?: unknown; animation?: unknown }): boolean =>
  message.video !== undefined || message.animation !== undefined;

const tookMs: number[] = [];
for (let round = 0; round < times; round += 1) {
  // Nobody may report more than ten a day.
  const witness = telegram.user({ first_name: 'Eve' });
  const eves = telegram.privateChat(witness);
  await telegram.album(ada, group, [{ photo }, { video }], { caption: '/animate' });
  const inGroup = await telegram.waitFor(() => last(telegram.said(group).filter(isVideo)));
  const job = last(readRecord(bot.dataDir).jobs);
  if (!job || !('video' in job)) throw new Error('there is no video');
  await telegram.sends(ada, adas, { text: `/jobs ${job.code}` });
  const list = await telegram.waitFor(() =>
    telegram.said(adas).findLast(({ text }) => text?.includes(job.code) === true),
  );
  await telegram.press(ada, list, `${job.code}: Send again`).done;
  const inPrivate = await telegram.waitFor(() => last(telegram.said(adas).filter(isVideo)));
  const link = links.media(job.video);
  if ((await fetch(link)).status !== 200) throw new Error('the link does not open');

  await telegram.sends(witness, eves, { text: `/report ${job.code}` });
  const question = await telegram.waitFor(() =>
    telegram.said(eves).findLast(({ text }) => text?.includes(`video ${job.code}`) === true),
  );
  await telegram.press(witness, question, 'It shows me').done;
  await telegram.waitFor(() => telegram.message(question)?.text?.includes('Go on?'));
  const asked = performance.now();
  void telegram.press(witness, question, 'Report it');
  await telegram.waitFor(() => !telegram.message(inGroup) && !telegram.message(inPrivate));
  while ((await fetch(link)).status !== 404) await wait(5);
  tookMs.push(performance.now() - asked);
}

const sorted = tookMs.toSorted((a, b) => a - b).map(Math.round);
console.log(
  `${times} reports: median ${sorted[Math.floor(times / 2)]} ms, longest ${sorted.at(-1)} ms, from the press to no message and no link`,
);
process.exit(0);
