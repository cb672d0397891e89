import { existsSync } from 'node:fs';
import { copyFile, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../simulators/telegram/telegram.ts';
import { mediaOf } from '../../../src/chat/telegram/media-of.ts';
import { needs } from '../../needs.ts';
import { sampleClip, sampleImage } from '../../samples.ts';
import { ada, createHarness } from './harness.ts';

const MB = 1024 * 1024;

const photo = await sampleImage();
const clip = await sampleClip();
const webm = await sampleClip({ container: 'webm', codec: 'vp8' });
const webp = await sampleImage({ format: 'webp' });

describe('what is taken for a picture or a clip', () => {
  it.each([
    ['a photo', { photo }],
    ['a picture as a file', { document: { file: photo, name: 'me.png', mime: 'image/png' } }],
    ['a picture as a file of unknown kind', { document: { file: photo, name: 'me.JPG', mime: null } }],
    ['a sticker', { sticker: webp }],
  ])('%s is a picture', async (_, picture) => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    await harness.telegram.sends(user, chat, picture);
    await harness.hears(chat, 'Now send the clip');
    await harness.telegram.sends(user, chat, { video: clip });
    await harness.video(chat);
  });

  it.each([
    ['a video', { video: clip }],
    ['a GIF', { animation: clip }],
    ['a video note', { videoNote: clip }],
    ['a video as a file', { document: { file: clip, name: 'dance.mp4', mime: 'video/mp4' } }],
    [
      'a video as a file of unknown kind',
      { document: { file: clip, name: 'dance.MOV', mime: 'application/octet-stream' } },
    ],
    ['a GIF as a file', { document: { file: clip, name: 'dance.gif', mime: 'image/gif' } }],
    ['a moving sticker', { sticker: webm }],
    ['an animated PNG that says so', { document: { file: clip, name: 'dance.png', mime: 'image/apng' } }],
    ['an animated PNG by its name', { document: { file: clip, name: 'dance.apng', mime: null } }],
  ])('%s is a clip', async (_, moving) => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    await harness.telegram.sends(user, chat, moving);
    await harness.hears(chat, 'Now send the picture');
    await harness.telegram.sends(user, chat, { photo });
    await harness.video(chat);
  });

  it('a second picture takes the place of the first, with a word on those that were meant to move', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    await harness.telegram.sends(user, chat, { photo });
    await harness.hears(chat, 'Got the picture. Now send the clip');
    const document = { file: photo, name: 'dance.png', mime: 'image/png' };
    await harness.telegram.sends(user, chat, { document });
    await harness.hears(chat, 'an animated PNG or WebP counts as a picture here');
    await harness.telegram.sends(user, chat, { video: clip });
    await harness.video(chat);
    expect(await harness.jobs()).toMatchObject([{ inputs: { image: { name: 'dance.png' } } }]);
  });

  it('a GIF and a moving sticker are played over and over, a video is not', () => {
    const file = { file_id: 'f', file_unique_id: 'u', width: 512, height: 512, duration: 2 };
    expect(mediaOf({ animation: file }).clip?.repeats).toBe(true);
    expect(mediaOf({ sticker: { ...file, is_animated: false, is_video: true } }).clip?.repeats).toBe(true);
    expect(mediaOf({ video: file }).clip?.repeats).toBeUndefined();
  });

  it('a live photo is both at once', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    await harness.telegram.sends(user, chat, { livePhoto: { photo, video: clip } });
    await harness.video(chat);
  });

  it('an animated sticker is neither, and the member hears it', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    const tgs = { file: new Uint8Array([31, 139, 8, 0]), name: 'wave.tgs', mime: 'application/x-tgsticker' };
    await harness.telegram.sends(user, chat, { sticker: tgs });
    await harness.hears(chat, 'TGS');
  });

  it('any other file is neither', () => {
    const file = { file_id: 'f', file_unique_id: 'u' };
    expect(mediaOf({ document: { ...file, mime_type: 'application/pdf', file_name: 'a.jpg' } })).toEqual({});
    expect(mediaOf({ document: { ...file, file_name: 'notes.txt' } })).toEqual({});
    expect(mediaOf({})).toEqual({});
  });

  it('the largest size of a photo is taken, wherever it stands', () => {
    const size = (file_id: string, width: number) => ({ file_id, file_unique_id: 'u', width, height: 10 });
    expect(mediaOf({ photo: [size('small', 90), size('large', 1280), size('middle', 320)] })).toEqual({
      image: { fileId: 'large' },
    });
  });
});

