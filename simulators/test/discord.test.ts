// First, as in a process where something else has loaded it.
import 'undici';
import {
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  type ClientOptions,
  ContainerBuilder,
  ContextMenuCommandBuilder,
  FileUploadBuilder,
  type Interaction,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  SlashCommandBuilder,
} from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logIn } from '../discord/log-in.ts';
import { buttons, mediaShown, visibleText } from '../discord/look.ts';
import { type DiscordSim, startDiscord } from '../discord/start.ts';

const PICTURE = { name: 'me.png', bytes: Buffer.from('not a real picture') };
const CLIP = { name: 'dance.mp4', bytes: Buffer.alloc(100_000, 7) };

const COMMANDS = [
  new SlashCommandBuilder()
    .setName('animate')
    .setDescription('Moves a picture')
    .addAttachmentOption((option) =>
      option.setName('image').setDescription('The picture').setFileTypes('image'),
    )
    .addStringOption((option) =>
      option
        .setName('quality')
        .setDescription('How good')
        .addChoices({ name: 'Draft', value: 'draft' }, { name: 'Pro', value: 'pro' }),
    ),
  new ContextMenuCommandBuilder().setName('Animate this').setType(ApplicationCommandType.Message),
].map((command) => command.setContexts(0, 1).setIntegrationTypes(0, 1).toJSON());

let discord: DiscordSim;
const clients: AsyncDisposable[] = [];

async function bot(...[handle, options]: [(interaction: Interaction) => unknown, Partial<ClientOptions>?]) {
  const logged = await logIn(discord, handle, options);
  clients.push(logged);
  await logged.client.application?.commands.set(COMMANDS);
  return logged;
}

beforeEach(async () => {
  discord = await startDiscord();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client[Symbol.asyncDispose]()));
  await discord[Symbol.asyncDispose]();
});

