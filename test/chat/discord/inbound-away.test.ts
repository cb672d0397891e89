import { describe, expect, it } from 'vitest';
import { StoreUnreachable } from '../../../src/store/errors.ts';
import { clip, finish, image, said, startTestBot, type TestBot, textOf, type Way } from './harness.ts';

const animate = ({ discord, ada, channel }: TestBot) =>
  discord.slash(ada, channel, '/animate', { image: image(), clip: clip() });

/** The database is away for so many calls, after which it may have done what the last of them asked. */
function away({ store }: TestBot, times: number, isDone = false): void {
  const { claim } = store.inbox;
  let left = times;
  store.inbox.claim = async (id, record) => {
    left -= 1;
    if (left < 0) return claim(id, record);
    if (isDone) await claim(id, record);
    throw new StoreUnreachable('the database is away');
  };
}

describe.each<Way>(['gateway', 'http'])('what a member asks over %s while the database is away', (way) => {
  it.each([
    ['is done once it is back', false],
    ['is done once where only the answer of the database was lost', true],
  ])('%s', async (_what, isDone) => {
    await using bot = await startTestBot({ way });
    away(bot, 3, isDone);
    if (way === 'gateway') bot.discord.gateway.duplicateNext();
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes('In line'));
    await finish(bot, asked);
    expect(bot.remote.submits).toEqual([`discord-${asked.id}`]);
    expect(asked.followUps).toHaveLength(1);
    expect(bot.lines.join('\n')).not.toContain(asked.token);
  });

  it('ends in words in the place of "thinking" where that lasts', async () => {
    await using bot = await startTestBot({ way });
    away(bot, Number.POSITIVE_INFINITY);
    const asked = await animate(bot);
    await bot.discord.waitFor(() => textOf(asked.original).includes(said('told.trouble')));
    expect(bot.remote.submits).toEqual([]);
    expect(bot.lines.join('\n')).not.toContain(asked.token);
  });
});

describe('a button that is pressed while the database is away', () => {
  it('leaves its message as it is, and the words go to the member alone', async () => {
    await using bot = await startTestBot();
    const asked = await animate(bot);
    const shown = await bot.discord.waitFor(() => {
      const { original } = asked;
      return original && textOf(original).includes('In line') ? original : undefined;
    });
    away(bot, Number.POSITIVE_INFINITY);
    const pressed = await bot.discord.press(bot.ada, shown, 'Cancel');
    await bot.discord.waitFor(() =>
      pressed.followUps.some((one) => textOf(one).includes(said('told.trouble'))),
    );
    expect(textOf(asked.original)).toContain('In line');
  });
});
