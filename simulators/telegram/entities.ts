/** What Telegram marks in plain text by itself: commands, mentions, hashtags, links. Offsets count UTF-16 units. */
import type { MessageEntity } from './wire.ts';

const PATTERNS = [
  ['bot_command', /(?<![\w/@])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w@/])/g],
  ['url', /https?:\/\/[^\s<>"]+/g],
  ['mention', /(?<![\w@/.])@[A-Za-z]\w{3,31}\b/g],
  ['hashtag', /(?<!\w)#[\p{L}_]\w*/gu],
] as const;

export function detectEntities(text: string): MessageEntity[] {
  const found: MessageEntity[] = [];
  for (const [type, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const entity: MessageEntity = { type, offset: match.index, length: match[0].length };
      if (!found.some((other) => overlaps(other, entity))) found.push(entity);
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

export function overlaps(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
