import { describe, expect, it } from 'vitest';
import { buttonsOf } from '../../../simulators/telegram/telegram.ts';
import { RELAXABLE, SEVERAL } from '../../fakes/models.ts';
import { createRemote } from '../../fakes/remote.ts';
import { ada, createHarness, type HarnessOptions } from './harness.ts';

/** Ada, and a finished video of hers. */
async function finished(options: HarnessOptions = {}) {
  const harness = await createHarness(options);
  const one = await ada(harness);
  const items = await harness.telegram.album(one.user, one.chat, [{ photo: one.photo }, { video: one.clip }]);
  const video = await harness.video(one.chat);
  await harness.calm();
  const press = (label: string, message = video) => harness.telegram.press(one.user, message, label).done;
  const videos = (count: number) =>
    harness.telegram.waitFor(() => {
      const all = harness.videos(one.chat);
      return all.length === count && all;
    });
  return { harness, telegram: harness.telegram, ...one, items, video, press, videos };
}

describe('a video that is too large in every form', () => {
  it('is told of, and told of again where it is asked for', async () => {
    const harness = await createHarness();
    const { telegram } = harness;
    const { user, chat, photo, clip } = await ada(harness);
    const how = { status: 413, description: 'Request Entity Too Large' };
    const fault = telegram.fault({ method: 'sendVideo', how, times: 1_000 });
    await telegram.album(user, chat, [{ photo }, { video: clip }]);
    const told = await telegram.waitFor(() =>
      telegram.said(chat).find((message) => buttonsOf(message).flat().includes('Send again')),
    );
    expect(told.text).toContain('too large to be posted here, even made smaller');
    const pressed = await telegram.press(user, told, 'Send again').done;
    expect(pressed.text).toBe(told.text);
    fault.clear();
    await telegram.press(user, told, 'Send again').done;
    await harness.video(chat);
    expect(await harness.jobs()).toMatchObject([{ state: 'delivered' }]);
  });
});

