import { describe, expect, it } from 'vitest';
import { buttonsOf, type Message, textOf } from '../../../simulators/telegram/telegram.ts';
import { codeOf } from '../../../src/core/job/code.ts';

import { createRemote } from '../../fakes/remote.ts';
import { adminSetup } from './admin-setup.ts';
import { ada, createHarness } from './harness.ts';

/** Ada is over the limit of the group, and sees that she may ask. */
async function over(limit = 'chat month usd 0.20') {
  const setup = await adminSetup();
  await setup.told(setup.admin, `/settings limit ${limit}`);
  const refused = await setup.shows(await setup.animates(), /over|used up/);
  return { ...setup, refused };
}

/** The request, in whichever chat it is. */
async function asks(setup: Awaited<ReturnType<typeof over>>, where = setup.group): Promise<Message> {
  await setup.presses(setup.user, setup.refused, 'Ask an admin');
  await setup.shows(setup.refused, 'The admins were asked');
  return setup.harness.hears(where, 'asks for one more job');
}

describe('a member over a limit', () => {
  it('asks, an admin approves, and the refusal becomes the status message of the job', async () => {
    const setup = await over();
    const { harness, telegram, admin, refused, presses, shows } = setup;
    expect(textOf(refused)).toMatch(/over the monthly limit for everyone here: \$0\.20 left/);
    const request = await asks(setup);
    expect(textOf(request)).toMatch(
      /^Ada asks for one more job for \$0\.28, over a limit: everyone's monthly/,
    );
    expect(request.entities?.filter(({ type }) => /mention/.test(type)) ?? []).toEqual([]);
    expect(buttonsOf(request)).toEqual([['Approve once', 'Decline']]);
    await presses(admin, request, 'Approve once');
    await harness.video(setup.group);
    expect(textOf(await shows(request, 'Grace approved it'))).toContain('Ada asks');
    expect(buttonsOf(telegram.message(request) ?? request)).toEqual([]);
    expect(textOf(await shows(refused, /^Done/))).not.toContain('limit');
    expect(harness.remote.submits).toHaveLength(1);
  });

  it('is told when an admin declines, and pays nothing', async () => {
    const setup = await over();
    const { harness, telegram, admin, refused, presses, shows } = setup;
    const request = await asks(setup);
    await presses(admin, request, 'Decline');
    await shows(request, 'Grace declined it');
    await shows(refused, 'An admin said no');
    const [asked] = [refused.reply_to_message];
    await telegram.waitFor(
      () =>
        telegram
          .said(setup.group)
          .filter(
            (message) =>
              message.reply_to_message?.message_id === asked?.message_id && /said no/.test(textOf(message)),
          ).length === 2,
    );
    expect(harness.remote.submits).toEqual([]);
  });

  it('leaves no name behind when they want to be forgotten meanwhile', async () => {
    const setup = await over();
    const { harness, refused } = setup;
    await asks(setup);
    const key = `request:${codeOf(`telegram-${setup.group.id}-${refused.reply_to_message?.message_id}`)}`;
    await harness.until(async () => JSON.stringify(await harness.noted(key))?.includes('Ada asks'));
    await harness.forgets(setup.user);
    expect(await harness.noted(key)).toBeUndefined();
  });

  it('asks in the log channel where there is one, which names the chat', async () => {
    const setup = await over();
    const { harness, telegram, admin, told, presses, shows } = setup;
    const backstage = telegram.group({ title: 'Backstage', creator: admin });
    await told(admin, `/settings log-channel ${backstage.id}`);
    const request = await asks(setup, backstage);
    expect(textOf(request)).toMatch(/^Dancers\nAda asks/);
    await presses(admin, request, 'Approve once');
    await harness.video(setup.group);
    await shows(request, 'Grace approved it');
  });

  it('may be approved in a channel, too', async () => {
    const setup = await over();
    const { harness, telegram, admin, told, presses } = setup;
    const channel = telegram.channel({ title: 'Log', admins: [admin] });
    await told(admin, `/settings log-channel ${channel.id}`);
    await presses(setup.user, setup.refused, 'Ask an admin');
    const request = await telegram.waitFor(() =>
      telegram.messages(channel).find((message) => textOf(message).includes('asks for one more job')),
    );
    await presses(admin, request, 'Approve once');
    await harness.video(setup.group);
  });

  it('can be approved only by those who are admins at that moment', async () => {
    const setup = await over();
    const { harness, telegram, user, eve, admin, group, presses } = setup;
    expect((await presses(eve, setup.refused, 'Ask an admin')).text).toContain('belongs to whoever');
    telegram.becomes(group, 'administrator', { user: eve });
    const request = await asks(setup);
    telegram.becomes(group, 'member', { user: eve, by: admin });
    for (const label of ['Approve once', 'Decline']) {
      for (const nobody of [eve, user])
        expect(await presses(nobody, request, label)).toEqual({
          text: 'Only admins can do that.',
          alert: true,
        });
    }
    expect(harness.remote.submits).toEqual([]);
  });

  it('can’t be approved by an admin of another chat who makes the button up', async () => {
    const setup = await over();
    const { harness, telegram, eve, presses } = setup;
    const request = await asks(setup);
    const own = telegram.group({ title: 'Own', creator: eve });
    const [row] = request.reply_markup?.inline_keyboard ?? [];
    for (const button of row ?? [])
      if ('callback_data' in button && button.callback_data)
        button.callback_data = button.callback_data.replace(String(setup.group.id), String(own.id));
    const stored = setup.group.messages.get(request.message_id);
    if (stored)
      stored.message = {
        ...stored.message,
        ...(request.reply_markup ? { reply_markup: request.reply_markup } : {}),
      };
    expect((await presses(eve, request, 'Approve once')).text).toBe('Only admins can do that.');
    expect(harness.remote.submits).toEqual([]);
  });
});

