import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startDiscord } from '../../simulators/discord/start.ts';
import { startFal } from '../../simulators/fal.ts';
import { buttonsOf, startTelegram } from '../../simulators/telegram/telegram.ts';
import { freePort } from '../e2e/free-port.ts';
import { alreadySeen } from '../fakes/already-seen.ts';
import { freshFolder } from '../fakes/folder.ts';
import { personClip, personImage } from '../people.ts';
import { CTRL_C, DOWN, ENTER, openTerminal, SPACE, TERMINAL } from './terminal.ts';

const WIZARD = join(import.meta.dirname, '../../src/setup/main.ts');
const NOBODY_REAL = 'No real person';
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('npm run setup, at a terminal', TERMINAL, () => {
  it('leads from nothing to a delivered video in both chats, and shows no secret', async () => {
    await using discord = await startDiscord();
    await using telegram = await startTelegram({ privacy: false });
    const fal = await startFal();
    fal.jobs.always({ queueMs: 0, runMs: 300 });
    const folder = freshFolder();
    const port = await freePort();
    const guild = discord.guild('Dancers');
    const ada = discord.member(guild, 'Ada');
    const room = discord.channel(guild, 'room');
    const bea = telegram.user({ first_name: 'Bea' });
    const chat = telegram.privateChat(bea);
    const env = {
      DATA_DIR: join(folder, 'data'),
      PORT: port,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_CDN_URLS: discord.cdnUrl,
      TELEGRAM_API_URL: telegram.apiUrl,
      FAL_QUEUE_URL: fal.url,
      FAL_REST_URL: fal.url,
      FAL_API_URL: fal.url,
    };
    await using terminal = openTerminal([WIZARD], env, folder);

    await terminal.answer('Where shall members use the bot?', SPACE, DOWN, SPACE, ENTER);
    // A key of somebody else is refused before anything is asked of anybody.
    await terminal.answer('Paste the token of Discord', fal.key, ENTER);
    await terminal.sees('That does not look like a token of Discord');
    await terminal.press(discord.token, ENTER);
    await terminal.sees(/Discord knows the bot as .+/);
    await terminal.answer('Paste the token of Telegram', telegram.token, ENTER);
    await terminal.sees(/Telegram knows the bot as @strut_sim_bot/);
    await terminal.answer('Who shall render?', SPACE, ENTER);
    await terminal.answer('Paste the key of fal.ai', 'sim-id:a-wrong-secret', ENTER);
    await terminal.sees('refuses its key');
    await terminal.answer('What now?', ENTER);
    await terminal.answer('Paste the key of fal.ai', fal.key, ENTER);
    await terminal.sees(/fal\.ai accepts FAL_KEY \(what is left .* console alone\); from \$0\.\d+ a second/);
    await terminal.answer('lead to this machine?', ENTER);
    await terminal.fills('in a day, in dollars:', '7.50');
    await terminal.answer('And in a month:', ENTER);
    await terminal.answer('Your account in Discord:', ENTER);
    const [, first = ''] = await terminal.sees(/this word, in private: (strut-\w+)/);
    await terminal.sees('Waiting for');
    await discord.waitFor(() => discord.gateway.connected() > 0);
    await discord.say(ada, discord.dm(ada), first);
    await terminal.sees(`You are discord:${ada.id}`);
    await terminal.answer('Your account in Telegram:', ENTER);
    const [, second = ''] = await terminal.sees(/this word, in private: (strut-\w+)/);
    await telegram.sends(bea, chat, { text: second });
    await terminal.sees(`You are telegram:${bea.id}`);
    await terminal.sees('What will be different in .env');
    await terminal.sees('+ DISCORD_TOKEN=(hidden)');
    await terminal.answer('Write it?', ENTER);
    await terminal.answer('Start the bot now?', ENTER);
    await terminal.sees(/Discord: works/);
    await terminal.sees(/Telegram: works/);
    await terminal.sees(`The bot is running. Its page: http://127.0.0.1:${port}`);

    const [image, clip] = await Promise.all([personImage(), personClip()]);
    await alreadySeen(env.DATA_DIR, { image, clip });
    const files = {
      image: { name: 'knight.jpg', bytes: await readFile(image) },
      clip: { name: 'dance.mp4', bytes: await readFile(clip) },
    };
    await discord.waitFor(() => discord.commands().length > 0);
    await discord.slash(ada, room, '/animate', files);
    const consent = await discord.waitFor(() =>
      discord.messages(room).find((message) => JSON.stringify(message.components).includes(NOBODY_REAL)),
    );
    discord.press(ada, consent, NOBODY_REAL);
    await discord.waitFor(() => discord.messages(room).some((message) => message.files.length > 0));
    await telegram.album(bea, chat, [{ photo: image }, { video: clip }]);
    const asked = await telegram.waitFor(() =>
      telegram.said(chat).find((one) => buttonsOf(one).flat().includes(NOBODY_REAL)),
    );
    await telegram.press(bea, asked, NOBODY_REAL).done;
    await telegram.waitFor(() => telegram.said(chat).some(({ video }) => video !== undefined));

    const written = readFileSync(join(folder, '.env'), 'utf8');
    expect(written).toContain(`OPERATORS=discord:${ada.id},telegram:${bea.id}`);
    expect(written).toContain('BUDGET_USD_PER_DAY=7.50');
    expect(modeOf(join(folder, '.env'))).toBe(0o600);
    for (const secret of [discord.token, telegram.token, fal.key])
      expect(terminal.shown()).not.toContain(secret);
    await terminal.press(CTRL_C);
    expect(await terminal.ended()).toBe(0);
    await fal.close();
  });

  it('leaves nothing half-written where the terminal is closed in the middle', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, '.env'), '# mine\nTIMEZONE=UTC\n', { mode: 0o600 });
    await using terminal = openTerminal([WIZARD, 'budgets'], { DATA_DIR: join(folder, 'data') }, folder);
    await terminal.fills('in a day, in dollars:', '3');
    await terminal.answer('And in a month:', ENTER);
    await terminal.sees('Write it?');
    await terminal.hangUp();
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('# mine\nTIMEZONE=UTC\n');
    expect(readdirSync(folder)).toEqual(['.env']);
  });
});
