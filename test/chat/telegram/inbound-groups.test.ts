import { describe, expect, it } from 'vitest';
import { textOf } from '../../../simulators/telegram/telegram.ts';
import { ada, createHarness, type HarnessOptions } from './harness.ts';

/** Ada in a group; by default one that shows the bot everything. */
async function inGroup({ privacy = false, ...options }: HarnessOptions & { privacy?: boolean } = {}) {
  const harness = await createHarness({ ...options, telegram: { ...options.telegram, privacy } });
  const { user, photo, clip } = await ada(harness);
  const admin = harness.telegram.user({ first_name: 'Grace' });
  const group = harness.telegram.group({ creator: admin, members: [user] });
  return { harness, telegram: harness.telegram, user, admin, photo, clip, group, name: '@strut_sim_bot' };
}

describe('in a group that shows the bot everything', () => {
  it('starts nothing unasked', async () => {
    const { harness, telegram, user, photo, clip, group } = await inGroup();
    await telegram.album(user, group, [{ photo }, { video: clip }], { caption: 'look at this' });
    const picture = await telegram.sends(user, group, { photo });
    await telegram.sends(user, group, { video: clip, replyTo: picture, caption: '/animate@another_bot' });
    await telegram.sends(user, group, { text: '/unknown' });
    await harness.calm();
    expect(telegram.said(group)).toEqual([]);
    expect(await harness.jobs()).toEqual([]);
  });

  it.each([
    ['the command', '/animate in snow'],
    ['the command with our name', '/animate@strut_sim_bot in snow'],
    ['a mention', '@strut_sim_bot in snow'],
  ])('animates an album with %s', async (_, caption) => {
    const { harness, telegram, user, photo, clip, group } = await inGroup();
    await telegram.album(user, group, [{ photo }, { video: clip }], { caption });
    await harness.video(group);
    expect(await harness.jobs()).toMatchObject([
      { request: { prompt: 'in snow' }, requester: { spaceId: `telegram:${group.id}` } },
    ]);
  });

  it.each(['picture', 'clip'])(
    'animates a %s that somebody answers with the other half',
    async (answered) => {
      const { harness, telegram, user, admin, photo, clip, group } = await inGroup();
      const [other, own] =
        answered === 'picture' ? [{ photo }, { video: clip }] : [{ video: clip }, { photo }];
      const replyTo = await telegram.sends(admin, group, other);
      await telegram.sends(user, group, { ...own, caption: '/animate', replyTo });
      if (answered === 'picture') {
        const question = await harness.hears(group, 'Somebody else posted this picture');
        await telegram.press(user, question, "I have this person's yes").done;
      }
      await harness.video(group);
      expect(await harness.jobs()).toMatchObject([{ requester: { memberId: `telegram:${user.id}` } }]);
    },
  );

  it('asks for the other half of a picture that mentions it, and takes it as an answer', async () => {
    const { harness, telegram, user, photo, clip, group, name } = await inGroup();
    await telegram.sends(user, group, { photo, caption: `${name} in snow` });
    const nudge = await harness.hears(group, /clip/);
    expect(await harness.jobs()).toEqual([]);
    await telegram.sends(user, group, { video: clip, replyTo: nudge });
    await harness.video(group);
    expect(await harness.jobs()).toHaveLength(1);
  });

  it.each(['picture', 'clip'])('takes what came before when the command answers a %s', async (answered) => {
    const { harness, telegram, user, photo, clip, group } = await inGroup();
    const [before, later] =
      answered === 'picture' ? [{ video: clip }, { photo }] : [{ photo }, { video: clip }];
    await telegram.sends(user, group, before);
    const replyTo = await telegram.sends(user, group, later);
    await telegram.sends(user, group, { text: '/animate', replyTo });
    await harness.video(group);
    expect(await harness.jobs()).toHaveLength(1);
  });

  it('never takes the half of another member, or of another topic', async () => {
    const { harness, telegram, user, admin, photo, clip } = await inGroup();
    const group = telegram.group({ creator: admin, members: [user], forum: true });
    const topic = telegram.topic(admin, group, 'Dances');
    await telegram.sends(admin, group, { photo, topic });
    await telegram.sends(user, group, { photo });
    const replyTo = await telegram.sends(user, group, { video: clip, topic });
    await telegram.sends(user, group, { text: '/animate', replyTo, topic });
    await harness.hears(group, 'Now reply to it with the picture');
    expect(await harness.jobs()).toEqual([]);
  });

  it('answers in the topic where it was asked', async () => {
    const { harness, telegram, user, admin, photo, clip } = await inGroup();
    const group = telegram.group({ creator: admin, members: [user], forum: true });
    const topic = telegram.topic(admin, group, 'Dances');
    await telegram.album(user, group, [{ photo }, { video: clip }], { caption: '/animate', topic });
    const video = await harness.video(group);
    expect(telegram.said(group).map(({ message_thread_id }) => message_thread_id)).toEqual([topic, topic]);
    expect(video.is_topic_message).toBe(true);
  });

  it('renders what was asked for though the question was deleted', async () => {
    const { harness, telegram, user, photo, clip, group } = await inGroup();
    harness.pause();
    const items = await telegram.album(user, group, [{ photo }, { video: clip }], { caption: '/animate' });
    await harness.hears(group, /\$0\.28/);
    for (const item of items) telegram.deletes(item);
    harness.pause(false);
    await harness.video(group);
  });
});

