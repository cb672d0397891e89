import { describe, expect, it } from 'vitest';
import { buttonsOf, type Message, textOf, type User } from '../../../simulators/telegram/telegram.ts';
import { adminSetup } from './admin-setup.ts';

/** A video in the group, and whoever saw it: Eve, who has written to the bot before. */
async function seen(options: Parameters<typeof adminSetup>[0] = {}) {
  const setup = await adminSetup(options);
  const { harness, telegram, eve, admin } = setup;
  const eves = telegram.privateChat(eve);
  const graces = telegram.privateChat(admin);
  for (const [user, chat] of [
    [eve, eves],
    [admin, graces],
  ] as const)
    await telegram.sends(user, chat, { text: '/help' });
  await setup.animates();
  const video = await harness.video(setup.group);
  await harness.until('delivered');
  const [job] = await harness.jobs();
  if (!job) throw new Error('no job');
  return { ...setup, eves, graces, video, code: job.code, job: async () => (await harness.jobs())[0] };
}

type Seen = Awaited<ReturnType<typeof seen>>;

/** A press that no button of the bot's says, as anybody's own program can send it. */
async function makesUp(
  { telegram, harness }: Seen,
  from: User,
  message: Message,
  data: string,
): Promise<void> {
  const id = `46000000${Math.floor(harness.clock.now())}`;
  telegram.pushes({ callback_query: { id, from, message, chat_instance: '7', data } });
  await harness.calm();
}

/** Eve reports what she saw in the group, in private. */
async function reports({ presses, eve, eves, video, harness, shows }: Seen, reason: string): Promise<void> {
  await presses(eve, video, 'Report');
  const question = await harness.hears(eves, 'Why do you report video');
  await presses(eve, question, reason);
  if (reason === 'Other') return;
  await shows(question, 'Go on?');
  await presses(eve, question, 'Report it');
  await shows(question, 'Thank you');
}

describe('a report in a group', () => {
  it('is asked about in private, where nobody else sees who reports', async () => {
    const all = await seen();
    const before = all.telegram.said(all.group).length;
    await all.presses(all.eve, all.video, 'Report');
    const question = await all.harness.hears(all.eves, 'Why do you report video');
    expect(buttonsOf(question)).toEqual([['It shows me', 'Intimate', 'A minor', 'Other']]);
    expect(all.telegram.said(all.group)).toHaveLength(before);
  });

  it('takes the video out of the group, and its member learns that it is hidden', async () => {
    const all = await seen();
    await reports(all, 'It shows me');
    await all.telegram.waitFor(() => all.telegram.message(all.video) === undefined);
    await all.harness.hears(all.group, /Hidden after a report/);
    expect((await all.job())?.hidden).toMatchObject({ reason: 'me' });
  });

  it('changes what it may not delete any more into a grey picture with a word about it', async () => {
    const all = await seen();
    all.harness.world.time.now += 49 * 3_600_000;
    await reports(all, 'Intimate');
    const left = await all.shows(all.video, 'It was reported and taken away');
    expect(left.video).toBeUndefined();
    expect(left.photo).toBeDefined();
    expect(buttonsOf(left)).toEqual([]);
  });

  it('is told to the admins in private, who restore it there, by name, and nobody learns who reported', async () => {
    const all = await seen();
    await reports(all, 'It shows me');
    const notice = await all.harness.hears(all.graces, 'was reported: It shows me');
    expect(textOf(notice)).toContain('Ada');
    expect(textOf(notice)).not.toContain('Eve');
    expect(buttonsOf(notice)).toEqual([['Restore', 'Remove for good', 'Ban the asker']]);
    await all.presses(all.admin, notice, 'Restore');
    await all.shows(notice, 'Grace restored it');
    await all.telegram.waitFor(() => all.harness.videos(all.group).length === 1);
    expect(await all.job()).not.toHaveProperty('hidden');
  });

  it('that an admin agrees with removes the video, its picture and its clip', async () => {
    const all = await seen();
    await reports(all, 'It shows me');
    const notice = await all.harness.hears(all.graces, 'was reported');
    await all.presses(all.admin, notice, 'Remove for good');
    await all.shows(notice, "can't be undone");
    await all.presses(all.admin, notice, 'Remove for good');
    await all.shows(notice, 'Grace removed it for good');
    expect(await all.job()).toBeUndefined();
  });

  it('that says a minor is shown leaves admins nothing to press', async () => {
    const all = await seen();
    await reports(all, 'A minor');
    const notice = await all.harness.hears(all.graces, "It's locked and shown to nobody");
    expect(buttonsOf(notice)).toEqual([]);
    await makesUp(all, all.admin, notice, `restore|${all.code}|${all.group.id}`);
    expect((await all.job())?.hidden).toMatchObject({ locked: true });
  });

  it('cannot be decided by a press that a member makes up', async () => {
    const all = await seen();
    await reports(all, 'It shows me');
    const question = await all.harness.hears(all.eves, 'Thank you');
    for (const verb of ['restore', 'remove-yes', 'ban'])
      await makesUp(all, all.eve, question, `${verb}|${all.code}|${all.group.id}`);
    expect((await all.job())?.hidden).toBeDefined();
    expect(await all.settings()).toBeUndefined();
  });

  it('sends whoever never wrote to the bot to a private chat', async () => {
    const all = await seen();
    const zoe = all.telegram.user({ first_name: 'Zoe' });
    const pressed = await all.presses(zoe, all.video, 'Report');
    expect(JSON.stringify(pressed)).toContain(`/report ${all.code}`);
  });
});

describe('the /report command', () => {
  it('in a group is answered in private, and leads an admin to what waits for a decision', async () => {
    const all = await seen();
    await reports(all, 'It shows me');
    await all.harness.hears(all.graces, 'was reported');
    await all.telegram.sends(all.admin, all.group, { text: '/report' });
    const list = await all.harness.hears(all.graces, 'Reports to decide');
    expect(textOf(list)).toContain(all.code);
    await all.presses(all.admin, list, `${all.code}: Decide`);
    await all.shows(list, 'was reported: It shows me');
    expect(buttonsOf(all.telegram.message(list) ?? list)).toEqual([
      ['Restore', 'Remove for good', 'Ban the asker'],
    ]);
  });

  it('says the same of a code that there is and of one that there is not', async () => {
    const all = await seen();
    const asks = async (code: string): Promise<string> => {
      await all.telegram.sends(all.eve, all.eves, { text: `/report ${code}` });
      const question = await all.harness.hears(all.eves, `Why do you report video ${code}?`);
      await all.presses(all.eve, question, 'It shows me');
      await all.shows(question, 'Go on?');
      await all.presses(all.eve, question, 'Report it');
      return textOf(await all.shows(question, 'Thank you'));
    };
    expect(await asks('ZZZZZZ')).toBe(await asks(all.code));
  });
});
