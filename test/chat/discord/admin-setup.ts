/** A server with an admin who has never seen the bot, and members who want more than they may. */
import type { SimInteraction } from '../../../simulators/discord/interactions.ts';
import { buttonsOf } from '../../../simulators/discord/people.ts';
import { walk } from '../../../simulators/discord/schema/components.ts';
import type { SimMessage, SimUser } from '../../../simulators/discord/world.ts';
import { type BotOptions, clip, image, slowRemote, startTestBot, type TestBot, textOf } from './harness.ts';

export type AdminBot = TestBot & { admin: SimUser };

/** Jobs of `micros` each, which wait until `finish`. */
export async function startAdminBot({ micros = 280_000, ...options }: BotOptions & { micros?: number } = {}) {
  const bot = await startTestBot({
    ...options,
    world: { remotes: [slowRemote(micros)], ...options.world },
  });
  const admin = bot.discord.member(bot.guild, 'Cleo', { permissions: ['ManageGuild'] });
  return Object.assign(bot, { admin });
}

export const settingsOf = (bot: TestBot) => bot.life.core.settings.own(`discord:${bot.guild.id}`);

type Values = Parameters<TestBot['discord']['slash']>[3];

/** `/settings <part>`, once it is answered. */
export async function set(bot: AdminBot, part: string, values: Values = {}): Promise<SimMessage> {
  const asked = await bot.discord.slash(bot.admin, bot.channel, `/settings ${part}`, values);
  return bot.discord.waitFor(() => (asked.original?.thinking ? undefined : asked.original));
}

export const animate = (bot: TestBot, who: SimUser, where = bot.channel): Promise<SimInteraction> =>
  bot.discord.slash(who, where, '/animate', { image: image(), clip: clip() });

/** Until the answer says so. */
export const says = (bot: TestBot, asked: SimInteraction, text: string): Promise<SimMessage> =>
  bot.discord.waitFor(() => (textOf(asked.original).includes(text) ? asked.original : undefined));

/** A message of the bot's in a channel that says so. */
export const posted = (bot: TestBot, text: string, where = bot.channel): Promise<SimMessage> =>
  bot.discord.waitFor(() => bot.discord.messages(where).find((message) => textOf(message).includes(text)));

export const labels = (message: SimMessage | undefined): string[] =>
  message ? buttonsOf(message).map(({ label }) => label ?? '') : [];

/** What a menu of the panel has chosen. */
export function chosenIn(message: SimMessage, customId: string): string[] {
  for (const { component } of walk(message.components))
    if ('default_values' in component && component.custom_id === customId)
      return (component.default_values ?? []).map(({ id }) => id);
  throw new Error(`there is no menu ${customId}`);
}