describe('files that Telegram does not give out', () => {
  it('refuses one over 20 MB in words, without asking for it', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    await harness.telegram.album(user, chat, [{ photo }, { video: { file: clip, bytes: 25 * MB } }]);
    expect(textOf(await harness.hears(chat, 'at most'))).toMatch(
      /at most 20 MB\. Send it smaller or shorter\./,
    );
    await harness.calm();
    expect(harness.telegram.calls('getFile')).toHaveLength(1);
    expect(await harness.jobs()).toEqual([]);
    // By now it is known, so it is said as soon as such a file is there.
    await harness.telegram.sends(user, chat, { video: { file: clip, bytes: 25 * MB } });
    await harness.telegram.waitFor(() => harness.telegram.said(chat).length === 2);
    expect(harness.telegram.calls('getFile')).toHaveLength(1);
  });

  it('refuses one whose size Telegram left out', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    await harness.telegram.album(user, chat, [
      { photo },
      { video: { file: clip, bytes: 25 * MB, fileSize: null } },
    ]);
    await harness.hears(chat, 'at most');
    expect(await harness.jobs()).toEqual([]);
  });

  it('says that one is gone', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    harness.telegram.fault({
      method: 'getFile',
      how: { status: 400, description: 'Bad Request: wrong file_id or the file is temporarily unavailable' },
    });
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.hears(chat, 'Please send it again');
  });

  it('takes larger ones from a server of one’s own, from its disk', async () => {
    const harness = await createHarness({ telegram: { local: true } });
    const { user, chat } = await ada(harness);
    await harness.telegram.album(user, chat, [
      { photo },
      { document: { file: await largeClip(harness.folder), name: 'large.mp4' } },
    ]);
    await harness.video(chat);
    expect(harness.telegram.calls('file')).toEqual([]);
  });
});

describe('a network that breaks', () => {
  it.each([
    ['refuses the download', { method: 'file', how: 'cut' as const }],
    ['cuts it in the middle', { method: 'file', how: { cutAfterBytes: 1000 } }],
    ['gives less than it promised', { method: 'file', how: 'wrong-size' as const }],
    ['answers with an error', { method: 'file', how: { status: 502, text: 'bad gateway' } }],
    ['has forgotten the path', { method: 'file', how: 'expired' as const }],
    ['does not say where it lies', { method: 'getFile', how: { status: 500 } }],
    ['asks to wait', { method: 'getFile', how: { status: 429, retryAfter: 1 } }],
  ])('is tried again when it %s', async (_, fault) => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    harness.telegram.fault(fault);
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.video(chat);
    expect(await harness.jobs()).toHaveLength(1);
    expect(harness.telegram.said(chat)).toHaveLength(2);
  });
});

describe('a full disk', () => {
  it('is told at once, and nothing is fetched', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    harness.world.disk.files.hasRoom = async () => false;
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.hears(chat, 'disk is almost full');
    await harness.calm();
    expect(harness.telegram.calls('file')).toEqual([]);
    expect(harness.telegram.said(chat)).toHaveLength(1);
  });

  it(
    'that runs full in the middle of a file is told at once too, and leaves nothing behind',
    needs(existsSync('/dev/full'), 'no /dev/full here'),
    async () => {
      const harness = await createHarness();
      const { user, chat } = await ada(harness);
      const { files } = harness.world.disk;
      let open = 0;
      files.temp = async () => {
        open += 1;
        return {
          path: '/dev/full',
          async [Symbol.asyncDispose]() {
            open -= 1;
          },
        };
      };
      await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
      await harness.hears(chat, 'disk is almost full');
      await harness.calm();
      expect(harness.telegram.calls('file')).toHaveLength(1);
      expect(harness.telegram.said(chat)).toHaveLength(1);
      expect(open).toBe(0);
      expect(await readdir(join(harness.folder, 'temp'))).toEqual([]);
    },
  );
});

async function largeClip(folder: string): Promise<string> {
  const path = join(folder, 'large.mp4');
  await copyFile(clip, path);
  await truncate(path, 25 * MB);
  return path;
}
