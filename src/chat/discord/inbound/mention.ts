/** A message that mentions the bot, and the one that it replies to: between them there may be a picture and a clip. */

import { cut } from '../../../core/text.ts';
import type { Words } from '../../../words/index.ts';
import { mentionerOf, posterOf } from './asker.ts';
import { sortFiles } from './given-files.ts';
import { filesOn, joined, showsLinks, whyBeyond, withoutLinks } from './message-files.ts';
import type { Origins } from './origins.ts';
import type { AskOf, InboundRecord } from './record.ts';
import type { Message } from './wire.ts';

/**
 * `help`: what to say where nothing can be made of it. `unseen`: something is missing, and there is a link that Discord
 * has not looked behind yet.
 */
export type Mention = { asked: InboundRecord<AskOf<'make'>>; help?: (words: Words) => string; unseen?: true };

/** Longer than any prompt may be: the choices' own rules say so in words. */
const PROMPT_LENGTH = 4_000;

/**
 * Undefined for what is not meant for us: other bots, ourselves, servers' announcements, and replies to a message of
 * ours, which ping us without anybody having written our name.
 */
export function mentionOf(message: Message, botId: string, origins: Origins): Mention | undefined {
  const { author, content, webhook_id, guild_id } = message;
  const named = new RegExp(`<@!?${botId}>`, 'g');
  if (author.bot || author.id === botId || webhook_id !== undefined || guild_id === undefined)
    return undefined;
  if (!named.test(content)) return undefined;

  const answered = message.referenced_message;
  const all = [message, ...(answered ? [answered] : [])].map((one) =>
    filesOn(one, origins, posterOf(one.author, botId)),
  );
  const { files, beyond } = joined(all, origins);
  const { image, clip, unknown } = sortFiles(files);
  const said = withoutLinks(content.replaceAll(named, ' '));
  const prompt = cut(said.replaceAll(/\s+/g, ' ').trim(), PROMPT_LENGTH);
  const asked: InboundRecord<AskOf<'make'>> = {
    ...mentionerOf(message, 'en-US'),
    ask: {
      kind: 'make',
      command: 'animate',
      options: prompt ? { prompt } : {},
      files: {
        ...(image ? { image: { given: image } } : {}),
        ...(clip ? { clip: { given: clip } } : {}),
        unknown: image && clip ? [] : unknown,
      },
    },
  };
  const missing = (image ? 0 : 1) + (clip ? 0 : 1);
  if (missing <= unknown.length) return { asked };
  return {
    asked,
    ...(message.embeds.length === 0 && showsLinks(message) ? { unseen: true } : {}),
    help: (words) => {
      const { t } = words;
      const why = whyBeyond(words, beyond);
      if (why !== undefined) return why;
      const what =
        missing === 2
          ? t('ask.nothing-in-message')
          : t(clip ? 'refusal.missing-image' : 'refusal.missing-clip');
      return `${what} ${t('help.discord-mention')}`;
    },
  };
}
