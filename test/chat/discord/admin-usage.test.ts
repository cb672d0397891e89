import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { SimMessage, SimUser } from '../../../simulators/discord/world.ts';
import { COMPLETED } from '../../fakes/remote.ts';
import { type AdminBot, animate, labels, posted, says, startAdminBot } from './admin-setup.ts';
import { said, textOf } from './harness.ts';

/** What a member of the server was billed for. */
async function spent(bot: AdminBot): Promise<void> {
  await says(bot, await animate(bot, bot.ada), 'In line');
  bot.remote.statuses = [COMPLETED];
  await posted(bot, said('result.ai'));
}

async function usage(bot: AdminBot, who: SimUser = bot.admin, where = bot.channel): Promise<SimMessage> {
  const asked = await bot.discord.slash(who, where, '/usage', { period: 'month' });
  return bot.discord.waitFor(() => (asked.original?.thinking ? undefined : asked.original));
}

/** A picture, as far as anybody here looks. */
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100)]);
const withChart = { world: { media: { chart: async () => PNG } } };

describe('/usage', () => {
  it('shows the admin alone who spent what and with whom, with a picture', async () => {
    await using bot = await startAdminBot(withChart);
    await spent(bot);
    const told = await usage(bot);
    expect(told.visibleTo).toBe(bot.admin.id);
    expect(told.files.map(({ filename }) => filename)).toEqual(['usage.png']);
    expect(textOf(told)).toContain('$0.28 in 1 job');
    expect(textOf(told)).toContain(`<@${bot.ada.id}>: $0.28`);
    expect(textOf(told)).toContain('paid: $0.28');
    expect(told.notified).toEqual([]);
    expect(labels(told)).toEqual(['Export CSV', 'Export the audit log']);
  });

  it('sends every line as a table, to the admin alone, also after a restart', async () => {
    await using bot = await startAdminBot(withChart);
    await spent(bot);
    const told = await usage(bot);
    await bot.restart();
    const pressed = bot.discord.press(bot.admin, told, 'Export CSV');
    const sent = await bot.discord.waitFor(() => pressed.followUps[0]);
    expect(sent.visibleTo).toBe(bot.admin.id);
    const [file] = sent.files;
    expect(file?.filename).toMatch(/^usage-\d{4}-\d\d-01-\d{4}-\d\d-\d\d\.csv$/);
    const table = await readFile(file?.path ?? '', 'utf8');
    expect(table).toMatch(/^job,space,member,provider,/);
    expect(table).toContain(`discord:${bot.ada.id},paid,settled,4,0.28,0.28`);
  });

  it('says so where the table is too large to send', async () => {
    await using bot = await startAdminBot({
      ...withChart,
      settings: { fileLimitBytes: 50, tierLimitBytes: [50, 50, 50, 50] },
    });
    await says(bot, await animate(bot, bot.ada), 'In line');
    const told = await usage(bot);
    const pressed = bot.discord.press(bot.admin, told, 'Export CSV');
    const sent = await bot.discord.waitFor(() => pressed.followUps[0]);
    expect(textOf(sent)).toContain(said('usage.too-large'));
    expect(sent.files).toEqual([]);
  });

  it('asks at each press who may', async () => {
    await using bot = await startAdminBot(withChart);
    await spent(bot);
    const told = await usage(bot);
    for (const role of bot.guild.roles) if (role.id !== bot.guild.id) role.permissions = 0n;
    const pressed = bot.discord.press(bot.admin, told, 'Export CSV');
    const sent = await bot.discord.waitFor(() => pressed.followUps[0]);
    expect(textOf(sent)).toContain(said('refusal.not-allowed-admins-only'));
    expect(sent.files).toEqual([]);
  });

  it('is for operators alone in private, over all servers', async () => {
    await using bot = await startAdminBot(withChart);
    const dm = bot.discord.dm(bot.ada);
    expect(textOf(await usage(bot, bot.ada, dm))).toContain(said('refusal.not-allowed-in-private'));
  });
});