describe('the buttons under a video', () => {
  it('Again renders it once more, told as an answer to the same message', async () => {
    const { harness, items, press, videos } = await finished();
    expect(await press('Again')).toEqual({ alert: false });
    const [, second] = await videos(2);
    expect(second?.reply_to_message?.message_id).toBe(items[0]?.message_id);
    expect(await harness.jobs()).toHaveLength(2);
  });

  it('a press that comes twice renders it once more', async () => {
    const { harness, telegram, press, videos } = await finished();
    telegram.deliverTwice();
    await press('Again');
    await videos(2);
    await harness.calm();
    expect(await harness.jobs()).toHaveLength(2);
  });

  it.each([
    ['New image', 'New image, same motion', 'image'],
    ['New motion', 'New motion, same image', 'clip'],
  ])('%s waits for the file and goes on with the other half', async (_, label, what) => {
    const { harness, telegram, user, chat, photo, clip, press, videos } = await finished();
    await press(label);
    const ask = await harness.hears(chat, /as a reply to this message/);
    const file = what === 'image' ? photo : clip;
    await telegram.sends(user, chat, {
      document: { file, name: 'fresh.mp4', mime: what === 'image' ? 'image/png' : 'video/mp4' },
      replyTo: ask,
    });
    await videos(2);
    const [job] = await harness.jobs();
    expect(job?.inputs[what === 'image' ? 'image' : 'clip'].name).toBe('fresh.mp4');
    // It was waited for once.
    await telegram.sends(user, chat, what === 'image' ? { photo } : { video: clip });
    await harness.calm();
    expect(await harness.jobs()).toHaveLength(2);
  });

  it('New image takes the next picture in private without a reply, too', async () => {
    const { harness, telegram, user, chat, photo, press, videos } = await finished();
    await press('New image, same motion');
    await harness.hears(chat, /as a reply to this message/);
    await telegram.sends(user, chat, { photo });
    await videos(2);
  });

  it('Details says everything about the job below the video, in one message', async () => {
    const { harness, chat, press } = await finished();
    expect(await press('Details')).toEqual({ alert: false });
    const details = await harness.hears(chat, 'Details');
    const [job] = await harness.jobs();
    expect(details.text).toMatch(new RegExp(`^Details\nJob: ${job?.code}\n`));
    expect(details.text).toContain('Cost: $0.28');
  });

  it('Delete asks first, then takes the video away here and there', async () => {
    const { harness, telegram, chat, video, press } = await finished();
    await press('Delete');
    const ask = await harness.hears(chat, "This can't be undone");
    expect(telegram.message(video)).toBeDefined();
    await press('Delete', ask);
    await harness.hears(chat, 'Deleted.');
    expect(telegram.message(video)).toBeUndefined();
    expect(await harness.jobs()).toEqual([]);
  });

  it('Keep it leaves everything as it is', async () => {
    const { harness, telegram, chat, video, press } = await finished();
    await press('Delete');
    const ask = await harness.hears(chat, "This can't be undone");
    await press('Keep it', ask);
    await telegram.waitFor(() => telegram.message(ask) === undefined);
    expect(telegram.message(video)).toBeDefined();
    expect(await harness.jobs()).toHaveLength(1);
  });

  it('answer strangers with words of their own and do nothing', async () => {
    const harness = await createHarness({ telegram: { privacy: false } });
    const { user, photo, clip } = await ada(harness);
    const eve = harness.telegram.user({ first_name: 'Eve' });
    const group = harness.telegram.group({ members: [user, eve] });
    await harness.telegram.album(user, group, [{ photo }, { video: clip }], { caption: '/animate' });
    const video = await harness.video(group);
    // Whoever sees a video may report it.
    for (const label of buttonsOf(video)
      .flat()
      .filter((one) => one !== 'Report')) {
      const heard = await harness.telegram.press(eve, video, label).done;
      expect([label, heard]).toEqual([
        label,
        { text: expect.stringContaining('belongs to whoever'), alert: true },
      ]);
    }
    expect(await harness.jobs()).toHaveLength(1);
  });

  it('let a moderator of the chat clear up', async () => {
    const harness = await createHarness({ telegram: { privacy: false } });
    const { user, photo, clip } = await ada(harness);
    const admin = harness.telegram.user({ first_name: 'Grace' });
    const group = harness.telegram.group({ members: [user], admins: [admin] });
    await harness.telegram.album(user, group, [{ photo }, { video: clip }], { caption: '/animate' });
    const video = await harness.video(group);
    await harness.telegram.press(admin, video, 'Delete').done;
    const ask = await harness.hears(group, "This can't be undone");
    await harness.telegram.press(admin, ask, 'Delete').done;
    await harness.hears(group, 'Deleted.');
    expect(await harness.jobs()).toEqual([]);
  });

  it('work where only the place of the message is known, and after a restart', async () => {
    const { harness, telegram, user, video, videos } = await finished();
    await harness.stop();
    const press = telegram.press(user, video, 'Again', { inaccessible: true });
    await harness.boot();
    await press.done;
    await videos(2);
  });

  it.each(['x'.repeat(64), 'constructor|ABCDEF', 'cancel|'])(
    'that say %j are told to be old',
    async (data) => {
      const { harness, telegram, user, video } = await finished();
      telegram.pushes({
        callback_query: { id: '77', from: user, chat_instance: '1', message: video, data },
      });
      await harness.telegram.waitFor(() =>
        telegram.calls('answerCallbackQuery').find((call) => call.params.callback_query_id === '77'),
      );
      expect(telegram.calls('answerCallbackQuery').at(-1)?.params.text).toContain('too old');
    },
  );
});

describe('Cancel', () => {
  it.each([
    ['before it is sent', 'created', /^Cancelled/],
    ['while it waits', 'queued', /^Cancelled/],
    ['while it renders', 'running', /^Cancelled/],
  ] as const)('calls a job off %s', async (_, state, words) => {
    const remote = createRemote('paid');
    remote.statuses = [state === 'running' ? { state: 'running' } : { state: 'queued', position: 2 }];
    const harness = await createHarness({ remote });
    const { user, chat, photo, clip } = await ada(harness);
    harness.pause(state);
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    const status = await harness.telegram.waitFor(() =>
      harness.telegram.said(chat).find((message) => harness.button(message, 'Cancel')),
    );
    await harness.until(state);
    expect(await harness.telegram.press(user, status, 'Cancel').done).toMatchObject({
      text: 'Cancelled. It cost nothing.',
    });
    await harness.hears(chat, words);
    expect(await harness.jobs()).toMatchObject([{ state: 'cancelled' }]);
  });

  it('says when it is too late', async () => {
    const { harness, telegram, user, chat } = await finished();
    const [job] = await harness.jobs();
    await telegram.sends(user, chat, { text: `/cancel ${job?.code}` });
    await harness.hears(chat, 'too late to cancel');
  });
});

