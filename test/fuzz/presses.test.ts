/** Buttons that carry what we never put on them: anybody can send anything. */
import { describe, expect, it } from 'vitest';
import type { SimInteraction } from '../../simulators/discord/interactions.ts';
import { buttonsOf } from '../../simulators/discord/people.ts';
import type { SimMessage } from '../../simulators/discord/world.ts';
import { ACTIONS } from '../../src/chat/actions.ts';
import { PANEL_CODES, PANEL_VERB } from '../../src/chat/settings-panel.ts';
import { ANONYMOUS_VERB } from '../../src/chat/telegram/admin/panel.ts';
import { clip, image, said, slowRemote, startTestBot, textOf } from '../chat/discord/harness.ts';
import { ada, createHarness } from '../chat/telegram/harness.ts';
import { createRemote } from '../fakes/remote.ts';

/** Above what is started unasked. */
const DEAR_MICROS = 1_500_000;
const NOBODYS = 'ZZZZZZ';
/** No verbs, but something to every object. */
const UNKNOWN = ['__proto__', 'constructor', 'valueof', 'nonsense'];
const VERBS = [...Object.keys(ACTIONS), 'again', 'sample', 'new-image', 'new-motion'];
const NONSENSE = ['x', '::', '||', 'strut::', 'strut:cancel:', 'cancel|', '\u202e\u0000', '😀'.repeat(15)];

/** Each verb with each code, with and without something after it. */
const discordIds = (codes: readonly string[]): string[] =>
  codes.flatMap((code) => [
    `delete-yes|${code}|1`,
    ...[...VERBS, ...UNKNOWN].map((verb) => `${verb}|${code}`),
    // As an earlier version wrote them.
    `strut:delete-yes:${code}-1`,
    ...VERBS.map((verb) => `strut:${verb}:${code}`),
    ...PANEL_CODES.map((panelCode) => `${PANEL_VERB}|${panelCode}|${code}`),
    ...[...PANEL_CODES, 'history', 'ask', 'approve', 'refuse', 'csv'].map(
      (act) => `strut-admin:${act}:${code}`,
    ),
  ]);
const telegramData = (codes: readonly string[]): string[] =>
  codes.flatMap((code) => [
    `choose|${code}|quality=pro`,
    ...[...VERBS, ANONYMOUS_VERB, ...UNKNOWN].map((verb) => `${verb}|${code}`),
    ...['forget-ask', 'delete-now', 'usage-csv'].map((verb) => `${verb}|${code}`),
  ]);

