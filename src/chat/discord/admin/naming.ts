/** Channels, roles and members as Discord shows them; nobody is pinged by it, as no message of ours allows that. */
import type { Naming } from '../../../core/settings/setting.ts';
import { escapeText } from '../text.ts';

const MEMBER = 'discord:';

/** The core's id of a member, and back. */
export const memberIdOf = (userId: string): string => `${MEMBER}${userId}`;
export const userIdOf = (memberId: string): string => memberId.replace(/^discord:/, '');

export const naming: Naming = (kind, id) => {
  const plain = userIdOf(id);
  // Of another chat, or of the page.
  if (!/^\d{1,20}$/.test(plain)) return id;
  return { channel: `<#${plain}>`, role: `<@&${plain}>`, member: `<@${plain}>` }[kind];
};

/** Escaped all but the mentions in it: for texts in which nothing else is a member's own. */
export const withMentions = (text: string): string =>
  text
    .split(/(<(?:@&?|#)\d{1,20}>)/)
    .map((piece, index) => (index % 2 === 1 ? piece : escapeText(piece)))
    .join('');