describe('in a group in privacy mode', () => {
  it('animates with a command that answers one half, once the other was given to it', async () => {
    const { harness, telegram, user, photo, clip, group, name } = await inGroup({ privacy: true });
    const picture = await telegram.sends(user, group, { photo });
    await telegram.sends(user, group, { text: `/animate${name} at night`, replyTo: picture });
    const nudge = await harness.hears(group, 'Now reply to it with the clip');
    await telegram.sends(user, group, { video: clip, replyTo: nudge });
    await harness.video(group);
    expect(await harness.jobs()).toMatchObject([{ request: { prompt: 'at night' } }]);
  });

  it('says in help what it can see', async () => {
    const { harness, telegram, user, group, name } = await inGroup({ privacy: true });
    await telegram.sends(user, group, { text: `/help${name}` });
    expect(textOf(await harness.hears(group, 'How it works'))).toContain('In groups I see only commands');
    expect(harness.logged.join('\n')).toContain('privacy mode is on');
  });

  it('leaves that out where it sees everything', async () => {
    const { harness, telegram, user, group } = await inGroup();
    await telegram.sends(user, group, { text: '/help' });
    expect(textOf(await harness.hears(group, 'How it works'))).not.toContain('In groups I see only commands');
    expect(harness.logged.join('\n')).toContain('privacy mode is off');
  });
});

describe('who asks', () => {
  it('bills the chat for an anonymous admin, whose jobs then answer to its admins', async () => {
    const { harness, telegram, user, admin, photo, clip, group } = await inGroup();
    harness.pause();
    await telegram.album(admin, group, [{ photo }, { video: clip }], {
      caption: '/animate',
      as: 'anonymous',
    });
    const status = await harness.hears(group, /\$0\.28/);
    expect(await harness.jobs()).toMatchObject([{ requester: { memberId: `telegram:${group.id}` } }]);
    expect((await telegram.press(user, status, 'Cancel').done).text).toContain('belongs to whoever asked');
    const [job] = await harness.jobs();
    await telegram.sends(admin, group, { text: `/cancel ${job?.code}`, as: 'anonymous' });
    await harness.hears(group, 'Cancelled. It cost nothing.');
  });

  it('starts nothing for channels, what they forward by themselves, and other bots', async () => {
    const { harness, telegram, admin, photo, group } = await inGroup();
    const channel = telegram.channel({ admins: [admin], discussion: group });
    await telegram.sends(admin, channel, { photo, caption: '/animate' });
    const bot = telegram.user({ is_bot: true, first_name: 'Other' });
    group.members.set(bot.id, { user: bot, status: 'member' });
    await telegram.sends(bot, group, { photo, caption: '/animate' });
    await harness.calm();
    expect(telegram.said(group)).toEqual([]);
  });

  it('goes on as the same space when the group becomes a supergroup', async () => {
    const { harness, telegram, user, admin, photo, clip } = await inGroup();
    const group = telegram.group({ creator: admin, members: [user], type: 'group' });
    await telegram.sends(user, group, { text: '/help' });
    await harness.hears(group, 'How it works');
    const next = telegram.migrates(group);
    await telegram.album(user, next, [{ photo }, { video: clip }], { caption: '/animate' });
    await harness.video(next);
    expect(await harness.jobs()).toMatchObject([{ requester: { spaceId: `telegram:${group.id}` } }]);
  });

  it('delivers to the supergroup that the group has become meanwhile', async () => {
    const { harness, telegram, user, admin, photo, clip } = await inGroup();
    const group = telegram.group({ creator: admin, members: [user], type: 'group' });
    harness.pause();
    await telegram.album(user, group, [{ photo }, { video: clip }], { caption: '/animate' });
    await harness.hears(group, /\$0\.28/);
    const next = telegram.migrates(group);
    harness.pause(false);
    await harness.video(next);
  });
});

describe('coming into a group', () => {
  it('says how it is used', async () => {
    const { harness, telegram, admin } = await inGroup();
    const group = telegram.group({ creator: admin, bot: 'absent' });
    telegram.becomes(group, 'member');
    await harness.hears(group, 'Hello!');
  });

  it('goes again where it may not work, and says why', async () => {
    const { harness, telegram, admin, user } = await inGroup({
      world: { access: { allowedSpaces: new Set(['telegram:-1']) } },
    });
    const group = telegram.group({ creator: admin, members: [user], bot: 'absent' });
    telegram.becomes(group, 'member');
    await harness.hears(group, `telegram:${group.id}`);
    await telegram.waitFor(() => group.members.get(telegram.bot.id)?.status === 'left');
  });

  it('breaks nothing when it is thrown out', async () => {
    const { harness, telegram, user, photo, clip, group } = await inGroup();
    const chat = telegram.privateChat(user);
    harness.pause();
    await telegram.album(user, group, [{ photo }, { video: clip }], { caption: '/animate' });
    await harness.hears(group, /\$0\.28/);
    telegram.becomes(group, 'kicked');
    harness.pause(false);
    await harness.video(chat);
    await harness.calm();
  });
});
