/** Whether a channel is marked for adults: Discord says so with commands and presses, but not of threads and messages. */
import type { InboundParts } from './parts.ts';
import type { InboundRecord } from './record.ts';

/** With the mark of the channel, where a job is wanted there and the admins have not opened such channels. */
export async function withMark(
  { core, admin }: Pick<InboundParts, 'core' | 'admin'>,
  asked: InboundRecord,
): Promise<InboundRecord> {
  const { ask, target, forAdults } = asked;
  const { kind, guildId, botIsHere } = target;
  const channelId = asked.channelId ?? target.channelId;
  const isTold = kind === 'interaction' && channelId === target.channelId;
  if (ask.kind !== 'make' || forAdults || isTold || !guildId || !botIsHere) return asked;
  if (core.settings.of(`discord:${guildId}`).adult) return asked;
  return (await admin.channels.isForAdults(channelId)) ? { ...asked, forAdults: true } : asked;
}
