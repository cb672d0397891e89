/** Who is named in a message, and who of them is told (developer docs, resources/message#allowed-mentions, 2026-11-21). */
import { ComponentType, MessageFlags } from 'discord-api-types/v10';
import { may } from './permissions.ts';
import { walk } from './schema/components.ts';
import type { AllowedMentions } from './schema/message.ts';
import type { SimMessage, World } from './world.ts';

/** Every text that a reader sees, in order. */
export function textsOf(message: Pick<SimMessage, 'content' | 'components'>): string[] {
  const texts = message.content ? [message.content] : [];
  for (const { component } of walk(message.components))
    if (component.type === ComponentType.TextDisplay) texts.push(component.content);
  return texts;
}

/** Fills in who is mentioned, and answers who gets a notification if the message is new. */
export function readMentions(
  world: World,
  message: SimMessage,
  allowed: AllowedMentions | null | undefined,
): string[] {
  const text = textsOf(message).join('\n');
  const { guild, recipients } = message.channel;
  const named = [...text.matchAll(/<@!?(\d+)>/g)]
    .map(([, id = '']) => id)
    .filter((id) => world.users.has(id));
  const roles = [...text.matchAll(/<@&(\d+)>/g)].map(([, id = '']) => id);
  const parses = (kind: 'users' | 'roles' | 'everyone') =>
    !allowed || (allowed.parse?.includes(kind) ?? false);

  const pings = new Set(named.filter((id) => parses('users') || allowed?.users?.includes(id)));
  const roleIds = roles.filter((id) => parses('roles') || allowed?.roles?.includes(id));
  for (const member of guild?.members.values() ?? [])
    if (member.roleIds.some((id) => roleIds.includes(id))) pings.add(member.user.id);
  const everyone =
    /@(?:everyone|here)\b/.test(text) &&
    parses('everyone') &&
    may(message.channel, message.author, 'MentionEveryone');
  if (everyone) for (const id of guild?.members.keys() ?? []) pings.add(id);
  // An interaction's answer has no author that a reply could ping (discord-api-docs#5395).
  const answered = message.replyTo && !message.replyTo.interaction ? message.replyTo.author.id : undefined;
  if (answered && (!allowed || allowed.replied_user)) pings.add(answered);

  message.mentions = [...new Set([...named, ...(answered && pings.has(answered) ? [answered] : [])])];
  message.mentionedRoles = roles;
  message.mentionsEveryone = everyone;
  if (!guild) for (const { id } of recipients) pings.add(id);
  if (!guild && !message.author.bot) pings.add(world.bot.id);
  pings.delete(message.author.id);
  if (message.flags & MessageFlags.SuppressNotifications) return [];
  return [...pings].filter((id) => message.visibleTo === undefined || message.visibleTo === id);
}
