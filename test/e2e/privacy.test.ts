/**
 * Two members make videos, leave asks half-finished and offers unanswered, and have everything deleted, one on Discord
 * and one on Telegram. Then, while the bot runs on, all of DATA_DIR is searched for what was theirs.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFailed, onTestFinished } from 'vitest';
import { startDiscord } from '../../simulators/discord/start.ts';
import type { SimMessage } from '../../simulators/discord/world.ts';
import { startFal } from '../../simulators/fal.ts';
import { buttonsOf, startTelegram } from '../../simulators/telegram/telegram.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { consented } from '../fakes/consents.ts';
import { freshFolder } from '../fakes/folder.ts';
import { personClip, personImage } from '../people.ts';
import { startBot } from './bot.ts';

/** Words that stand nowhere else. */
const SECRETS = ['moonlit ballroom', 'half a wish', 'undecided wish', 'sunken theatre', 'unsent wish'];
const TELEGRAM_NAME = 'quintessa_dances';
const DISCORD_NAME = 'Zephyrine';

it('nothing of a member is left on the disk that they had deleted, but what is said to stay', async () => {
  const [discord, telegram, fal] = await Promise.all([startDiscord(), startTelegram(), startFal()]);
  onTestFinished(async () => {
    await Promise.all([telegram.close(), fal.close()]);
    await discord[Symbol.asyncDispose]();
  });
  fal.jobs.always({ queueMs: 0, runMs: 100 });
  const [photo, clip] = [await personImage(), await personClip()];
  const dataDir = freshFolder();
  await using bot = await startBot({
    DATA_DIR: dataDir,
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_CDN_URLS: discord.cdnUrl,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_URL: telegram.apiUrl,
    FAL_KEY: fal.key,
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
    ALLOW_DMS: 'true',
    DEFAULT_LIMITS: 'none',
  });
  onTestFailed(() => console.error(bot.log()));

  // On Discord: a draft, which takes its time.
  const guild = discord.guild('Dancers');
  const channel = discord.channel(guild, 'general');
  const member = discord.member(guild, DISCORD_NAME);
  await consented(dataDir, `discord:${member.id}`);
  await alreadySeen(dataDir, { image: photo, clip });
  await expect.poll(() => discord.commands().some(({ name }) => name === 'animate')).toBe(true);
  await discord.slash(member, channel, '/animate', {
    image: { path: photo },
    clip: { path: clip },
    prompt: 'sunken theatre',
    quality: 'draft',
  });

  // On Telegram: a video, a picture without a clip, a price that waits for a yes, and a motion that is waited for.
  const user = telegram.user({ first_name: 'Quintessa', username: TELEGRAM_NAME });
  const chat = telegram.privateChat(user);
  await consented(dataDir, `telegram:${user.id}`);
  const heard = (words: string) =>
    telegram.waitFor(() =>
      telegram.said(chat).findLast((message) => (message.text ?? message.caption)?.includes(words)),
    );
  await telegram.album(user, chat, [{ photo, caption: '/animate moonlit ballroom' }, { video: clip }]);
  const result = await telegram.waitFor(() => telegram.said(chat).find((message) => message.video));
  await telegram.sends(user, chat, { photo, caption: 'half a wish' });
  await heard('Now send the clip');
  await telegram.album(user, chat, [{ photo, caption: '/animate options undecided wish' }, { video: clip }]);
  await telegram.waitFor(() =>
    telegram.said(chat).some((message) => buttonsOf(message).flat().includes('Confirm')),
  );
  await telegram.press(user, result, 'New motion, same image').done;
  await heard('Send the new clip');

  // On Discord: a form that was opened and never sent.
  await expect.poll(() => bot.log()).toMatch(/form: "original"[\s\S]*form: "original"/);
  const form = await discord.slash(member, channel, '/animate', {
    image: { path: photo },
    prompt: 'unsent wish',
  });
  await expect.poll(() => form.modalOpen).toBe(true);

  // What is looked for is there, or it would not be missed.
  const hashes = (await keysIn(join(dataDir, 'files'))).filter((name) => /^[0-9a-f]{64}$/.test(name));
  expect(hashes.length).toBeGreaterThanOrEqual(4);
  const marks = [...SECRETS, TELEGRAM_NAME, ...hashes];
  await expect.poll(() => missingIn(dataDir, marks)).toEqual([]);

  await telegram.sends(user, chat, { text: '/privacy' });
  await telegram.press(user, await heard('What is kept'), 'Delete my data').done;
  await telegram.press(user, await heard("can't be undone"), 'Delete my data').done;
  await heard('Deleted: 1 job');
  const asked = await discord.slash(member, channel, '/privacy');
  for (const title of ['What is kept', "can't be undone"]) {
    await expect.poll(() => wordsOf(asked.original)).toContain(title);
    discord.press(member, asked.original, 'Delete my data');
  }
  await expect.poll(() => wordsOf(asked.original)).toContain('Deleted: 1 job');

  // The checksums of what was handed out stay, without a name, to tell what was made here.
  const fingerprints = checksumsIn(dataDir);
  // The wish itself is under way until it is answered.
  const theirs = [...marks.filter((mark) => !fingerprints.includes(mark)), DISCORD_NAME];
  await expect.poll(() => missingIn(dataDir, theirs)).toEqual(theirs);
  for (const folder of ['temp', 'drafts']) await expect.poll(() => keysIn(join(dataDir, folder))).toEqual([]);
  // Which database these files are of.
  expect(await keysIn(join(dataDir, 'files'))).toEqual(['home']);
  // Numbers of messages that were answered.
  const stays = ['inbox'];
  for (const id of [String(user.id), member.id]) {
    const others = () => tablesThatName(dataDir, id).filter((table) => !stays.includes(table));
    await expect.poll(others).toEqual([]);
  }
  // The sums are still there.
  expect(tablesThatName(dataDir, 'forgotten:')).toEqual(['ledger_lines']);
  expect(bot.log()).not.toMatch(/ERROR|FATAL/);
});

