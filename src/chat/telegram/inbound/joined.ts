/** Handles being added to a group: the bot says how to use it, or why it leaves. */
import type { Api } from 'grammy';
import type { Core } from '../../../core/command.ts';
import { wordsFor } from '../../../words/index.ts';
import { isTrouble } from '../api.ts';
import { linesOf } from '../render.ts';
import type { JoinRecord } from './records.ts';
import type { Talk } from './speak.ts';
import type { Membership } from './who.ts';

export async function greet(
  joined: JoinRecord,
  { api, core, who, talk }: { api: Api; core: Core; who: Membership; talk: Talk },
): Promise<void> {
  const { t } = wordsFor(joined.locale);
  const caller = await who.member(joined);
  const refusal = core.access.refusalFor(caller);
  if (refusal?.code !== 'space-not-allowed') {
    await talk.say({ chatId: joined.chatId }, linesOf([t('told.welcome-group')]));
    return;
  }
  await talk.say({ chatId: joined.chatId }, linesOf([t('told.leaving', { id: caller.requester.spaceId })]));
  try {
    await api.leaveChat(joined.chatId);
  } catch (error) {
    // Whoever was shown the door already need not leave.
    if (!isTrouble(error, 'blocked', 'gone', 'bad-request')) throw error;
  }
}
