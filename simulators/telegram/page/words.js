/** A message's words with their marks. */
import { element } from './dom.js';

const TAGS = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
};

export function wordsOf({ text, entities, caption, caption_entities }) {
  const words = text ?? caption;
  if (words === undefined) return '';
  return element(
    'div',
    { className: 'words' },
    ...marked(words, entities ?? caption_entities ?? [], 0, words.length),
  );
}

/** From the widest mark inwards: those inside of one are drawn within it. */
function marked(words, entities, from, to) {
  const nodes = [];
  let at = from;
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  for (const [nth, entity] of sorted.entries()) {
    const end = entity.offset + entity.length;
    if (entity.offset < at || end > to) continue;
    nodes.push(words.slice(at, entity.offset));
    const inside = sorted.slice(nth + 1).filter((other) => other.offset < end);
    nodes.push(mark(entity, marked(words, inside, entity.offset, end), words.slice(entity.offset, end)));
    at = end;
  }
  nodes.push(words.slice(at, to));
  return nodes;
}

function mark({ type, url }, inside, plain) {
  const href = type === 'text_link' ? url : type === 'url' ? plain : undefined;
  if (href && /^https?:/.test(href))
    return element('a', { href, target: '_blank', rel: 'noopener' }, ...inside);
  if (type === 'spoiler') return element('span', { title: 'spoiler', style: 'background: #0002' }, ...inside);
  if (type === 'bot_command' || type === 'mention' || type === 'hashtag')
    return element('span', { style: 'color: var(--accent)' }, ...inside);
  return element(TAGS[type] ?? 'span', {}, ...inside);
}
