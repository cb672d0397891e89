/**
 * The token that opens the bot stands in every address of the Bot API. Here the whole bot runs as its own process,
 * everything that can go wrong between it and Telegram goes wrong, and then the token is looked for everywhere.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startFal } from '../../../simulators/fal.ts';
import { startRuncomfy } from '../../../simulators/runcomfy.ts';
import { startRunpod } from '../../../simulators/runpod.ts';
import type { FaultKind } from '../../../simulators/telegram/faults.ts';
import { type SimChat, startTelegram } from '../../../simulators/telegram/telegram.ts';
import { startBot } from '../../e2e/bot.ts';
import { consented } from '../../fakes/consents.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { personClip, personImage } from '../../people.ts';

const SECRET = 'AAnobody-may-ever_see-this-very-part0';
const TOKEN = `7000000001:${SECRET}`;
/** As it stands in an address, in an address within an address, and in a header for signing in. */
const FORMS = [
  SECRET,
  TOKEN,
  encodeURIComponent(TOKEN),
  Buffer.from(TOKEN).toString('base64').replace(/=+$/, ''),
  Buffer.from(TOKEN).toString('hex'),
];

/** Everything that breaks, each as often as it takes to be met. */
const BROKEN: readonly [method: string, how: FaultKind][] = [
  ['getMe', 'cut'],
  ['getUpdates', 'cut'],
  ['getUpdates', { status: 502, text: '<html>bad gateway</html>' }],
  ['setMyCommands', 'cut'],
  ['getFile', 'cut'],
  ['getFile', 'lose-answer'],
  ['getFile', { status: 500 }],
  ['file', 'cut'],
  ['file', { cutAfterBytes: 1_000 }],
  ['file', 'wrong-size'],
  ['file', { status: 503, text: `no ${TOKEN} here` }],
  ['file', 'expired'],
  ['sendMessage', 'cut'],
  ['editMessageText', { status: 400, description: `Bad Request: ${TOKEN} is not a text` }],
  ['editMessageText', 'lose-answer'],
  ['sendVideo', 'cut'],
  ['answerCallbackQuery', 'cut'],
];

it('never leaves the bot, whatever breaks between it and Telegram', async () => {
  const [telegram, fal, runpod, runcomfy] = await Promise.all([
    startTelegram({ token: TOKEN }),
    startFal(),
    startRunpod(),
    startRuncomfy(),
  ]);
  const providers = [fal, runpod, runcomfy];
  onTestFinished(async () => {
    await Promise.all([telegram.close(), ...providers.map((provider) => provider.close())]);
  });
  for (const { jobs } of providers) jobs.always({ queueMs: 0, runMs: 300 });
  for (const [method, how] of BROKEN) telegram.fault({ method, how });
  const dataDir = freshFolder();
  await using bot = await startBot({
    TELEGRAM_BOT_TOKEN: TOKEN,
    TELEGRAM_API_URL: telegram.apiUrl,
    ALLOW_DMS: 'true',
    DEFAULT_LIMITS: 'none',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'debug',
    FAL_KEY: fal.key,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
    RUNPOD_API_KEY: runpod.key,
    RUNPOD_API_URL: runpod.url,
    RUNCOMFY_API_TOKEN: runcomfy.token,
    RUNCOMFY_API_URL: runcomfy.url,
  });

  const photo = await personImage();
  const clip = await personClip();
  const somebody = () => {
    const user = telegram.user({});
    return { user, chat: telegram.privateChat(user) };
  };
  const { user, chat } = somebody();
  const people = [{ user, chat }, somebody(), somebody(), somebody(), somebody()];
  await consented(dataDir, ...people.map(({ user }) => `telegram:${user.id}`));
  for (const { user, chat } of people) await telegram.album(user, chat, [{ photo }, { video: clip }]);
  const videoOf = (place: SimChat) =>
    telegram.waitFor(() => telegram.said(place).find((message) => message.video));
  for (const one of people) await videoOf(one.chat);
  // Only now, as a video that meets both is not sent a third time.
  telegram.fault({ method: 'sendVideo', how: { status: 500 } });
  telegram.press(user, await videoOf(chat), 'Again');
  await telegram.waitFor(() => telegram.said(chat).filter((message) => message.video).length === 2);
  // A download that hangs when the bot is asked to stop.
  telegram.fault({ method: 'file', how: { stallAfterBytes: 100 }, times: 9 });
  await telegram.album(user, chat, [{ photo }, { video: clip }]);
  const downloads = telegram.calls('file').length;
  await telegram.waitFor(() => telegram.calls('file').length > downloads);
  await bot.stop();
  // And nobody there at all.
  await telegram.close();
  await bot.start();
  await expect.poll(() => bot.log()).toContain('Telegram cannot be reached');
  await bot.stop('SIGKILL');

  const met = telegram.journal.map(({ method }) => method);
  for (const [method] of BROKEN) expect(met).toContain(method);
  const places: [name: string, text: string][] = [
    ['the log', bot.log()],
    ...(await filesIn(dataDir)),
    ...providers.flatMap(({ requests }) =>
      requests.map(({ method, path, query, headers, body }): [string, string] => [
        `${method} ${path}`,
        `${path} ${query} ${JSON.stringify(headers)} ${body.toString('latin1')}`,
      ]),
    ),
    // Its own address aside, nothing said to Telegram holds it either.
    ...telegram.journal.map(({ method, params, headers }): [string, string] => [
      method,
      JSON.stringify([params, headers]),
    ]),
  ];
  // What is looked through is what it should be.
  const everything = places.map(([, text]) => text).join('\n');
  for (const known of [
    'fetching updates',
    `telegram-${chat.id}-`,
    `Key ${fal.key}`,
    'a file could not be fetched',
  ])
    expect(everything.includes(known), known).toBe(true);
  for (const form of FORMS)
    expect(places.filter(([, text]) => text.includes(form)).map(([name]) => name)).toEqual([]);
});

/** The database and everything beside it, but for pictures, clips and videos, which are others' bytes. */
async function filesIn(folder: string): Promise<[name: string, text: string][]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    all
      .filter((entry) => entry.isFile())
      .map(
        async ({ name, parentPath }): Promise<[string, string]> => [
          name,
          (await readFile(join(parentPath, name))).toString('latin1'),
        ],
      ),
  );
}
