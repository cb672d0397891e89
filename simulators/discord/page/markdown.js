/** The part of Discord's markdown that bots use, as DOM nodes. */
import { make } from './dom.js';

const INLINE = [
  [/^`([^`]+)`/, ([, code]) => make('code', {}, code)],
  [/^\*\*(.+?)\*\*/s, ([, inner], names) => make('strong', {}, ...inline(inner, names))],
  [/^__(.+?)__/s, ([, inner], names) => make('u', {}, ...inline(inner, names))],
  [/^~~(.+?)~~/s, ([, inner], names) => make('s', {}, ...inline(inner, names))],
  [/^\|\|(.+?)\|\|/s, ([, inner], names) => make('span', { class: 'spoiler' }, ...inline(inner, names))],
  [/^\*([^*\s][^*]*)\*/s, ([, inner], names) => make('em', {}, ...inline(inner, names))],
  [/^_([^_\s][^_]*)_/s, ([, inner], names) => make('em', {}, ...inline(inner, names))],
  [
    /^\[([^\]]+)\]\(<?(https?:[^)>\s]+)>?\)/,
    ([, label, url]) => make('a', { href: url, target: '_blank' }, label),
  ],
  [/^<?(https?:\/\/[^\s<>]+[^\s<>.,)])>?/, ([, url]) => make('a', { href: url, target: '_blank' }, url)],
  [
    /^<(@!?|@&|#)(\d+)>/,
    ([, sign, id], names) => make('span', { class: 'mention' }, `${sign[0]}${names[id] ?? 'unknown'}`),
  ],
  [/^<\/([^:>]+):\d+>/, ([, name]) => make('span', { class: 'mention' }, `/${name}`)],
  [/^<t:(\d+)(?::([tTdDfFR]))?>/, ([, seconds, style]) => time(Number(seconds), style)],
  [/^\\([^\w\s])/, ([, char]) => char],
];

function inline(text, names) {
  const nodes = [];
  let plain = '';
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const found = INLINE.map(([pattern, build]) => ({ match: pattern.exec(rest), build })).find(
      ({ match }) => match,
    );
    if (!found) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (plain) nodes.push(plain);
    plain = '';
    nodes.push(found.build(found.match, names));
    at += found.match[0].length;
  }
  return plain ? [...nodes, plain] : nodes;
}

const STYLES = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
};

function time(seconds, style = 'f') {
  const element = make('time', { 'data-t': seconds, 'data-style': style });
  setTime(element);
  return element;
}

function setTime(element) {
  const seconds = Number(element.dataset.t);
  const { style } = element.dataset;
  element.textContent =
    style === 'R'
      ? relative(seconds - Date.now() / 1000)
      : new Intl.DateTimeFormat(undefined, STYLES[style]).format(seconds * 1000);
}

function relative(seconds) {
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ])
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  return format.format(Math.round(seconds), 'second');
}

setInterval(() => {
  for (const element of document.querySelectorAll('time[data-style="R"]')) setTime(element);
}, 1000);

/** Blocks: headings, small print, quotes, lists, code. */
export function markdown(text, names) {
  const root = make('div', { class: 'text' });
  const parts = text.split(/```(?:\w*\n)?([\s\S]*?)```/);
  for (const [index, part] of parts.entries()) {
    if (index % 2) root.append(make('pre', {}, part));
    else for (const line of part.replace(/^\n|\n$/g, '').split('\n')) root.append(block(line, names));
  }
  return root;
}

function block(line, names) {
  const heading = /^(#{1,3}) (.*)/.exec(line);
  if (heading) return make(`h${heading[1].length + 1}`, {}, ...inline(heading[2], names));
  const small = /^-# (.*)/.exec(line);
  if (small) return make('div', { class: 'small' }, ...inline(small[1], names));
  const quote = /^> (.*)/.exec(line);
  if (quote) return make('blockquote', {}, ...inline(quote[1], names));
  const item = /^\s*[-*] (.*)/.exec(line);
  if (item) return make('div', { class: 'item' }, ...inline(item[1], names));
  return make('div', {}, ...inline(line, names));
}
