import { describe, expect, it } from 'vitest';
import { COMPLETED } from '../../fakes/remote.ts';
import { clip, finish, image, said, slowRemote, startTestBot, textOf } from './harness.ts';

describe('/animate', () => {
  it('makes a video of a picture and a clip', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel, remote } = bot;
    const asked = await discord.slash(ada, channel, '/animate', {
      image: image(),
      clip: clip(),
      prompt: 'rain',
      orientation: 'image',
      sound: false,
    });
    await discord.waitFor(() => textOf(asked.original).includes('knight.png'));
    const result = await finish(bot, asked);
    expect(textOf(result)).toContain('AI-generated motion transfer · ');
    const [job] = await bot.jobs();
    expect(job?.request).toMatchObject({ prompt: 'rain', orientation: 'image', sound: false });
    expect(job?.requester).toMatchObject({
      platform: 'discord',
      spaceId: `discord:${bot.guild.id}`,
      memberId: `discord:${ada.id}`,
    });
    expect(remote.submits).toEqual([`discord-${asked.id}`]);
  });

  it.each([
    { given: { image: image() }, missing: { clip: clip() } },
    { given: { clip: clip() }, missing: { image: image() } },
    { given: {}, missing: { image: image(), clip: clip() } },
  ])(
    'asks with a form for what is missing, and keeps what was given: $missing',
    async ({ given, missing }) => {
      await using bot = await startTestBot();
      const { discord, ada, channel } = bot;
      const asked = await discord.slash(ada, channel, '/animate', { ...given, prompt: 'snow' });
      await discord.waitFor(() => asked.modalOpen);
      expect(asked.modal?.components).toHaveLength(Object.keys(missing).length);
      const sent = await discord.submitModal(asked, missing);
      await discord.waitFor(() => textOf(sent.original).includes('knight.png + dance.mp4'));
      const [job] = await bot.jobs();
      expect(job?.id).toBe(`discord-${sent.id}`);
      expect(job?.request.prompt).toBe('snow');
    },
  );

  it('shows everything to the member alone who wants it private', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/animate', {
      image: image(),
      clip: clip(),
      private: true,
    });
    await discord.waitFor(() => textOf(asked.original).includes('knight.png'));
    expect((await finish(bot, asked)).visibleTo).toBe(ada.id);
    expect(asked.original?.visibleTo).toBe(ada.id);
  });

  it('stays private when the missing files come by a form', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), private: true });
    await discord.waitFor(() => asked.modalOpen);
    const sent = await discord.submitModal(asked, { clip: clip() });
    await discord.waitFor(() => textOf(sent.original).includes('knight.png'));
    expect(sent.original?.visibleTo).toBe(ada.id);
  });

  it('says why a file can not be used, and makes no job', async () => {
    const refusing = {
      checkImage: async () => ({ ok: false as const, refusal: { code: 'not-an-image' as const } }),
    };
    await using bot = await startTestBot({ world: { media: refusing } });
    const { discord, ada, channel, remote } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes(said('refusal.not-an-image')));
    expect(await bot.jobs()).toEqual([]);
    expect(remote.submits).toEqual([]);
  });

  it('is answered in the language of the member', async () => {
    await using bot = await startTestBot();
    const { discord, guild, channel } = bot;
    const bo = discord.member(guild, 'Bo', { locale: 'de' });
    const asked = await discord.slash(bo, channel, '/help');
    await discord.waitFor(() => textOf(asked.original).includes('Gib mir'));
  });

  it('is refused before a file is fetched or a form opens where the member may not use the bot', async () => {
    await using bot = await startTestBot({ world: { access: { allowedSpaces: new Set(['discord:1']) } } });
    const { discord, ada, channel } = bot;
    const [whole, half] = [
      await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() }),
      await discord.slash(ada, channel, '/animate', { image: image() }),
    ];
    for (const asked of [whole, half]) {
      await discord.waitFor(() => textOf(asked.original).includes(said('refusal.space-not-allowed')));
      expect(asked.original?.visibleTo).toBe(ada.id);
      expect(asked.modalOpen).toBe(false);
    }
    expect(discord.journal.filter(({ server }) => server === 'cdn')).toEqual([]);
  });

  it('is closed in private unless the operator opens it, and names the id that would', async () => {
    await using bot = await startTestBot({ world: { access: { allowPrivate: false } } });
    const { discord, ada } = bot;
    const asked = await discord.slash(ada, discord.dm(ada), '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes(`discord:${ada.id}`));
  });

  it('works where only the member has brought the app along', async () => {
    await using bot = await startTestBot();
    const { discord } = bot;
    const guild = discord.guild('Strangers', { botIn: false });
    const channel = discord.channel(guild, 'general');
    const eve = discord.member(guild, 'Eve', { installed: true });
    const asked = await discord.slash(eve, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes('knight.png'));
    const job = await bot.world.disk.store.get(`discord-${asked.id}`);
    expect(job?.requester).toMatchObject({ spaceId: `discord:dm-${eve.id}`, target: { canPost: false } });
    expect(textOf(await finish(bot, asked))).toContain('AI-generated motion transfer · ');
  });

  it('tells at once where it may not be able to post the video later on', async () => {
    await using bot = await startTestBot();
    const { discord, ada, channel } = bot;
    discord.deny(channel, discord.bot, 'AttachFiles');
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes(said('told.cannot-post')));
  });
});