describe('the genuine discord.js client on the simulator', () => {
  it('takes a slash command with a file, defers, edits in Components V2 and follows up so that the member is told', async () => {
    const guild = discord.guild('Dancers', { locale: 'de' });
    const channel = discord.channel(guild, 'general');
    const ada = discord.member(guild, 'Ada', { locale: 'fr' });
    const seen: unknown[] = [];
    const { errors } = await bot(async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      const { resource } = await interaction.deferReply({ withResponse: true });
      const image = interaction.options.getAttachment('image', true);
      const bytes = Buffer.from(await (await fetch(image.url)).arrayBuffer());
      seen.push(
        interaction.locale,
        interaction.guildLocale,
        image.name,
        bytes.toString(),
        resource?.message?.id,
      );
      await interaction.editReply({
        flags: MessageFlags.IsComponentsV2,
        components: [
          new ContainerBuilder()
            .addTextDisplayComponents({ type: 10, content: '**Working**' })
            .addActionRowComponents((row) =>
              row.addComponents(
                new ButtonBuilder().setCustomId('job:1').setLabel('Cancel').setStyle(ButtonStyle.Danger),
              ),
            ),
        ],
      });
      await interaction.followUp({
        flags: MessageFlags.IsComponentsV2,
        files: [{ name: 'video.mp4', attachment: CLIP.bytes, description: 'Ada dances' }],
        components: [
          { type: 10, content: `Done, <@${interaction.user.id}>` },
          { type: 12, items: [{ media: { url: 'attachment://video.mp4' }, description: 'Ada dances' }] },
        ],
        allowedMentions: { users: [interaction.user.id] },
      });
    });

    const asked = await discord.slash(ada, channel, 'animate', { image: PICTURE, quality: 'pro' });
    await discord.waitFor(() => asked.followUps.length + errors.length);

    expect(errors).toEqual([]);
    const result = asked.followUps[0] ?? expect.fail('nothing followed');
    expect(seen).toEqual(['fr', 'de', 'me.png', 'not a real picture', asked.original?.id]);
    expect(asked.original && visibleText(asked.original)).toBe('**Working**');
    expect(asked.original && buttons(asked.original)).toEqual([
      { label: 'Cancel', disabled: false, customId: 'job:1' },
    ]);
    expect(asked.original?.notified).toEqual([]);
    expect(result.notified).toEqual([ada.id]);
    const [shown] = mediaShown(result);
    expect(shown).toMatchObject({ filename: 'video.mp4', alt: 'Ada dances' });
    expect(Buffer.from(await (await fetch(shown?.url ?? '')).arrayBuffer())).toEqual(CLIP.bytes);
  });

  it('opens a modal from a button and reads the file that was picked there', async () => {
    const guild = discord.guild('Dancers');
    const channel = discord.channel(guild, 'general');
    const ada = discord.member(guild, 'Ada');
    const picked: string[] = [];
    const { errors } = await bot(async (interaction) => {
      if (interaction.isChatInputCommand())
        await interaction.reply({
          components: [
            { type: 1, components: [{ type: 2, style: 1, label: 'New image', custom_id: 'new:1' }] },
          ],
        });
      if (interaction.isButton())
        await interaction.showModal(
          new ModalBuilder()
            .setCustomId('form:1')
            .setTitle('New image')
            .addLabelComponents(
              new LabelBuilder()
                .setLabel('The picture')
                .setFileUploadComponent(new FileUploadBuilder().setCustomId('image').setFileTypes('image')),
            ),
        );
      if (interaction.isModalSubmit()) {
        await interaction.deferUpdate();
        picked.push(...interaction.fields.getUploadedFiles('image', true).map(({ name }) => name));
        await interaction.editReply({ content: 'got it', components: [] });
      }
    });

    const asked = await discord.slash(ada, channel, 'animate');
    const message = await discord.waitFor(() => asked.original);
    const pressed = discord.press(ada, message, 'New image');
    await discord.waitFor(() => pressed.modalOpen);
    await expect(discord.submitModal(pressed, { image: CLIP })).rejects.toThrow('not of image');
    await discord.submitModal(pressed, { image: PICTURE });
    await discord.waitFor(() => message.content === 'got it');

    expect(picked).toEqual(['me.png']);
    expect(errors).toEqual([]);
    expect(() => discord.press(ada, message, 'New image')).toThrow('no button New image');
    await expect(discord.submitModal(pressed, { image: PICTURE })).rejects.toThrow('no form is open');
  });

  it('gives a context menu the whole message, and a mention its content and files, but nothing else', async () => {
    const guild = discord.guild('Dancers');
    const channel = discord.channel(guild, 'general');
    const ada = discord.member(guild, 'Ada');
    const targets: string[] = [];
    const { client } = await bot(
      async (interaction) => {
        if (!interaction.isMessageContextMenuCommand()) return;
        targets.push(...interaction.targetMessage.attachments.map(({ name }) => name));
        await interaction.reply({ content: 'ok', flags: MessageFlags.Ephemeral });
      },
      { intents: [1, 512] },
    );
    const heard: { content: string; files: string[] }[] = [];
    client.on('messageCreate', ({ content, attachments, author }) => {
      if (!author.bot) heard.push({ content, files: attachments.map(({ name }) => name) });
      discord.sim.changed();
    });

    const post = await discord.say(ada, channel, 'look', { files: [PICTURE] });
    const asked = discord.contextMenu(ada, post, 'Animate this');
    const answer = await discord.waitFor(() => asked.original);
    await discord.say(ada, channel, `${discord.mention} go`, { files: [CLIP], replyTo: post });
    await discord.waitFor(() => heard.length === 2);

    expect(targets).toEqual(['me.png']);
    expect(answer.visibleTo).toBe(ada.id);
    expect(heard).toEqual([
      { content: '', files: [] },
      { content: `${discord.mention} go`, files: ['dance.mp4'] },
    ]);
  });
});
