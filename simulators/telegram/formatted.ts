/** The text of a bot's message, read as its parse mode says and cut to what fits. */
import { detectEntities, overlaps } from './entities.ts';
import { badRequest } from './errors.ts';
import { type FormattedText, parseHtml } from './parse-html.ts';
import { parseMarkdown } from './parse-markdown.ts';
import type { MessageEntity } from './wire.ts';

const MAX_TEXT = 4096;
const MAX_CAPTION = 1024;

/** Entities given beside the text count only without a parse mode. */
export function readFormatted(
  source: string,
  parseMode: string | undefined,
  given: readonly object[] | undefined,
): FormattedText {
  const { text, entities } = parse(source, parseMode, given);
  const lead = text.length - text.trimStart().length;
  const trimmed = text.trim();
  const moved = entities
    .map((entity) => ({
      ...entity,
      offset: Math.max(0, entity.offset - lead),
      length: Math.min(entity.length, trimmed.length - Math.max(0, entity.offset - lead)),
    }))
    .filter(({ length }) => length > 0);
  const found = detectEntities(trimmed).filter((entity) => !moved.some((other) => overlaps(entity, other)));
  return { text: trimmed, entities: [...moved, ...found].sort((a, b) => a.offset - b.offset) };
}

function parse(source: string, parseMode = '', given: readonly object[] = []): FormattedText {
  switch (parseMode.toLowerCase()) {
    case '':
    case 'none':
      return { text: source, entities: given as MessageEntity[] };
    case 'html':
      return parseHtml(source);
    case 'markdownv2':
      return parseMarkdown(source);
    default:
      // The old Markdown too: the Bot API keeps it for old bots only.
      throw badRequest('unsupported parse_mode');
  }
}

export function textFields(source: string, mode?: string, given?: readonly object[]) {
  const { text, entities } = readFormatted(source, mode, given);
  if (text === '') throw badRequest('message text is empty');
  if (text.length > MAX_TEXT) throw badRequest('message is too long');
  return { text, ...(entities.length > 0 ? { entities } : {}) };
}

export function captionFieldsOf(params: {
  caption?: string | undefined;
  parse_mode?: string | undefined;
  caption_entities?: readonly object[] | undefined;
}) {
  const { text, entities } = readFormatted(params.caption ?? '', params.parse_mode, params.caption_entities);
  if (text.length > MAX_CAPTION) throw badRequest('message caption is too long');
  if (text === '') return {};
  return { caption: text, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}
