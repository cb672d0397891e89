/**
 * Files that are fine for whoever has them and unlike what programs expect, through the real process to a
 * verdict. `STRUT_HARD_FILES` may name a folder with more of them, each of which must come to a price or to words that do not call it damaged.
 */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleBytes, sampleClip, sampleHeic, sampleImage } from '../samples.ts';
import { type Bot, startBot } from './bot.ts';
import { askQuote } from './client.ts';

type Hard = { name: string; what: 'image' | 'clip'; path: () => Promise<string>; mime: string };
const MIMES: Record<string, string> = {
  '.heic': 'image/heic',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.avif': 'image/avif',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
};

const made: Hard[] = [
  { name: 'photo.heic', what: 'image', path: () => sampleHeic(), mime: 'image/heic' },
  { name: 'no-end.jpg', what: 'image', path: withoutEnd, mime: 'image/jpeg' },
  { name: 'moving.png', what: 'image', path: () => moving(), mime: 'image/png' },
  { name: 'stands.mp4', what: 'clip', path: () => sampleClip({ lastSeconds: 1.5 }), mime: 'video/mp4' },
  { name: 'trailer.mp4', what: 'clip', path: withTrailer, mime: 'video/mp4' },
  { name: 'see-through.webm', what: 'clip', path: () => seeThrough(), mime: 'video/webm' },
];

const folder = process.env.STRUT_HARD_FILES;
const given: Hard[] = (folder ? readdirSync(folder) : []).flatMap((name) => {
  const mime = MIMES[extname(name)];
  const what = mime?.startsWith('image/') ? 'image' : 'clip';
  return mime && folder ? [{ name, what, path: async () => join(folder, name), mime }] : [];
});

async function withoutEnd(): Promise<string> {
  return sampleBytes((await readFile(await sampleImage())).subarray(0, -2), 'jpg');
}
async function withTrailer(): Promise<string> {
  const trailer = Buffer.from('what a dashcam leaves behind it.');
  return sampleBytes(Buffer.concat([await readFile(await sampleClip()), trailer]), 'mp4');
}
const moving = () => sampleClip({ container: 'apng', fps: 5, seconds: 1 });
const seeThrough = () => sampleClip({ container: 'webm', seeThrough: true });

let page: Bot;
beforeAll(async () => {
  page = await startBot();
});
afterAll(async () => {
  await page?.[Symbol.asyncDispose]();
});

describe('through the page', () => {
  const answer = async (file: Hard): Promise<string> => {
    const image = file.what === 'image' ? await file.path() : await sampleImage();
    const clip = file.what === 'clip' ? await file.path() : await sampleClip();
    const response = await askQuote(page.url, { image, clip });
    const told = `${response.status} ${await response.text()}`;
    if (folder) console.log(`${file.name}: ${told}`);
    return told;
  };

  it.each(made)('$name comes to a price', async (file) => {
    const told = await answer(file);
    expect(told).toMatch(/^200 .*"usd":0/);
    expect(told).not.toMatch(/damaged|I can't (read|use|decode)/);
  });

  it.each(given)('$name is never called damaged', async (file) => {
    expect(await answer(file)).not.toMatch(/damaged|incomplete/);
  });
});
