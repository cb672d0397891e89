import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { furnish } from '../discord/furnish.ts';
import { asBot, logIn } from '../discord/log-in.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';

let discord: DiscordSim;
beforeEach(async () => {
  discord = await startDiscord();
  furnish(discord);
});
afterEach(() => discord[Symbol.asyncDispose]());

const person = (name: string) => {
  const found = [...discord.world.users.values()].find(({ globalName }) => globalName === name);
  if (!found) throw new Error(`nobody is called ${name}`);
  return found.id;
};
const general = () => [...discord.world.channels.values()].find(({ name }) => name === 'general')?.id ?? '';
const look = async (name: string) =>
  (await (await fetch(`${discord.pageUrl}/_sim/state?as=${person(name)}&channel=${general()}`)).json()) as {
    channels: { name: string }[];
    messages: {
      content: string;
      ephemeral: boolean;
      notifiedNames: string[];
      attachments: { url: string }[];
    }[];
    modals: { interaction: string; modal: { title: string } }[];
    failed: object[];
  };
async function act(name: string, what: object, files: Record<string, string> = {}) {
  const form = new FormData();
  form.set('payload_json', JSON.stringify({ as: person(name), channel: general(), ...what }));
  for (const [field, filename] of Object.entries(files)) form.set(field, new Blob(['bytes']), filename);
  const answer = await fetch(`${discord.pageUrl}/_sim/do`, { method: 'POST', body: form });
  return { status: answer.status, message: ((await answer.json()) as { message?: string }).message };
}

describe('the page', () => {
  it('comes with what it needs, and its own requests stay out of the journal', async () => {
    const html = await (await fetch(discord.pageUrl)).text();
    const assets = [...html.matchAll(/(?:src|href)="(\/_sim[^"]+)"/g)].map(([, path]) => path);
    expect(assets).toHaveLength(2);
    for (const path of assets) expect((await fetch(`${discord.pageUrl}${path}`)).status).toBe(200);
    expect((await fetch(`${discord.pageUrl}/_sim/page/none.js`)).status).toBe(404);
    expect(discord.journal.filter(({ path }) => path.startsWith('/_sim') || path === '/')).toEqual([]);
  });

  it('shows each person what they may see', async () => {
    const names = async (who: string) => (await look(who)).channels.map(({ name }) => name);
    expect(await names('Ada')).toEqual(['strut', 'general', 'auditions', 'announcements']);
    expect(await names('Eve')).toEqual(['strut', 'lounge', 'Eve and Ben']);
  });

  it('posts, runs commands with files, fills forms and says why something is not possible', async () => {
    await using bot = await logIn(discord, async (interaction) => {
      if (interaction.isChatInputCommand())
        await interaction.showModal({
          custom_id: 'form',
          title: interaction.options.getAttachment('image', true).name,
          components: [{ type: 18, label: 'Clip', component: { type: 19, custom_id: 'clip' } }],
        });
      if (interaction.isModalSubmit())
        await interaction.reply({
          flags: 64,
          content: interaction.fields
            .getUploadedFiles('clip', true)
            .map(({ name }) => name)
            .join(),
        });
    });
    await asBot(discord, 'PUT', `/applications/${discord.bot.id}/commands`, [
      {
        name: 'go',
        description: 'x',
        options: [{ type: 11, name: 'image', description: 'x', required: true }],
      },
    ]);
    expect(await act('Ada', { do: 'slash', line: 'go', values: {} })).toEqual({
      status: 409,
      message: 'image is required',
    });
    await act('Ada', { do: 'slash', line: 'go', values: {} }, { image: 'me.png' });
    await discord.waitFor(() => [...discord.interactions.values()].some(({ modalOpen }) => modalOpen));
    const [open] = (await look('Ada')).modals;
    expect(open?.modal.title).toBe('me.png');
    await act('Ada', { do: 'modal', interaction: open?.interaction, values: {} }, { clip: 'a.mp4' });
    await discord.waitFor(() => [...discord.interactions.values()].some(({ original }) => original));
    await act('Ben', { do: 'say', text: 'hello' }, { files: 'b.png' });
    expect((await look('Ada')).messages.map(({ content, ephemeral }) => [content, ephemeral])).toEqual([
      ['a.mp4', true],
      ['hello', false],
    ]);
    const [seen] = (await look('Ben')).messages;
    expect(await (await fetch(seen?.attachments[0]?.url ?? '')).text()).toBe('bytes');
    expect(bot.errors).toEqual([]);
  });
});