describe('a price that waits for a confirmation', () => {
  const dear = () => createRemote('paid', { micros: 1_500_000 });

  async function offered(caption = '', remote = dear()) {
    const harness = await createHarness({ remote });
    const one = await ada(harness);
    await harness.telegram.album(one.user, one.chat, [{ photo: one.photo }, { video: one.clip }], {
      caption,
    });
    const offer = await harness.hears(one.chat, 'Start it?');
    const press = (label: string) =>
      harness.telegram.press(one.user, harness.telegram.message(offer) ?? offer, label).done;
    return { harness, telegram: harness.telegram, ...one, offer, press };
  }

  it('starts nothing before it, and goes on in the same message', async () => {
    const { harness, telegram, chat, offer, press } = await offered();
    expect(harness.remote.submits).toEqual([]);
    await press('Confirm');
    await harness.video(chat);
    expect((await harness.hears(chat, 'Done. It cost $1.50')).message_id).toBe(offer.message_id);
    expect(telegram.said(chat)).toHaveLength(2);
  });

  it('is shown for a cheap one too when the member asks to choose, and every choice is kept', async () => {
    const { harness, telegram, chat, offer, press } = await offered(
      '/animate options in snow',
      createRemote('paid'),
    );
    const shows = (label: string) =>
      telegram.waitFor(() => harness.button(telegram.message(offer) ?? offer, label));
    await press('As in the picture');
    await shows('● As in the picture');
    await press('☑ Sound');
    await shows('☐ Sound');
    await press('☐ Trim the clip');
    await shows('☑ Trim the clip');
    await press('Confirm');
    await harness.video(chat);
    expect(await harness.jobs()).toMatchObject([
      { request: { orientation: 'image', sound: false, prompt: 'in snow' } },
    ]);
  });

  it('lets the model be chosen by words and by buttons', async () => {
    const { harness, telegram, chat, offer, press } = await offered(
      '/animate options model=dreamactor-2 in snow',
      createRemote('paid', { offers: SEVERAL }),
    );
    const shows = (label: string) =>
      telegram.waitFor(() => harness.button(telegram.message(offer) ?? offer, label));
    await shows('● DreamActor 2');
    await press('Wan 2.2 Animate');
    await shows('● Wan 2.2 Animate');
    await press("☐ The clip's world");
    await shows("☑ The clip's world");
    await press('Confirm');
    await harness.video(chat);
    expect(await harness.jobs()).toMatchObject([
      { request: { model: 'wan-animate', scene: 'clip', prompt: 'in snow' } },
    ]);
  });

  it('lets others go first by a word and by a button', async () => {
    const { harness, telegram, chat, offer, press } = await offered(
      '/animate options speed=relaxed model=wan-animate',
      createRemote('paid', { offers: RELAXABLE }),
    );
    const shows = (label: string) =>
      telegram.waitFor(() => harness.button(telegram.message(offer) ?? offer, label));
    await shows('☑ Relaxed');
    await press('☑ Relaxed');
    await shows('☐ Relaxed');
    await press('☐ Relaxed');
    await shows('☑ Relaxed');
    expect(telegram.message(offer)?.text).toContain('Wan 2.2 Animate Standard · Relaxed');
    await press('Confirm');
    await harness.video(chat);
    expect(await harness.jobs()).toMatchObject([{ request: { model: 'wan-animate', speed: 'relaxed' } }]);
  });

  it('says why a choice cannot be had', async () => {
    const { press } = await offered();
    expect((await press('Pro')).text).toMatch(/“pro”/i);
  });

  it('answers to an admin for what an anonymous admin asked', async () => {
    const harness = await createHarness({ remote: dear(), telegram: { privacy: false } });
    const { user, photo, clip } = await ada(harness);
    const admin = harness.telegram.user({ first_name: 'Grace' });
    const group = harness.telegram.group({ creator: admin, members: [user] });
    await harness.telegram.album(admin, group, [{ photo }, { video: clip }], {
      caption: '/animate',
      as: 'anonymous',
    });
    const offer = await harness.hears(group, 'Start it?');
    expect((await harness.telegram.press(user, offer, 'Confirm').done).text).toContain('belongs to whoever');
    await harness.telegram.press(admin, offer, 'Confirm').done;
    await harness.video(group);
    expect(await harness.jobs()).toMatchObject([{ requester: { memberId: `telegram:${group.id}` } }]);
  });
});
