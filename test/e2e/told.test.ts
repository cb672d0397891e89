/** What operators are told in private, and what `/status` says to them and to members, in both chats. */
import { expect, it } from 'vitest';
import { startDiscord } from '../../simulators/discord/start.ts';
import type { SimMessage } from '../../simulators/discord/world.ts';
import { startFal } from '../../simulators/fal.ts';
import { startTelegram, textOf } from '../../simulators/telegram/telegram.ts';
import { parts } from '../../src/doctor/chats.ts';
import { database, jobs } from '../../src/doctor/records.ts';
import { findAll } from '../../src/doctor/run.ts';
import { startBot } from './bot.ts';
import { freePort } from './free-port.ts';

const shown = (message: SimMessage | undefined): string =>
  JSON.stringify([message?.content, message?.components]);

it('tells each operator once of a key that is refused, in private, and shows it to them alone under /status', async () => {
  await using discord = await startDiscord();
  await using telegram = await startTelegram();
  const fal = await startFal();
  const guild = discord.guild('Dancers');
  const ada = discord.member(guild, 'Ada');
  const ben = discord.member(guild, 'Ben');
  const room = discord.channel(guild, 'room');
  const bea = telegram.user({ first_name: 'Bea' });
  const cleo = telegram.user({ first_name: 'Cleo' });
  const [beas, cleos] = [telegram.privateChat(bea), telegram.privateChat(cleo)];
  const port = await freePort();
  const env = {
    PORT: port,
    PAGE_PASSWORD: 'open sesame, please',
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    DISCORD_CDN_URLS: discord.cdnUrl,
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_URL: telegram.apiUrl,
    FAL_KEY: 'sim-id:revoked-secret',
    FAL_QUEUE_URL: fal.url,
    FAL_REST_URL: fal.url,
    FAL_API_URL: fal.url,
    OPERATORS: `discord:${ada.id},telegram:${bea.id}`,
  };
  await using bot = await startBot(env);
  const inDiscord = () => discord.messages(discord.dm(ada)).map((message) => shown(message));
  const inTelegram = () => telegram.said(beas).map(textOf);
  await telegram.waitFor(() => inTelegram().some((text) => text.includes('fal.ai refuses its key')));
  await discord.waitFor(() => inDiscord().some((text) => text.includes('fal.ai refuses its key')));
  expect(inTelegram()).toHaveLength(1);
  expect(inTelegram()[0]).toMatch(
    /❌[\s\S]*Make a new key in its console and paste it in npm run setup \(FAL_KEY\)/,
  );
  expect(inDiscord()).toHaveLength(1);
  expect(telegram.said(cleos)).toEqual([]);

  const operators = await telegram.sends(bea, beas, { text: '/status' });
  const full = await telegram.waitFor(() => telegram.replies(operators).at(-1) ?? telegram.said(beas)[1]);
  expect(textOf(full)).toMatch(/fal\.ai has trouble[\s\S]*Health[\s\S]*refuses its key/);
  await telegram.sends(cleo, cleos, { text: '/status' });
  const short = await telegram.waitFor(() => telegram.said(cleos).at(-1));
  expect(textOf(short)).toContain('fal.ai has trouble');
  expect(textOf(short)).not.toContain('Health');

  const asked = await discord.slash(ben, room, '/status');
  await discord.waitFor(() => shown(asked.original).includes('fal.ai has trouble'));
  expect(asked.original?.visibleTo).toBe(ben.id);
  expect(shown(asked.original)).not.toContain('refuses its key');
  const byAda = await discord.slash(ada, room, '/status');
  await discord.waitFor(() => shown(byAda.original).includes('refuses its key'));
  expect(byAda.original?.visibleTo).toBe(ada.id);

  // Beside it, and past its password, the doctor hears of it what it knows of itself.
  const found = await findAll({ ...env, DATA_DIR: bot.dataDir }, { checks: [parts, database, jobs] });
  expect(found.map(({ code }) => code)).toEqual(expect.arrayContaining(['runs', 'database', 'jobs-none']));
  expect(found.find(({ about }) => about === 'fal')).toMatchObject({ code: 'part-troubled' });
  expect(bot.log()).not.toContain('revoked-secret');
  await fal.close();
});
