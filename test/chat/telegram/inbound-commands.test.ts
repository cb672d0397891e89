import { describe, expect, it } from 'vitest';
import { buttonsOf, textOf } from '../../../simulators/telegram/telegram.ts';
import { LOCALES } from '../../../src/words/index.ts';
import { ada, createHarness } from './harness.ts';

async function withVideo() {
  const harness = await createHarness();
  const one = await ada(harness);
  await harness.telegram.album(one.user, one.chat, [{ photo: one.photo }, { video: one.clip }]);
  await harness.video(one.chat);
  await harness.calm();
  const says = (text: string) => harness.telegram.sends(one.user, one.chat, { text });
  return { harness, telegram: harness.telegram, says, ...one };
}

describe('commands in private', () => {
  it.each(['/start', '/start from-a-link', '/help'])('%s says how it works', async (text) => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    await harness.telegram.sends(user, chat, { text });
    const help = textOf(await harness.hears(chat, 'How it works'));
    for (const name of ['animate', 'jobs', 'cancel', 'quota', 'privacy', 'help'])
      expect(help).toContain(`/${name} – `);
  });

  it('/jobs lists what was made and sends it again without an upload', async () => {
    const { harness, telegram, user, chat, says } = await withVideo();
    await says('/jobs');
    const list = await harness.hears(chat, 'Recent jobs');
    const [job] = await harness.jobs();
    expect(textOf(list)).toContain(job?.code);
    await telegram.press(user, list, `${job?.code}: Send again`).done;
    await telegram.waitFor(() => harness.videos(chat).length === 2);
    expect(telegram.calls('sendVideo').map(({ uploads }) => Object.keys(uploads).length > 0)).toEqual([
      true,
      false,
    ]);
  });

  it('/jobs with a code shows that job, also the oldest of many, and a code of nobody’s is said to be so', async () => {
    const { harness, telegram, user, chat, says } = await withVideo();
    const [job] = await harness.jobs();
    await says(`/jobs ${job?.code.toLowerCase()}`);
    const one = await harness.hears(chat, `${job?.code} · finished`);
    await telegram.press(user, one, `${job?.code}: Send again`).done;
    await telegram.waitFor(() => harness.videos(chat).length === 2);
    await says('/jobs ABCDEF');
    await harness.hears(chat, "can't find that job");
  });

  it('/jobs with a code is answered in a group for what was made there alone', async () => {
    const { harness, telegram, user } = await withVideo();
    const [job] = await harness.jobs();
    const group = telegram.group({ members: [user] });
    await telegram.sends(user, group, { text: `/jobs@strut_sim_bot ${job?.code}` });
    await harness.hears(group, "can't find that job");
  });

  it('/jobs in a group leaves out what was made elsewhere', async () => {
    const { harness, telegram, user } = await withVideo();
    const group = telegram.group({ members: [user] });
    await telegram.sends(user, group, { text: '/jobs@strut_sim_bot' });
    await harness.hears(group, 'Nothing here yet');
  });

  it('/jobs all is for those who run the group', async () => {
    const { harness, telegram, user } = await withVideo();
    const admin = telegram.user({ first_name: 'Grace' });
    const group = telegram.group({ creator: admin, members: [user] });
    await telegram.sends(user, group, { text: '/jobs@strut_sim_bot all' });
    await harness.hears(group, "aren't allowed");
    await telegram.sends(admin, group, { text: '/jobs@strut_sim_bot all' });
    await harness.hears(group, 'Nothing here yet');
  });

  it('/cancel needs no code where only one job can be meant', async () => {
    const harness = await createHarness();
    harness.pause();
    const { user, chat, photo, clip } = await ada(harness);
    await harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await harness.hears(chat, /\$0\.28/);
    await harness.telegram.sends(user, chat, { text: '/cancel' });
    await harness.hears(chat, /^Cancelled\. It cost nothing/);
    expect(await harness.jobs()).toMatchObject([{ state: 'cancelled' }]);
  });

  it('says what an option takes where what was written is too long for it, or is no choice of it', async () => {
    const { harness, chat, says } = await withVideo();
    await says(`/jobs ${'A'.repeat(101)}`);
    await harness.hears(chat, '“job” can be: at most 100 characters');
    await says('/usage fortnight');
    await harness.hears(chat, '“period” can be: day, week, month, last-month');
  });

  it('/quota says what limits there are', async () => {
    const { harness, chat, says } = await withVideo();
    await says('/quota');
    expect(textOf(await harness.hears(chat, 'Your limits'))).toMatch(/no limits/i);
  });

  it('/privacy deletes only after a second yes', async () => {
    const { harness, telegram, user, chat, says } = await withVideo();
    await says('/privacy');
    const told = await harness.hears(chat, 'What is kept');
    await telegram.press(user, told, 'Delete my data').done;
    const ask = await harness.hears(chat, "can't be undone");
    expect(await harness.jobs()).toHaveLength(1);
    await telegram.press(user, ask, 'Delete my data').done;
    await harness.hears(chat, 'Deleted: 1 job');
    expect(await harness.jobs()).toHaveLength(0);
  });

  it('one that comes twice is answered once', async () => {
    const harness = await createHarness();
    harness.telegram.deliverTwice();
    const { user, chat } = await ada(harness);
    await harness.telegram.sends(user, chat, { text: '/quota' });
    await harness.telegram.sends(user, chat, { text: '/jobs' });
    await harness.hears(chat, 'Nothing here yet');
    await harness.calm();
    expect(harness.telegram.said(chat)).toHaveLength(2);
  });

  it('an unknown one is answered with where to look', async () => {
    const harness = await createHarness();
    const { user, chat } = await ada(harness);
    await harness.telegram.sends(user, chat, { text: '/dance' });
    await harness.hears(chat, "don't know that command");
  });
});

describe('what Telegram shows of the bot', () => {
  it('names its commands in each scope and language, and only when they have changed', async () => {
    const harness = await createHarness({ unregistered: true });
    const { telegram } = harness;
    await harness.registers();
    expect(telegram.calls('setMyCommands')).toHaveLength(3 * LOCALES.length);
    const scopes = new Set(telegram.calls('setMyCommands').map(({ params }) => JSON.stringify(params.scope)));
    expect(scopes.size).toBe(3);
    expect(telegram.calls('setMyShortDescription')).toHaveLength(LOCALES.length);
    await harness.stop();
    await harness.boot();
    const { user, chat } = await ada(harness);
    await telegram.sends(user, chat, { text: '/quota' });
    await harness.hears(chat, 'Your limits');
    expect(telegram.calls('setMyCommands')).toHaveLength(3 * LOCALES.length);
  });

  it('offers no button that does nothing', async () => {
    const { harness, telegram, user, chat, says } = await withVideo();
    await says('/jobs');
    await harness.hears(chat, 'Recent jobs');
    for (const message of telegram.said(chat)) {
      for (const label of buttonsOf(message).flat()) {
        const heard = await telegram.press(user, message, label).done;
        expect([label, heard.text]).not.toEqual([label, expect.stringContaining('too old')]);
      }
    }
  });
});
