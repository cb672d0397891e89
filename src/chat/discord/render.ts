/** Pages as Discord messages: Components V2, and nothing in them that a member could smuggle in. */
import {
  type APIButtonComponent,
  type APIComponentInContainer,
  type APIComponentInMessageActionRow,
  type APIMessageTopLevelComponent,
  ButtonStyle,
  type ChannelType,
  ComponentType,
  MessageFlags,
  SelectMenuDefaultValueType,
} from 'discord.js';
import { cut, cutShort } from '../../core/text.ts';
import type { Words } from '../../words/index.ts';
import {
  actionId,
  barText,
  type Control,
  type Item,
  type Line,
  type Menu,
  type Page,
  type Tone,
} from '../page.ts';
import { LIMITABLE, WRITABLE } from './channel-types.ts';
import { escapeText, fitted, plain, userIdOf, withMentions } from './text.ts';

/** What a message says, without its files; for a new message and for an edit alike. */
export type MessageBody = {
  flags: number;
  /** Of a message without Components V2 alone. */
  content?: string;
  components: APIMessageTopLevelComponent[];
  allowed_mentions: { parse: []; users?: string[] };
};

/** What the colour at the side says. */
const COLOURS: Record<Tone, number> = {
  plain: 0x58_65_f2,
  working: 0xf0_b2_32,
  done: 0x23_a5_5a,
  failed: 0xf2_3f_43,
  over: 0x80_84_8e,
};

/** In all the texts of a message, minus what we add around them (developer docs, components/reference, 2026-11-21). */
const TEXT_LENGTH = 3_800;
const TITLE_LENGTH = 300;
const LINE_LENGTH = 1_500;
const ITEM_LENGTH = 200;
const ALT_LENGTH = 1_024;
const LABEL_LENGTH = 80;
const BUTTONS_IN_ROW = 5;
const BAR_CELLS = 12;
/** A message has room for 40 components, and one of a list takes three of them. */
export const ITEMS_SHOWN = 10;

/** Sentences, and nothing else. */
export const notice = (...texts: string[]): MessageBody => ({
  flags: MessageFlags.IsComponentsV2,
  components: [
    {
      type: ComponentType.TextDisplay,
      content: cut(texts.map(escapeText).join('\n'), TEXT_LENGTH),
    },
  ],
  allowed_mentions: { parse: [] },
});

/** `notify`: the one who asked gets a notification, if the message is new. */
export function messageOf(words: Words, page: Page, { notify = false } = {}): MessageBody {
  const {
    title,
    jump,
    lines,
    news = [],
    items = [],
    media,
    more = [],
    rows = [],
    tone,
    askedBy,
    bar,
    endsAt,
  } = page;
  const sentences = lines.flatMap((line) => (typeof line === 'string' ? line : []));
  const parts = [title, bar, endsAt, media, tone, askedBy, news[0], items[0], rows[0]];
  if (parts.every((part) => part === undefined) && sentences.length === lines.length)
    return notice(...sentences);

  const headText = title === undefined ? undefined : fitted(title, TITLE_LENGTH);
  const jumpText = jump ? ` · [${fitted(jump.label, LABEL_LENGTH)}](${jump.url})` : '';
  const head = (text: string) => ({
    type: ComponentType.TextDisplay as const,
    content: `${text}${jumpText}`,
  });
  const lettersFor = roomOf(TEXT_LENGTH - TITLE_LENGTH - ITEM_LENGTH * Math.min(items.length, ITEMS_SHOWN));
  const told = lettersFor(news).join('\n');
  const body = [...timeLines(words, page), ...lettersFor(lines)].join('\n');
  const components: APIComponentInContainer[] = [
    ...(headText === undefined ? [] : [head(`### ${headText}`)]),
    ...(media ? [mediaOf(media)] : []),
    ...textOf(body),
    ...(told === '' ? [] : [{ type: ComponentType.Separator as const }]),
    ...textOf(told),
    ...items.slice(0, ITEMS_SHOWN).map(itemOf),
    ...textOf(lettersFor(more).join('\n')),
    ...rows.flatMap(rowsOf),
  ];
  const isSmall = headText !== undefined && components.length === 1;
  const pings = notify && askedBy !== undefined ? { users: [userIdOf(askedBy)] } : {};
  return {
    flags: MessageFlags.IsComponentsV2,
    components: isSmall
      ? [head(headText)]
      : [
          {
            type: ComponentType.Container,
            ...(tone ? { accent_color: COLOURS[tone] } : {}),
            components,
          },
        ],
    allowed_mentions: { parse: [], ...pings },
  };
}

