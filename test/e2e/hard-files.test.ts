/**
 * Files that people really have, from a front to its answer: what becomes of each in the core, and what is said of it on
 * the page and in both chats. The page is the real process; the chats are simulated, the look at files is real. With
 * `STRUT_HARD_FILES` set to a folder, each front is asked about all of them and about the files of that folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buttonsOf, textOf as telegramText } from '../../simulators/telegram/telegram.ts';
import { billedSeconds } from '../../src/core/price/quote.ts';
import type { Refusal } from '../../src/core/refusals.ts';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';
import { createFiles } from '../../src/store/files.ts';
import { wordsFor } from '../../src/words/index.ts';
import { startTestBot, textOf } from '../chat/discord/harness.ts';
import { createHarness } from '../chat/telegram/harness.ts';
import { freshFolder } from '../fakes/folder.ts';
import { CHAT_EVENT, CHOICES, createWorld } from '../fakes/world.ts';
import { COLLECTED, type HardFile, MADE, TELLING } from '../hard-files.ts';
import { sampleClip, sampleImage } from '../samples.ts';
import { type Bot, startBot } from './bot.ts';
import { askQuote } from './client.ts';

const MIMES: Record<string, string> = {
  '.heic': 'image/heic',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.avif': 'image/avif',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
};

const folder = process.env.STRUT_HARD_FILES;
const collected: HardFile[] = Object.entries(folder ? COLLECTED : {}).flatMap(([name, answer]) => {
  const path = join(folder ?? '', name);
  const mime = MIMES[extname(name)] ?? '';
  const what = mime.startsWith('image/') ? 'image' : 'clip';
  return existsSync(path) ? [{ name, what, mime, answer, path: async () => path }] : [];
});
const unknown = (folder ? readdirSync(folder) : []).filter(
  (name) => MIMES[extname(name)] && !Object.hasOwn(COLLECTED, name),
);
const everything = [...MADE, ...collected];
const asked = folder ? everything : MADE.filter(({ name }) => TELLING.includes(name));

const words = wordsFor('en');
const media = createMedia({ pool: createPool({ log: { warn: () => {} } }) });
const { checkImage, checkClip, normaliseImage, normaliseClip } = media;
const look = { checkImage, checkClip, normaliseImage, normaliseClip };
let page: Bot;
beforeAll(async () => {
  page = await startBot();
});
afterAll(async () => {
  await page?.[Symbol.asyncDispose]();
  await media.stop();
});

async function pairOf({ what, path }: HardFile): Promise<{ image: string; clip: string }> {
  return {
    image: what === 'image' ? await path() : await sampleImage(),
    clip: what === 'clip' ? await path() : await sampleClip(),
  };
}

const upload = async (path: string) => {
  // What is taken is moved away.
  const own = join(freshFolder(), basename(path));
  await copyFile(path, own);
  return { path: own, sha256: createHash('sha256').update(path).digest('hex') };
};

describe('a file that people really have', () => {
  it('is never in that folder without its right answer being known', () => expect(unknown).toEqual([]));

  it.each(everything)('$name is answered as it should be', async (file) => {
    const { image, clip } = await pairOf(file);
    const seen: Partial<Record<HardFile['what'], object>> = {};
    const { core } = createWorld({
      files: createFiles(freshFolder()),
      media: {
        ...look,
        async normaliseImage(...args) {
          const made = await look.normaliseImage(...args);
          if (made.ok) seen.image = { width: made.value.width, height: made.value.height };
          return made;
        },
        async normaliseClip(...args) {
          const made = await look.normaliseClip(...args);
          if (!made.ok) return made;
          const { width, height, durationMs, hasSound } = made.value;
          seen.clip = { width, height, durationMs, hasSound };
          return made;
        },
      },
    }).boot();
    const uploads = { image: await upload(image), clip: await upload(clip) };
    const taken = await core.offers.take(CHAT_EVENT, uploads, CHOICES, false);
    if (!taken.ok) return expect({ refusal: taken.refusal }).toEqual(file.answer);
    const { kind } = taken.value;
    const job =
      kind === 'job'
        ? taken
        : await core.offers.confirm(
            { ...CHAT_EVENT, standing: { moderator: false, private: false } },
            taken.value.offer.code,
            taken.value.offer.quote.micros,
          );
    expect(job).toMatchObject({ ok: true, value: { kind: 'job' } });
    if (!job.ok || job.value.kind !== 'job') return;
    const { notes, warnings } = job.value.job.quote;
    const { misfit, ...answer } = { notes: [], warnings: [], misfit: undefined, ...file.answer };
    expect({ ...seen[file.what], notes, warnings }).toEqual(answer);
    expect(kind).toBe(misfit ? 'offer' : 'job');
  });
});

/** What a front says: its words, or the seconds that it would cost and what it remarks about them. */
type Told = { said: string } | { seconds: number; notes: string[]; asks: boolean };

