/** Texts as Discord shows them letter by letter, within its limits. */
import type { Naming } from '../../core/settings/setting.ts';
import { cut } from '../../core/text.ts';

/** Marks that turn the direction of the text around them, and other letters that can't be seen. Joiners make emoji. */
const UNSEEN = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
export const plain = (text: string): string => text.replaceAll(UNSEEN, '');

/** No markup, no mention, no link, no timestamp, no turned direction. */
export function escapeText(text: string): string {
  return (
    plain(text)
      .replaceAll(/[\\*_~`|<>[\]]/g, '\\$&')
      .replaceAll(/^(\s*)([-+#])/gm, '$1\\$2')
      .replaceAll(/^(\s*\d+)([.)])/gm, '$1\\$2')
      .replaceAll('://', '\\://')
      // An unseen space keeps a name from being a mention, also in what is copied elsewhere.
      .replaceAll('@', '@\u200b')
  );
}

/** Escaped, and no longer than that even so; empty where there is no room worth using. */
export function fitted(text: string, length: number, escaped = escapeText): string {
  const whole = escaped(text.trim());
  if (whole.length <= length) return whole;
  if (length < 16) return '';
  const trimmed = text.trim();
  for (let kept = Math.min(trimmed.length, length); kept > 0; kept = Math.floor(kept * 0.9)) {
    const shorter = `${escaped(cut(trimmed, kept))}…`;
    if (shorter.length <= length) return shorter;
  }
  return '';
}

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
