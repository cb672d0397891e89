/** Buttons that carry what we never put on them: anybody can send anything. */
import { describe, expect, it } from 'vitest';
import { clip, image, startTestBot, textOf } from '../chat/discord/harness.ts';
import { ada, createHarness } from '../chat/telegram/harness.ts';
import type { SimInteraction } from '../simulators/discord/interactions.ts';
import { buttonsOf } from '../simulators/discord/people.ts';

const VERBS = [
  'cancel',
  'again',
  'delete',
  'confirm',
  'details',
  'get',
  'approve',
  'settings',
  '__proto__',
  'constructor',
];
/** `CODE` is that of somebody else's job. */
const garbage = (prefix: string, separator: string): string[] => [
  ...VERBS.flatMap((verb) => [`${prefix}${verb}${separator}ZZZZZZ`, `${prefix}${verb}${separator}CODE`]),
  'x',
  `${prefix}${separator}${separator}`,
  '\u202e\u0000',
  '😀'.repeat(15),
];

describe('a stranger who sends what no button of theirs says', () => {
  it('moves nothing on Discord, and the bot goes on', { timeout: 60_000 }, async () => {
    await using bot = await startTestBot();
    const { discord, ada: owner, channel, guild } = bot;
    const asked = await discord.slash(owner, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes('In line'));
    const eve = discord.member(guild, 'Eve');
    const message = asked.original;
    const [job] = await bot.jobs();
    if (!message || !job) throw new Error('no job');
    const pressed: SimInteraction[] = [];
    for (const data of garbage('strut:', ':')) {
      // Looked up each time: the message is edited meanwhile.
      const [button] = buttonsOf(message);
      const own = button?.custom_id;
      if (!button || !own) throw new Error('no button');
      button.custom_id = data.replace('CODE', job.code);
      pressed.push(discord.press(eve, message, button.custom_id));
      button.custom_id = own;
    }
    // Each is answered, if only by a word to whoever pressed.
    await discord.waitFor(() => pressed.every(({ answer }) => answer !== undefined));
    expect(pressed.filter(({ modal }) => modal).map(({ name }) => name)).toEqual([]);
    const quota = await discord.slash(eve, channel, '/quota', {});
    await discord.waitFor(() => quota.original);
    expect((await bot.jobs()).map(({ id, state }) => [id, state])).toEqual([[job.id, job.state]]);
    expect(bot.lines.join('\n')).not.toMatch(/TypeError|RangeError|IllegalMove/);
  });

  it('moves nothing on Telegram, and the bot goes on', { timeout: 60_000 }, async () => {
    const harness = await createHarness({ telegram: { privacy: false } });
    const { user, photo, clip: motion } = await ada(harness);
    const { telegram } = harness;
    const eve = telegram.user({ first_name: 'Eve' });
    const group = telegram.group({ members: [user, eve] });
    await telegram.album(user, group, [{ photo }, { video: motion }], { caption: '/animate' });
    const video = await harness.video(group);
    const [job] = await harness.jobs();
    const button = video.reply_markup?.inline_keyboard[0]?.[0];
    if (!job || !button || !('callback_data' in button)) throw new Error('no job');
    const own = button.callback_data;
    for (const data of garbage('', '|')) {
      button.callback_data = data.replace('CODE', job.code);
      await telegram.press(eve, video, button.text).done;
    }
    button.callback_data = own;
    await expect
      .poll(async () => (await harness.jobs()).map(({ id, state }) => [id, state]))
      .toEqual([[job.id, 'delivered']]);
    expect(telegram.message(video)).toBeDefined();
    expect(harness.logged.join('\n')).not.toMatch(/TypeError|RangeError|IllegalMove/);
  });
});
