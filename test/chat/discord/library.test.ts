import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { SimInteraction } from '../../../simulators/discord/interactions.ts';
import type { SimMessage } from '../../../simulators/discord/world.ts';
import { spaceShelf } from '../../../src/core/library/item.ts';
import type { Media } from '../../../src/core/media.ts';
import { manyMotions } from '../../fakes/items.ts';
import { clip, finish, image, said, startTestBot, type TestBot, textOf } from './harness.ts';

/** Previews whose bytes nobody looks at. */
const media: Partial<Media> = {
  preview: async (_path, to) => {
    await writeFile(to, 'webp');
    return true;
  },
  previewSheet: async (_tiles, to) => {
    await writeFile(to, 'GIF89a');
    return true;
  },
};
const start = () => startTestBot({ world: { media } });

const answerTo = (bot: TestBot, asked: SimInteraction): Promise<SimMessage> =>
  bot.discord.waitFor(() => (asked.original && !asked.original.thinking ? asked.original : undefined));
const says = (bot: TestBot, asked: SimInteraction, text: string): Promise<SimMessage> =>
  bot.discord.waitFor(() => (textOf(asked.original).includes(text) ? asked.original : undefined));

/** A clip that Ada posted, kept by whoever right-clicks it. */
async function keep(bot: TestBot, who = bot.ada, name = 'shuffle.mp4'): Promise<SimInteraction> {
  const message = await bot.discord.say(bot.ada, bot.channel, 'look', { files: [clip(name)] });
  const asked = bot.discord.contextMenu(who, message, 'Save this motion');
  const proposed = await says(bot, asked, 'Keep shuffle as a motion?');
  bot.discord.press(who, proposed, 'Save for everyone here');
  await says(bot, asked, said('library.done-kept'));
  return asked;
}
const motionsOf = (bot: TestBot) =>
  bot.world.disk.library.on([spaceShelf(`discord:${bot.guild.id}`)], 'motion');

describe('a clip in a channel', () => {
  it('becomes a motion for everyone there in two presses, seen by whoever keeps it alone until then', async () => {
    await using bot = await start();
    const bob = bot.discord.member(bot.guild, 'Bob');
    const message = await bot.discord.say(bot.ada, bot.channel, 'look', { files: [clip('shuffle.mp4')] });
    const asked = bot.discord.contextMenu(bob, message, 'Save this motion');
    const proposed = await says(bot, asked, 'Keep shuffle as a motion?');
    expect(proposed.visibleTo).toBe(bob.id);
    expect(proposed.files.map(({ filename }) => filename)).toEqual(['library.gif']);
    expect(textOf(proposed)).toContain('$0.28');
    expect(textOf(proposed)).toContain('Nothing is kept before you say so.');
    expect(await motionsOf(bot)).toEqual([]);
    bot.discord.press(bob, proposed, 'Save for everyone here');
    await says(bot, asked, said('library.done-kept'));
    expect(await motionsOf(bot)).toMatchObject([
      { name: 'shuffle', ownerId: `discord:${bob.id}`, postedBy: `discord:${bot.ada.id}` },
    ]);
  });

  it('animates another member’s picture by three letters of its name', async () => {
    await using bot = await start();
    await keep(bot);
    const bob = bot.discord.member(bot.guild, 'Bob');
    const { discord, channel } = bot;
    const typed = await discord.autocomplete(bob, channel, '/animate', 'motion', { motion: 'shu' });
    const [choice] = await discord.waitFor(() => typed.choices);
    expect(choice?.name).toBe('shuffle · 4 s · $0.28 · not used yet');
    const asked = await discord.slash(bob, channel, '/animate', {
      image: image(),
      motion: String(choice?.value),
    });
    await discord.waitFor(() => textOf(asked.original).includes('In line'));
    const [motion] = await motionsOf(bot);
    const [job] = await bot.jobs();
    expect(job?.inputs.clip).toMatchObject({ key: motion?.file.key, item: motion?.id });
    const result = await finish(bot, asked);
    expect(textOf(result)).toContain('Save motion');
    const again = await discord.autocomplete(bob, channel, '/animate', 'motion', { motion: 'SHU' });
    expect((await discord.waitFor(() => again.choices))[0]?.name).toBe('shuffle · 4 s · $0.28 · used once');
  });

  it('needs no file at all with a character, and is taken by its written name as well', async () => {
    await using bot = await start();
    await keep(bot);
    const { discord, ada, channel } = bot;
    const added = await discord.slash(ada, channel, '/character add', { image: image(), name: 'Rob' });
    const proposed = await says(bot, added, 'Keep Rob as a character?');
    discord.press(ada, proposed, 'No real person');
    await says(bot, added, said('library.done-kept'));
    const asked = await discord.slash(ada, channel, '/animate', { motion: 'Shuf', character: 'rob' });
    await discord.waitFor(() => textOf(asked.original).includes('In line'));
    const wrong = await discord.slash(ada, channel, '/animate', { motion: 'polka', character: 'rob' });
    expect(textOf(await answerTo(bot, wrong))).toContain('I know no such motion here. There are: shuffle.');
  });

  it('asks for the picture alone where a motion is named without one', async () => {
    await using bot = await start();
    await keep(bot);
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { motion: 'shuffle' });
    await discord.waitFor(() => asked.modal);
    expect(JSON.stringify(asked.modal)).toContain('"image"');
    expect(JSON.stringify(asked.modal)).not.toContain('"clip"');
    const sent = await discord.submitModal(asked, { image: [image()] });
    await discord.waitFor(() => textOf(sent.original).includes('In line'));
  });

  it('is told to be none where the message has none', async () => {
    await using bot = await start();
    const message = await bot.discord.say(bot.ada, bot.channel, 'only words');
    const asked = bot.discord.contextMenu(bot.ada, message, 'Save this character');
    expect(textOf(await answerTo(bot, asked))).toContain(said('ask.no-picture-in-message'));
  });
});