const wordsOf = (message: SimMessage | undefined): string =>
  JSON.stringify([message?.content, message?.components]);

async function keysIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name.replace(/\..*$/, ''));
}

/** Those that stand neither in the name nor in the bytes of any file. */
async function missingIn(folder: string, marks: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const contents = await Promise.all(
    files.map(async ({ name, parentPath }) => `${name}\n${await bytesOf(join(parentPath, name))}`),
  );
  const all = contents.join('\n');
  return marks.filter((mark) => !all.includes(mark));
}

/** The bot runs on: a file in the making may be gone again by now. */
const bytesOf = (path: string): Promise<string> =>
  readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });

/** Those with a row that has it in some column. An event that is not answered yet counts as a table of its own. */
function tablesThatName(dataDir: string, text: string): string[] {
  const db = new DatabaseSync(join(dataDir, 'strut.sqlite'), { readOnly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return tables.flatMap(({ name }) => {
      const rows = db.prepare(`SELECT * FROM "${name}"`).all();
      const found = rows.filter((row) => JSON.stringify(row).includes(text));
      if (found.length === 0) return [];
      if (name === 'keyv') return found.map((row) => `keyv ${JSON.stringify(row)}`);
      const pending = found.filter((row) => name === 'inbox' && row.record !== null);
      return [String(name), ...pending.map((row) => `inbox ${JSON.stringify(row)}`)];
    });
  } finally {
    db.close();
  }
}

function checksumsIn(dataDir: string): unknown[] {
  const db = new DatabaseSync(join(dataDir, 'strut.sqlite'), { readOnly: true });
  try {
    return db
      .prepare('SELECT sha256 FROM video_files')
      .all()
      .map(({ sha256 }) => sha256);
  } finally {
    db.close();
  }
}
