/** A few servers and people to try the bot with by hand. */
import type { DiscordSim } from './start.ts';

export function furnish(discord: DiscordSim): void {
  const floor = discord.guild('The Dance Floor', { tier: 2 });
  const general = discord.channel(floor, 'general');
  discord.channel(floor, 'auditions', { parent: general });
  const quiet = discord.channel(floor, 'announcements');
  discord.deny(quiet, discord.bot, 'SendMessages');
  discord.member(floor, 'Ada', { locale: 'de' });
  const ben = discord.member(floor, 'Ben');
  discord.member(floor, 'Cleo', { locale: 'fr', permissions: ['ManageGuild', 'ManageMessages'] });
  discord.member(floor, 'Dov', { dmsOpen: false });

  const elsewhere = discord.guild('Without the bot', { botIn: false });
  discord.channel(elsewhere, 'lounge');
  const eve = discord.member(elsewhere, 'Eve', { locale: 'ja', installed: true });
  discord.groupDm('Eve and Ben', [eve, ben]);
}
