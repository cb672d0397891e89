import { describe, expect, it } from 'vitest';
import { buttonsOf, textOf, type Update } from '../../../simulators/telegram/telegram.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { ada, createHarness } from './harness.ts';

describe('an album in private', () => {
  it('makes one video, as a reply to it, with the caption as the prompt', async () => {
    const harness = await createHarness();
    const { telegram } = harness;
    const { user, chat, photo, clip } = await ada(harness);
    const [first] = await telegram.album(user, chat, [{ photo }, { video: clip }], {
      caption: '/animate on the beach',
    });
    const video = await harness.video(chat);
    expect(video.reply_to_message?.message_id).toBe(first?.message_id);
    expect(await harness.jobs()).toMatchObject([
      { id: `telegram-${chat.id}-${first?.message_id}`, request: { prompt: 'on the beach' } },
    ]);
    expect(harness.remote.submits).toHaveLength(1);
    expect(buttonsOf(video).flat()).toContain('Again');
    // One that tells how it stands and the video: nothing else is said.
    expect(telegram.said(chat).map(textOf)).toHaveLength(2);
  });

  it.each([
    ['the clip comes first', [1, 0], 0],
    ['its parts come slowly', [0, 1], 700],
    ['its second part comes when nobody waits for it any more', [0, 1], 2_000],
  ])('makes one job of it when %s', async (_, order, gapMs) => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.album(user, chat, [{ photo }, { video: clip, caption: 'in snow' }], {
      order,
      gapMs,
    });
    await harness.video(chat);
    await harness.calm();
    expect(await harness.jobs()).toMatchObject([{ request: { prompt: 'in snow' } }]);
  });

  it('is answered in the language of whoever sent it, to the last word', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness, { language_code: 'de-AT' });
    await harness.telegram.sends(user, chat, { photo });
    await harness.hears(chat, /Tanz|Video|Clip/);
    await harness.telegram.sends(user, chat, { video: clip });
    const video = await harness.video(chat);
    await harness.calm();
    expect(textOf(video)).toContain(wordsFor('de').t('result.ai'));
    expect(buttonsOf(video).flat()).toContain(wordsFor('de').t('button.again'));
    const said = harness.telegram.said(chat).map(textOf).join('\n');
    expect(said).not.toMatch(/\b(the|your|picture|done|is|of)\b/i);
  });

  it('makes one job of updates that all come twice', async () => {
    const harness = await createHarness();
    harness.telegram.deliverTwice();
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.video(chat);
    await harness.calm();
    expect(await harness.jobs()).toHaveLength(1);
    expect(harness.videos(chat)).toHaveLength(1);
  });

  it('makes one job of a message that comes again under another update id', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    const items = await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.video(chat);
    for (const message of items)
      harness.telegram.pushes({ message: message as NonNullable<Update['message']> });
    await harness.calm();
    expect(await harness.jobs()).toHaveLength(1);
  });

  it('takes the first picture and the first clip of many, and says so', async () => {
    const harness = await createHarness();
    harness.pause();
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.album(user, chat, [
      { photo },
      { document: { file: photo, name: 'second.png' } },
      { video: { file: clip, name: 'first.mp4' } },
      { video: { file: clip, name: 'second.mp4' } },
    ]);
    const status = await harness.hears(chat, /\$0\.28/);
    expect(textOf(status)).toContain('I took the first picture and the first clip');
    expect(await harness.jobs()).toMatchObject([{ inputs: { clip: { name: 'first.mp4' } } }]);
    expect((await harness.jobs())[0]?.inputs.image).not.toHaveProperty('name');
  });

  it('asks for what an album lacks', async () => {
    const harness = await createHarness();
    const { user, chat, photo } = await ada(harness);
    await harness.telegram.album(user, chat, [{ photo }, { photo }]);
    await harness.hears(chat, 'Now send the clip');
    await harness.calm();
    expect(harness.telegram.said(chat)).toHaveLength(1);
  });
});