describe('a stranger who sends what no button of theirs says', () => {
  it('moves nothing on Discord, and the bot goes on', async () => {
    await using bot = await startTestBot({ world: { remotes: [slowRemote(DEAR_MICROS)] } });
    const { discord, ada: owner, channel, guild } = bot;
    const offered = async (): Promise<SimMessage> => {
      const asked = await discord.slash(owner, channel, '/animate', { image: image(), clip: clip() });
      await discord.waitFor(() => textOf(asked.original).includes('Confirm'));
      if (!asked.original) throw new Error('no offer');
      return asked.original;
    };
    const message = await offered();
    discord.press(owner, message, 'Confirm');
    await discord.waitFor(() => textOf(message).includes('In line'));
    const offer = await offered();
    const offerCode = /confirm\|(\w+)/.exec(textOf(offer))?.[1] ?? '';
    const [job] = await bot.jobs();
    if (!job || !(await bot.world.disk.offers.get(`offer:${offerCode}`)))
      throw new Error('no job, or no offer');
    const eve = discord.member(guild, 'Eve');

    async function pressAll(ids: readonly string[]): Promise<SimInteraction[]> {
      const pressed: SimInteraction[] = [];
      for (const id of ids) {
        if (!buttonsOf(message).length) message.components = structuredClone(components);
        // Looked up each time: the message may be edited meanwhile.
        const [button] = buttonsOf(message);
        const own = button?.custom_id;
        if (!button || !own) throw new Error('no button');
        button.custom_id = id;
        pressed.push(discord.press(eve, message, id));
        button.custom_id = own;
      }
      // Each is answered, if only by a word to whoever pressed.
      await discord.waitFor(() => pressed.every(({ answer }) => answer !== undefined));
      const quota = await discord.slash(eve, channel, '/quota', {});
      await discord.waitFor(() => quota.original && !quota.original.thinking);
      return pressed;
    }

    const asItWas = textOf(message);
    const components = structuredClone(message.components);
    const foreign = await pressAll([...discordIds([job.code, offerCode]), ...NONSENSE]);
    // The form for a new name is of what waits to be kept: about a job it says nothing, and leads nowhere.
    const formsOfTheirJob = foreign.filter(
      ({ modal, name }) => modal && !name.includes('keep-name') && new RegExp(`[:|]${job.code}$`).test(name),
    );
    expect(formsOfTheirJob.map(({ name }) => name)).toEqual([]);
    expect(textOf(message)).toBe(asItWas);
    const unknown = foreign.filter(({ name }) => /^(?:constructor|valueof|nonsense)\|/.test(name));
    await discord.waitFor(() =>
      unknown.every(({ followUps }) => followUps.some((one) => textOf(one).includes(said('told.too-old')))),
    );
    // An offer that nobody knows any more has expired, and its message says so.
    await pressAll(discordIds([NOBODYS]));
    expect(message.deleted).not.toBe(true);
    expect((await bot.jobs()).map(({ id, state }) => [id, state])).toEqual([[job.id, job.state]]);
    expect(await bot.world.disk.offers.get(`offer:${offerCode}`)).toBeDefined();
    expect(bot.life.core.settings.own(`discord:${guild.id}`)).toEqual({});
    expect(bot.lines.join('\n')).not.toMatch(/TypeError|RangeError|IllegalMove/);
    // What they tried took nothing from the owner.
    discord.press(owner, offer, 'Confirm');
    await expect.poll(async () => (await bot.jobs()).length).toBe(2);
  });

  it('moves nothing on Telegram, and the bot goes on', async () => {
    const remote = createRemote('paid', { micros: DEAR_MICROS });
    const harness = await createHarness({ telegram: { privacy: false }, remote });
    const { user, photo, clip: motion } = await ada(harness);
    const { telegram } = harness;
    const eve = telegram.user({ first_name: 'Eve' });
    const group = telegram.group({ members: [user, eve] });
    const offered = async () => {
      const before = telegram.said(group).length;
      await telegram.album(user, group, [{ photo }, { video: motion }], { caption: '/animate' });
      return telegram.waitFor(() =>
        telegram
          .said(group)
          .find((one, index) => index >= before && 'reply_markup' in one && one.reply_markup),
      );
    };
    await telegram.press(user, await offered(), 'Confirm').done;
    const video = await harness.video(group);
    const offer = await offered();
    const offerCode = /"confirm\|(\w+)\|/.exec(JSON.stringify(offer))?.[1] ?? '';
    const [job] = await harness.jobs();
    const button = video.reply_markup?.inline_keyboard[0]?.[0];
    const offerOnDisk = () => harness.world.disk.offers.get(`offer:${offerCode}`);
    const before = await offerOnDisk();
    if (!job || !before || !button || !('callback_data' in button)) throw new Error('no job, or no offer');
    const own = button.callback_data;
    const seen = () => JSON.stringify([telegram.message(video), telegram.message(offer)]);
    const asItWas = seen();
    const panel = [PANEL_VERB, ANONYMOUS_VERB].flatMap((verb) =>
      ['main', 'quality|pro', 'notify|off', 'confirm|0'].map((rest) => `${verb}|${rest}`),
    );
    const presses = [...telegramData([job.code, offerCode, NOBODYS]), ...panel, ...NONSENSE].map((data) => {
      button.callback_data = data;
      return telegram.press(eve, video, button.text).done;
    });
    await Promise.all(presses);
    button.callback_data = own;
    await harness.calm();
    expect(seen()).toBe(asItWas);
    expect((await harness.jobs()).map(({ id, state }) => [id, state])).toEqual([[job.id, 'delivered']]);
    expect(await offerOnDisk()).toEqual(before);
    expect(await harness.world.disk.settings.all()).toEqual([]);
    expect(harness.logged.join('\n')).not.toMatch(/TypeError|RangeError|IllegalMove/);
    await telegram.press(user, offer, 'Confirm').done;
    await expect.poll(async () => (await harness.jobs()).length).toBe(2);
  });
});