const NOTES = ['looped', 'trimmed', 'orientation-from-camera'] as const;
const WARNINGS = ['sound-unreadable'] as const;

function expected({ what, answer }: HardFile, front: string): Told {
  if ('refusal' in answer) return { said: words.refusal(answer.refusal) };
  const { durationMs = 3000, notes = [], warnings = [], misfit } = answer;
  if (misfit && front === 'the page') return { said: words.refusal(misfit) };
  const seconds = billedSeconds(what === 'clip' ? durationMs : 3000);
  return {
    seconds,
    notes: [...(misfit ? [misfitLine(misfit)] : notes.map(words.note)), ...warnings.map(words.warning)],
    asks: misfit !== undefined,
  };
}

/** What an offer says in place of a refusal. */
function misfitLine(misfit: Refusal): string {
  if (misfit.code === 'clip-too-long')
    return words.t('confirm.misfit-long', {
      seconds: words.seconds(misfit.seconds),
      max: words.seconds(misfit.maxSeconds),
    });
  if (misfit.code === 'clip-too-short')
    return words.t('confirm.misfit-short', {
      seconds: words.seconds(misfit.seconds),
      min: words.seconds(misfit.minSeconds),
    });
  throw new Error(`${misfit.code} is not offered another way`);
}

/** Of everything that a chat has said; undefined as long as it has not decided. */
function toldBy(texts: readonly string[]): Told | undefined {
  const text = texts.at(-1) ?? '';
  const [, seconds] = /\$[\d.]+ · (\d+) s · /.exec(text) ?? [];
  if (seconds) {
    const notes = [...NOTES.map(words.note), ...WARNINGS.map(words.warning)].filter((note) =>
      text.includes(note),
    );
    const why = /^This clip is .*$/m.exec(text)?.[0];
    return {
      seconds: Number(seconds),
      notes: [...(why ? [why] : []), ...notes],
      asks: text.includes(words.t('button.confirm')),
    };
  }
  return text && text !== words.t('card.created') ? { said: text } : undefined;
}

const FRONTS: Record<string, (file: HardFile) => Promise<Told | undefined>> = {
  async 'the page'(file) {
    const answer = await askQuote(page.url, await pairOf(file));
    const body = (await answer.json()) as {
      detail: string;
      quote?: {
        seconds: number;
        notes: { message: string }[];
        warnings: { code: string; message: string }[];
      };
    };
    if (!body.quote) return { said: body.detail };
    const { seconds, notes, warnings } = body.quote;
    const seen = warnings.filter(({ code }) => !code.startsWith('no-person'));
    const messages = [...notes, ...seen].map(({ message }) => message);
    return { seconds, notes: messages.filter((message) => message !== words.note('draft')), asks: false };
  },
  async Discord(file) {
    await using bot = await startTestBot({ world: { media: look } });
    const { discord, ada, channel } = bot;
    const pair = await pairOf(file);
    const files = await Promise.all(
      (['image', 'clip'] as const).map(async (what) => ({
        name: what === file.what ? file.name : basename(pair[what]),
        bytes: await readFile(pair[what]),
      })),
    );
    await discord.say(ada, channel, discord.mention, { files });
    // Awaited here: after it the bot is gone.
    return await discord.waitFor(() =>
      toldBy(
        discord
          .messages(channel)
          .filter(({ author }) => author.bot)
          .map(readable),
      ),
    );
  },
  async Telegram(file) {
    const harness = await createHarness({ world: { media: look } });
    const user = harness.telegram.user({ first_name: 'Ada' });
    const chat = harness.telegram.privateChat(user);
    const pair = await pairOf(file);
    const send = (what: HardFile['what'], usual: string) =>
      harness.telegram.sends(user, chat, {
        document: {
          file: pair[what],
          name: what === file.what ? file.name : basename(pair[what]),
          mime: what === file.what ? file.mime : usual,
        },
      });
    await send('image', 'image/jpeg');
    await harness.hears(chat, 'Now send the clip');
    await send('clip', 'video/mp4');
    await harness.calm();
    const told = toldBy(
      harness.telegram.said(chat).map((one) => [telegramText(one), ...buttonsOf(one).flat()].join('\n')),
    );
    await harness.end();
    return told;
  },
};

/** Without what keeps Discord from reading marks into our words. */
const readable = (message: Parameters<typeof textOf>[0]): string =>
  [...textOf(message).matchAll(/"(?:content|label)":("(?:[^"\\]|\\.)*")/g)]
    .map(([, text = '""']) => JSON.parse(text) as string)
    .join('\n')
    .replaceAll(/\\([^\w\s])/g, '$1');

describe.each(Object.entries(FRONTS))('%s', (front, tell) => {
  it.each(asked)('says of $name what is to be said', async (file) => {
    expect(await tell(file)).toEqual(expected(file, front));
  });
});