/** Bar and time first, then who asked. */
function timeLines(words: Words, { bar, endsAt, askedBy }: Page): string[] {
  const time = endsAt === undefined ? undefined : relative(endsAt);
  const told = bar === undefined ? [time] : [barText(bar, BAR_CELLS), escapeText(words.percent(bar)), time];
  const first = told.filter(Boolean).join('  ');
  return [
    ...(first === '' ? [] : [first]),
    ...(askedBy === undefined ? [] : [words.t('told.asked-by', { name: `<@${userIdOf(askedBy)}>` })]),
  ];
}

/** On the reader's own clock. */
const relative = (at: number): string => `<t:${Math.round(at / 1000)}:R>`;

/** All texts of a message share its letters: as many lines as fit. */
function roomOf(letters: number) {
  let left = letters;
  return (lines: readonly Line[]): string[] => {
    const taken: string[] = [];
    for (const line of lines) {
      const text = lineText(line, Math.min(LINE_LENGTH, left));
      if (text === undefined) break;
      if (text === '' && line !== '') continue;
      taken.push(text);
      left -= text.length + 1;
    }
    return taken;
  };
}

/** Undefined where it has no room. */
function lineText(line: Line, length: number): string | undefined {
  const { text, named, strong, item, copy, at } =
    typeof line === 'string' ? ({ text: line } as Exclude<Line, string>) : line;
  if (text.trim() === '') return '';
  const before = `${item ? '- ' : ''}${strong ? '**' : ''}`;
  const after = `${strong ? '**' : ''}${at === undefined ? '' : ` (${relative(at)})`}`;
  const room = length - before.length - after.length;
  const escaped = fitted(text, room, named ? withMentions : escapeText);
  const code = copy === undefined ? undefined : escapeText(copy);
  const shown =
    code === undefined
      ? escaped
      : escaped.replace(code, () => `\`${plain(copy ?? '').replaceAll('`', '')}\``);
  return shown === '' || shown.length > room ? undefined : `${before}${shown}${after}`;
}

const textOf = (content: string): APIComponentInContainer[] =>
  content.trim() === '' ? [] : [{ type: ComponentType.TextDisplay, content }];

function mediaOf({ as, name, alt }: NonNullable<Page['media']>): APIComponentInContainer {
  const url = `attachment://${name}`;
  if (as === 'file') return { type: ComponentType.File, file: { url } };
  return {
    type: ComponentType.MediaGallery,
    items: [{ media: { url }, description: cutShort(plain(alt), ALT_LENGTH) }],
  };
}

function itemOf({ text, at, link, button }: Item): APIComponentInContainer {
  const content = [
    cut(escapeText(text), ITEM_LENGTH),
    ...(at === undefined ? [] : [relative(at)]),
    ...(link ? [`[${escapeText(link.label)}](${link.url})`] : []),
  ].join(' · ');
  const shown = { type: ComponentType.TextDisplay as const, content };
  return button ? { type: ComponentType.Section, components: [shown], accessory: buttonOf(button) } : shown;
}

const STYLES = {
  primary: ButtonStyle.Primary,
  success: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
} as const;

/** What has no room in a row begins another. */
function rowsOf(controls: readonly Control[]): APIComponentInContainer[] {
  return Array.from({ length: Math.ceil(controls.length / BUTTONS_IN_ROW) }, (_, row) => ({
    type: ComponentType.ActionRow as const,
    components: controls
      .slice(row * BUTTONS_IN_ROW, (row + 1) * BUTTONS_IN_ROW)
      .map(
        (control): APIComponentInMessageActionRow =>
          'pick' in control ? menuOf(control) : buttonOf(control),
      ),
  }));
}

function buttonOf(control: Exclude<Control, Menu>): APIButtonComponent {
  const type = ComponentType.Button as const;
  const label = cutShort(control.label, LABEL_LENGTH);
  if ('url' in control) return { type, style: ButtonStyle.Link, label, url: control.url };
  const style = control.tone ? STYLES[control.tone] : ButtonStyle.Secondary;
  return { type, style, label, custom_id: actionId(control) };
}

function menuOf({ pick, chosen, most, placeholder, ...action }: Menu): APIComponentInMessageActionRow {
  const base = { custom_id: actionId(action), min_values: 0, max_values: most, placeholder };
  const defaults = <T>(type: T) => chosen.slice(0, most).map((id) => ({ id: userIdOf(id), type }));
  if (pick === 'role')
    return {
      type: ComponentType.RoleSelect,
      ...base,
      default_values: defaults(SelectMenuDefaultValueType.Role as const),
    };
  if (pick === 'member')
    return {
      type: ComponentType.UserSelect,
      ...base,
      default_values: defaults(SelectMenuDefaultValueType.User as const),
    };
  const types: readonly ChannelType[] = pick === 'limited-channel' ? LIMITABLE : WRITABLE;
  return {
    type: ComponentType.ChannelSelect,
    ...base,
    channel_types: [...types],
    default_values: defaults(SelectMenuDefaultValueType.Channel as const),
  };
}