describe('the admins', () => {
  it('are told once when half and all of a limit is used', async () => {
    const { harness, telegram, admin, group, told, animates } = await adminSetup();
    const log = telegram.group({ title: 'Log', creator: admin });
    await told(admin, `/settings log-channel ${log.id}`);
    await told(admin, '/settings limit chat month jobs 2');
    for (const count of [1, 2]) {
      await animates();
      await telegram.waitFor(() => harness.videos(group).length === count);
    }
    await harness.hears(log, '100%');
    await harness.calm();
    const shares = telegram
      .said(log)
      .map(textOf)
      .filter((text) => text.includes('limit for everyone'));
    expect(shares).toEqual([expect.stringContaining('50%'), expect.stringContaining('100%')]);
  });

  it('see 80 % when one job uses it', async () => {
    const { harness, telegram, admin, told, animates } = await adminSetup();
    const log = telegram.group({ title: 'Log', creator: admin });
    await told(admin, `/settings log-channel ${log.id}`);
    await told(admin, '/settings limit chat month usd 0.34');
    await animates();
    expect(textOf(await harness.hears(log, 'limit for everyone'))).toMatch(/80\D+\$0\.28 of \$0\.34/);
  });
});

describe('twenty members at once', () => {
  it('with a limit of $1 and jobs of $0.42 get exactly two videos', async () => {
    const harness = await createHarness({
      remote: createRemote('paid', { micros: 420_000 }),
      world: { budgetMicros: 1_000_000 },
    });
    const people = await Promise.all(
      Array.from({ length: 20 }, (_, at) => ada(harness, { first_name: `No ${at}` })),
    );
    await Promise.all(
      people.map(({ user, chat, photo, clip }) =>
        harness.telegram.album(user, chat, [{ photo }, { video: clip }]),
      ),
    );
    const ends = () => people.map(({ chat }) => harness.telegram.said(chat).map(textOf).join('\n'));
    await harness.telegram.waitFor(() => {
      const refused = ends().filter((text) => /over the bot's daily budget/.test(text));
      return (
        refused.length === 18 && people.filter(({ chat }) => harness.videos(chat).length === 1).length === 2
      );
    });
    expect(harness.remote.submits).toHaveLength(2);
  });
});

describe('a member who asks for several', () => {
  it('sees which place in line the next one has', async () => {
    const harness = await createHarness();
    const { user, chat, photo, clip } = await ada(harness);
    harness.pause();
    const asks = () => harness.telegram.album(user, chat, [{ photo }, { video: clip }]);
    await asks();
    await asks();
    await harness.until(async () => (await harness.jobs()).length === 2);
    // One goes on rendering for as long as it takes the other to be told, and no clock runs on meanwhile.
    harness.remote.provider.status = () => new Promise(() => {});
    harness.pause(false);
    // Two albums are looked at at once: which of them comes first is open.
    await harness.hears(chat, 'place 1');
  });
});
