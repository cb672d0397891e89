/** What a member reads where a limit has no room for a job, and what the admins read whom the member asks. */
import { type APIComponentInContainer, ButtonStyle, ComponentType } from 'discord.js';
import type { Offer } from '../../../core/offer-shelf.ts';
import type { OverQuota } from '../../../core/refusals.ts';
import { cut } from '../../../core/text.ts';
import { filesLine, quoteLines } from '../../../words/facts.ts';
import type { Words } from '../../../words/index.ts';
import { noticeLines } from '../../../words/settings.ts';
import { escapeText, type MessageBody } from '../render.ts';
import type { DiscordTarget } from '../target.ts';
import { button, framed, row } from '../views.ts';
import { adminId } from './ids.ts';
import { naming, withMentions } from './naming.ts';

/** Names and prompts are cut long before; this is what a message has room for. */
const TEXT_LENGTH = 1_800;

export const textOf = (...lines: readonly string[]): APIComponentInContainer => ({
  type: ComponentType.TextDisplay,
  content: cut(lines.join('\n'), TEXT_LENGTH),
});

/** Which limit, what is left, when it starts over. `news` takes the place of the button. */
export function overMessage(
  words: Words,
  { offer, refusal }: { offer: Offer; refusal: OverQuota },
  { userId, guildId, botIsHere }: DiscordTarget,
  news?: string,
): MessageBody {
  const hasAdmins = guildId !== undefined && botIsHere;
  const resets = `<t:${Math.round(refusal.resetsAt / 1000)}:R>`;
  return framed([
    textOf(`${escapeText(words.refusal(refusal))} (${resets})`),
    textOf(words.t('told.asked-by', { name: `<@${userId}>` }), ...jobLines(words, offer)),
    ...(news === undefined ? [] : [textOf(escapeText(news))]),
    ...(news === undefined && hasAdmins
      ? [row(button(words.t('button.ask-admin'), adminId('ask', offer.code), ButtonStyle.Primary))]
      : []),
  ]);
}

const jobLines = (words: Words, offer: Offer): string[] =>
  [filesLine(words, offer), ...quoteLines(words, offer.quote, offer.request.quality)].map(escapeText);

/** For the admins, with their buttons. */
export function requestTexts(words: Words, offer: Offer): string[] {
  const asked = noticeLines(words, { kind: 'asked', offer }, naming).map(withMentions);
  return [...asked, ...jobLines(words, offer)];
}

export const requestMessage = (words: Words, code: string, texts: readonly string[]): MessageBody =>
  framed([
    textOf(...texts),
    row(
      button(words.t('button.approve'), adminId('approve', code), ButtonStyle.Success),
      button(words.t('button.decline'), adminId('refuse', code), ButtonStyle.Danger),
    ),
  ]);

/** What it was, and what became of it. */
export const decidedMessage = (texts: readonly string[], outcome: string): MessageBody =>
  framed([...(texts.length > 0 ? [textOf(...texts)] : []), textOf(`**${withMentions(outcome)}**`)]);