describe('the buttons under a result', () => {
  it('keep the motion that it was made with, told to whoever presses alone', async () => {
    await using bot = await start();
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/animate', {
      image: image(),
      clip: clip('moonwalk.mp4'),
    });
    await discord.waitFor(() => textOf(asked.original).includes('In line'));
    const result = await finish(bot, asked);
    const pressed = discord.press(ada, result, 'Save motion');
    const proposed = await discord.waitFor(() => pressed.followUps[0]);
    expect([proposed.visibleTo, textOf(proposed).includes('Keep moonwalk as a motion?')]).toEqual([
      ada.id,
      true,
    ]);
    expect(proposed.files.map(({ filename }) => filename)).toEqual(['library.gif']);
    const kept = discord.press(ada, proposed, 'Save for me');
    await discord.waitFor(() => textOf(proposed).includes(said('library.done-kept')));
    expect(kept.followUps).toEqual([]);
    const [job] = await bot.jobs();
    const mine = await bot.world.disk.library.ofOwner(`discord:${ada.id}`);
    // The very bytes of the job: nothing lies on the disk twice.
    expect(mine).toMatchObject([{ scope: 'mine', file: { key: job?.inputs.clip.key } }]);
  });
});

describe('/motion list', () => {
  it('leafs through what there is, six at a time, each a press away', async () => {
    await using bot = await start();
    const spaceId = `discord:${bot.guild.id}`;
    for (const item of manyMotions(8, { spaceId }))
      await bot.world.disk.library.add(item, { shelf: 200, owner: 200 });
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/motion list');
    const first = await says(bot, asked, 'Motion 7');
    expect(textOf(first)).toContain('Motions · 8 of 200');
    expect(textOf(first)).not.toContain('Motion 1 ');
    expect(first.files.map(({ filename }) => filename)).toEqual(['library.gif']);
    discord.press(ada, first, '›');
    const second = await says(bot, asked, '2 / 2');
    const pressed = discord.press(ada, second, '1 · Motion 1');
    await discord.waitFor(() => pressed.modal);
    expect(JSON.stringify(pressed.modal)).toContain('"image"');
    const found = await discord.slash(ada, channel, '/motion list', { find: '3' });
    await says(bot, found, '1 · Motion 3');
  });

  it('says how to begin where there is nothing', async () => {
    await using bot = await start();
    const asked = await bot.discord.slash(bot.ada, bot.channel, '/motion list');
    expect(textOf(await answerTo(bot, asked))).toContain(said('library.none-motion'));
  });
});

describe('characters without a motion', () => {
  it.each([
    ['alone', {}],
    ['with a clip', { clip: clip('shuffle.mp4') }],
  ])('%s are told at once to name one of the library, and no form opens', async (_how, files) => {
    await using bot = await start();
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { characters: 'ann, bob', ...files });
    expect(textOf(await answerTo(bot, asked))).toContain(
      said('refusal.missing-motion', { command: '/motion' }),
    );
    expect(asked.modal).toBeUndefined();
  });
});

describe('whoever keeps something', () => {
  it('may give it another name in a form before, and rename, move and remove it afterwards', async () => {
    await using bot = await start();
    const { discord, ada, channel } = bot;
    const message = await discord.say(ada, channel, 'look', { files: [clip('shuffle.mp4')] });
    const asked = discord.contextMenu(ada, message, 'Save this motion');
    const proposed = await says(bot, asked, 'Keep shuffle as a motion?');
    const form = discord.press(ada, proposed, 'Another name');
    await discord.waitFor(() => form.modal);
    await discord.submitModal(form, { name: 'Two-step' });
    const named = await says(bot, asked, 'Keep Two-step as a motion?');
    discord.press(ada, named, 'Save for everyone here');
    const kept = await says(bot, asked, said('library.done-kept'));
    const renamed = await discord.slash(ada, channel, '/motion rename', { name: 'two', to: 'Cha cha' });
    await says(bot, renamed, 'Cha cha');
    discord.press(ada, kept, 'Remove');
    const question = await says(bot, asked, 'Remove Cha cha?');
    discord.press(ada, question, 'Remove');
    await says(bot, asked, 'Cha cha is removed');
    expect(await motionsOf(bot)).toEqual([]);
  });

  it('finds a name that another has taken meanwhile with a free one proposed', async () => {
    await using bot = await start();
    const { discord, ada, channel } = bot;
    const bob = discord.member(bot.guild, 'Bob');
    const message = await discord.say(ada, channel, 'look', { files: [clip('shuffle.mp4')] });
    const [mine, theirs] = [ada, bob].map((who) => discord.contextMenu(who, message, 'Save this motion'));
    if (!mine || !theirs) throw new Error('both asked');
    const first = await says(bot, mine, 'Keep shuffle as a motion?');
    const second = await says(bot, theirs, 'Keep shuffle as a motion?');
    discord.press(ada, first, 'Save for everyone here');
    await says(bot, mine, said('library.done-kept'));
    discord.press(bob, second, 'Save for everyone here');
    const again = await says(bot, theirs, 'Keep shuffle 2 as a motion?');
    discord.press(bob, again, 'Save for everyone here');
    await says(bot, theirs, said('library.done-kept'));
    expect((await motionsOf(bot)).map(({ name }) => name).sort()).toEqual(['shuffle', 'shuffle 2']);
  });
});
