import { copyFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { buttonsOf, type Message, textOf } from '../../../simulators/telegram/telegram.ts';
import { type Refusal, refuse } from '../../../src/core/refusals.ts';
import { wordsFor } from '../../../src/words/index.ts';
import { sampleClip, sampleImage } from '../../samples.ts';
import { adminSetup } from './admin-setup.ts';
import { ada, createHarness, type HarnessOptions } from './harness.ts';

const MB = 1024 * 1024;
const { t, refusal } = wordsFor('en');
const photo = await sampleImage();
const clip = await sampleClip();
/** Other bytes than any result here. */
const other = await sampleClip({ container: 'webm', codec: 'vp8' });

/** What is handed out is the provider's own file; whatever else is asked about looks like nothing that is known. */
const media: NonNullable<HarnessOptions['world']>['media'] = {
  mark: async (path, to) => {
    await copyFile(path, to);
    return { width: 720, height: 1280, durationMs: 4000 };
  },
  frameHashes: async () => ({ reference: new Uint32Array(), queries: [] }),
};
const known: HarnessOptions = { world: { media } };
const refusing = (why: Refusal): HarnessOptions => ({
  world: { media: { frameHashes: async () => undefined, checkClip: async () => refuse(why) } },
});

async function inPrivate(options: HarnessOptions = known) {
  const harness = await createHarness(options);
  const { user, chat } = await ada(harness);
  const sends = (what: Parameters<typeof harness.telegram.sends>[2]) =>
    harness.telegram.sends(user, chat, what);
  return { harness, telegram: harness.telegram, user, chat, sends };
}

describe('/verify in private', () => {
  it('takes the video that it hangs on, and says so in one message', async () => {
    const { harness, telegram, chat, sends } = await inPrivate();
    await sends({ video: clip, caption: '/verify' });
    await harness.hears(chat, t('verify.not-ours'));
    expect(telegram.said(chat)).toHaveLength(1);
    expect(await harness.jobs()).toEqual([]);
  });

  it('takes the one that it answers', async () => {
    const { harness, chat, sends } = await inPrivate();
    const video = await sends({ document: { file: other, name: 'found.webm', mime: 'video/webm' } });
    await harness.calm();
    await sends({ text: '/verify', replyTo: video });
    await harness.hears(chat, t('verify.not-ours'));
  });

  it('waits for one otherwise, and tells a picture in its place from it', async () => {
    const { harness, telegram, chat, sends } = await inPrivate();
    await sends({ text: '/verify' });
    await harness.hears(chat, t('verify.ask'));
    await sends({ photo });
    await harness.hears(chat, refusal({ code: 'not-a-video' }));
    expect(telegram.calls('getFile')).toEqual([]);
    await sends({ video: clip });
    await harness.hears(chat, t('verify.not-ours'));
    await harness.calm();
    expect(await harness.jobs()).toEqual([]);
  });

  it('takes no picture that it answers or hangs on, and asks Telegram for none', async () => {
    const { harness, telegram, chat, sends } = await inPrivate();
    await sends({ photo, caption: '/verify' });
    await harness.hears(chat, refusal({ code: 'not-a-video' }));
    expect(telegram.calls('getFile')).toEqual([]);
  });

  it('says what Telegram does not give out, without asking for it', async () => {
    const { harness, telegram, chat, sends } = await inPrivate();
    // It learns from the first file what kind of server this is.
    await sends({ video: clip, caption: '/verify' });
    await harness.hears(chat, t('verify.not-ours'));
    await sends({ video: { file: clip, bytes: 25 * MB }, caption: '/verify' });
    await harness.hears(chat, 'at most 20 MB');
    expect(telegram.calls('getFile')).toHaveLength(1);
  });

  it.each<Refusal>([
    { code: 'broken-file', what: 'clip' },
    { code: 'not-a-video', found: 'PNG' },
  ])('says what is wrong with the file: $code', async (why) => {
    const { harness, chat, sends } = await inPrivate(refusing(why));
    await sends({ video: clip, caption: '/verify' });
    await harness.hears(chat, refusal(why));
  });

  it('is answered once after a kill in the middle of it, in the same message', async () => {
    let looks = 0;
    const never = new Promise<never>(() => {});
    const { harness, telegram, chat, sends } = await inPrivate({
      world: {
        media: {
          frameHashes: async () => {
            looks += 1;
            return looks === 1 ? never : { reference: new Uint32Array(), queries: [] };
          },
        },
      },
    });
    await sends({ video: clip, caption: '/verify' });
    await harness.until(() => looks === 1);
    await harness.kill();
    await harness.boot();
    await harness.hears(chat, t('verify.not-ours'));
    expect(telegram.said(chat)).toHaveLength(1);
  });

  it('is not for strangers', async () => {
    const { harness, telegram, chat, sends } = await inPrivate({
      world: { access: { allowPrivate: false } },
    });
    await sends({ video: clip, caption: '/verify' });
    await harness.hears(chat, 'telegram:');
    expect(telegram.calls('getFile')).toEqual([]);
  });
});

describe('/verify in a group', () => {
  /** A finished video of Ada's, and what is said of it there when somebody asks. */
  async function inGroup() {
    const setup = await adminSetup(known);
    await setup.animates();
    const video = await setup.harness.video(setup.group);
    await setup.harness.calm();
    const [job] = await setup.harness.jobs();
    const verdict = async (who: Parameters<typeof setup.says>[0]): Promise<Message> =>
      setup.shows(
        await setup.says(who, '/verify', { replyTo: video }),
        t('verify.unchanged', { code: job?.code ?? '' }),
      );
    return { ...setup, verdict };
  }
  const button = t('button.made-by');

  it('says which job the bot’s own video is of, and not whose', async () => {
    const { verdict, eve } = await inGroup();
    const message = await verdict(eve);
    expect(textOf(message)).not.toContain('Ada');
    expect(buttonsOf(message).flat()).toEqual([]);
  });

  it('tells an admin who made it, in a window that nobody else sees', async () => {
    const { verdict, admin, presses } = await inGroup();
    const message = await verdict(admin);
    expect(textOf(message)).not.toContain('Ada');
    expect(await presses(admin, message, button)).toEqual({
      alert: true,
      text: t('verify.made-by', { who: 'Ada' }),
    });
  });

  it('tells nobody else who presses the same button', async () => {
    const { verdict, admin, eve, presses } = await inGroup();
    const message = await verdict(admin);
    expect(await presses(eve, message, button)).toMatchObject({
      alert: true,
      text: refusal({ code: 'not-allowed', why: 'admins-only' }),
    });
  });
});
