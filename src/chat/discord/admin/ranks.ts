/** Sorts a member's roles by rank: the limit of the highest one applies, and only the server knows the order. */
import type { InboundParts } from '../inbound/parts.ts';
import type { InboundRecord } from '../inbound/record.ts';

/** Roles are moved seldom, and limits by role are no matter of seconds. */
const KNOWN_FOR_MS = 5 * 60_000;

/** Puts the roles in order where limits stand on roles. Everywhere else their order is nobody's business. */
export async function inRank(
  parts: Pick<InboundParts, 'core' | 'servers'>,
  asked: InboundRecord,
): Promise<InboundRecord> {
  const { roles, target } = asked;
  const { guildId, botIsHere } = target;
  // One role beside everybody's own is in order already.
  if (!roles || roles.length <= 2 || !guildId || !botIsHere) return asked;
  const { limits } = parts.core.settings.of(`discord:${guildId}`);
  if (!limits.some(({ who }) => who.kind === 'role')) return asked;
  await parts.servers.learn(guildId, KNOWN_FOR_MS);
  return { ...asked, roles: parts.servers.highestFirst(guildId, roles) };
}