describe('one after the other in private', () => {
  it.each([
    ['picture', 'clip', 'Now send the clip'],
    ['clip', 'picture', 'Now send the picture'],
  ])('makes a video of a %s and then a %s', async (first, _, nudge) => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    const halves = [{ photo, caption: 'at night' }, { video: clip }];
    if (first === 'clip') halves.reverse();
    const [one = {}, other = {}] = halves;
    await harness.telegram.sends(user, chat, one);
    await harness.hears(chat, nudge);
    const second = await harness.telegram.sends(user, chat, other);
    expect((await harness.video(chat)).reply_to_message?.message_id).toBe(second.message_id);
    expect(await harness.jobs()).toMatchObject([{ request: { prompt: 'at night' } }]);
  });

  it('uses a half up with the job that it went into', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.sends(user, chat, { photo });
    await harness.telegram.sends(user, chat, { video: clip });
    await harness.video(chat);
    await harness.telegram.sends(user, chat, { video: clip });
    await harness.hears(chat, 'Now send the picture');
    expect(await harness.jobs()).toHaveLength(1);
  });

  it('forgets a half after ten minutes', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.sends(user, chat, { photo });
    await harness.hears(chat, 'Now send the clip');
    harness.world.time.now += 11 * 60_000;
    await harness.telegram.sends(user, chat, { video: clip });
    await harness.hears(chat, 'Now send the picture');
    expect(await harness.jobs()).toHaveLength(0);
  });

  it('starts nothing for words alone', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.sends(user, chat, { text: 'hello' });
    await harness.hears(chat, 'Send a picture of a character and a clip');
    await harness.telegram.sends(user, chat, { photo });
    await harness.telegram.sends(user, chat, { text: 'what now?' });
    await harness.calm();
    await harness.telegram.sends(user, chat, { video: clip });
    await harness.video(chat);
    expect(await harness.jobs()).toHaveLength(1);
  });

  it('starts nothing for an edit', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    const items = await harness.telegram.album(user, chat, [{ photo }, { video: clip, caption: 'snow' }]);
    await harness.video(chat);
    const [, second] = items;
    if (second) harness.telegram.edits(second, { caption: '/animate rain' });
    await harness.calm();
    expect(await harness.jobs()).toHaveLength(1);
  });
});

describe('a reply in private', () => {
  it.each(['picture', 'clip'])('takes the other half from the %s that it answers', async (answered) => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    const [own, other] = answered === 'picture' ? [{ video: clip }, { photo }] : [{ photo }, { video: clip }];
    const replyTo = await harness.telegram.sends(user, chat, other);
    await harness.calm();
    harness.world.time.now += 3_600_000;
    await harness.telegram.sends(user, chat, { ...own, caption: 'slowly', replyTo });
    await harness.video(chat);
    expect(await harness.jobs()).toMatchObject([{ request: { prompt: 'slowly' } }]);
  });

  it('prefers what it answers to what was sent before', async () => {
    const harness = await createHarness();
    harness.pause();
    const { user, chat, photo, clip } = await ada(harness);
    const old = await harness.telegram.sends(user, chat, { document: { file: photo, name: 'old.jpg' } });
    await harness.telegram.sends(user, chat, { document: { file: photo, name: 'new.jpg' } });
    await harness.calm();
    await harness.telegram.sends(user, chat, { video: clip, replyTo: old });
    await harness.hears(chat, 'old.jpg');
    expect(await harness.jobs()).toMatchObject([{ inputs: { image: { name: 'old.jpg' } } }]);
  });

  it('finds the other half in another chat', async () => {
    const harness = await createHarness({ telegram: { privacy: false } });
    const { user, chat, photo, clip } = await ada(harness);
    const group = harness.telegram.group({ members: [user] });
    const elsewhere = await harness.telegram.sends(user, group, { photo });
    await harness.telegram.sends(user, chat, { video: clip, replyTo: elsewhere });
    await harness.video(chat);
    expect(await harness.jobs()).toHaveLength(1);
  });
});

describe('who may ask in private', () => {
  it('says who can let them in, and fetches nothing', async () => {
    const harness = await createHarness({ world: { access: { allowPrivate: false } } });
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.hears(chat, `telegram:${user.id}`);
    await harness.calm();
    expect(harness.telegram.calls('getFile')).toHaveLength(0);
  });
});