describe('a price that needs a confirmation', () => {
  const dear = () => {
    const remote = slowRemote(3_000_000);
    return { world: { remotes: [remote] } };
  };

  it('waits for the member to confirm, and its message becomes the job’s', async () => {
    await using bot = await startTestBot(dear());
    const { discord, ada, channel, remote } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes('This costs $3.00'));
    expect(remote.submits).toEqual([]);
    discord.press(ada, asked.original, 'As in the picture');
    await discord.waitFor(() => textOf(asked.original).includes('● As in the picture'));
    discord.press(ada, asked.original, 'Confirm');
    await discord.waitFor(() => textOf(asked.original).includes('In line'));
    expect(await bot.jobs()).toMatchObject([{ request: { orientation: 'image' } }]);
    remote.statuses = [{ ...COMPLETED, costMicros: 3_000_000 }];
    await discord.waitFor(() =>
      discord.messages(channel).some((one) => textOf(one).includes('AI-generated')),
    );
    expect(remote.submits).toHaveLength(1);
  });

  it('costs nothing when it is declined', async () => {
    await using bot = await startTestBot(dear());
    const { discord, ada, channel, remote } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes('This costs $3.00'));
    discord.press(ada, asked.original, 'decline|');
    await discord.waitFor(() => textOf(asked.original).includes(said('confirm.declined')));
    expect(remote.submits).toEqual([]);
  });

  it('can be confirmed or declined by nobody but the member who asked', async () => {
    await using bot = await startTestBot(dear());
    const { discord, ada, guild, channel, remote } = bot;
    const eve = discord.member(guild, 'Eve');
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes('This costs $3.00'));
    const pressed = discord.press(eve, asked.original, 'Confirm');
    const [told] = await discord.waitFor(() => pressed.followUps.length && pressed.followUps);
    expect(told?.visibleTo).toBe(eve.id);
    expect(textOf(asked.original)).toContain('This costs $3.00');
    expect(remote.submits).toEqual([]);
  });

  it('can still be confirmed after a restart', async () => {
    await using bot = await startTestBot(dear());
    const { discord, ada, channel, remote } = bot;
    const asked = await discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });
    await discord.waitFor(() => textOf(asked.original).includes('This costs $3.00'));
    await bot.restart();
    discord.press(ada, asked.original, 'Confirm');
    await discord.waitFor(() => textOf(asked.original).includes('In line'));
    expect(remote.submits).toHaveLength(1);
  });
});

describe('twenty members at once', () => {
  it('each get a job, and each a video', async () => {
    await using bot = await startTestBot();
    const { discord, guild, channel, remote } = bot;
    const members = Array.from({ length: 20 }, (_, index) => discord.member(guild, `member${index}`));
    const asked = await Promise.all(
      members.map((member) => discord.slash(member, channel, '/animate', { image: image(), clip: clip() })),
    );
    remote.statuses = [COMPLETED];
    await discord.waitFor(() => asked.every(({ followUps }) => followUps.length === 1));
    expect(new Set(remote.submits).size).toBe(20);
    expect(remote.submits).toHaveLength(20);
  });
});
