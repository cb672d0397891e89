/** Cards as Discord messages: Components V2 from the first edit on, and nothing in them that a member could smuggle in. */
import {
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIComponentInContainer,
  type APIMessageTopLevelComponent,
  ButtonStyle,
  ComponentType,
  MessageFlags,
} from 'discord.js';
import { cut, cutShort } from '../../core/text.ts';
import type { Card, Verb } from '../../words/cards.ts';
import type { Words } from '../../words/index.ts';

/** `get`: the member comes for a video that can't be posted. */
export type DiscordVerb = Verb | 'get';

/** What a message says, without its files; for a new message and for an edit alike. */
export type MessageBody = {
  flags: number;
  /** Of a message without Components V2 alone. */
  content?: string;
  components: APIMessageTopLevelComponent[];
  allowed_mentions: { parse: []; users?: string[] };
};

export type RenderOptions = {
  words: Words;
  /** The job's or the offer's code: what the buttons carry. */
  code: string;
  tone?: Tone;
  /** Said after the card's own lines. */
  lines?: readonly string[];
  /** The member who asked is named, which tells them nothing by itself. */
  askedBy?: string;
  /** The one who asked gets a notification, if the message is new. */
  notify?: boolean;
  /** Files of the same message: a picture or a video, and what it shows for those who can't see it. */
  media?: readonly { filename: string; alt: string }[];
  /** Buttons after the card's own. */
  verbs?: readonly DiscordVerb[];
  /** Buttons that open an address, at most 512 characters long. */
  links?: readonly { label: string; url: string }[];
  /** An address behind the words after the title. */
  jump?: { label: string; url: string };
};

/** What the colour at the side says. */
export type Tone = 'waiting' | 'working' | 'done' | 'failed' | 'over';
const COLOURS: Record<Tone, number> = {
  waiting: 0x58_65_f2,
  working: 0xf0_b2_32,
  done: 0x23_a5_5a,
  failed: 0xf2_3f_43,
  over: 0x80_84_8e,
};

/** In all the texts of a message, minus what we add around them (developer docs, components/reference, 2026-11-21). */
const TEXT_LENGTH = 3_800;
const TITLE_LENGTH = 300;
const LINE_LENGTH = 1_500;
const ALT_LENGTH = 1_024;
const LABEL_LENGTH = 80;
const BUTTONS_IN_ROW = 5;
const BAR_STEPS = 12;

/** The message of a card. What has no more than a title is one line, without a frame. */
export function messageOf(card: Card, options: RenderOptions): MessageBody {
  const { tone = 'waiting', askedBy, notify = false, media = [], jump } = options;
  const rows = rowsOf(card, options);
  const body = textsOf(card, options);
  const title = fitted(card.title, TITLE_LENGTH);
  const pings = notify && askedBy !== undefined ? { users: [askedBy] } : {};
  const small = body.length === 0 && rows.length === 0 && media.length === 0;
  const jumpText = jump ? ` · [${fitted(jump.label, LABEL_LENGTH)}](${jump.url})` : '';
  const head = (text: string) => ({
    type: ComponentType.TextDisplay as const,
    content: `${text}${jumpText}`,
  });
  const components: APIComponentInContainer[] = [
    head(`### ${title}`),
    ...(media.length > 0
      ? [
          {
            type: ComponentType.MediaGallery as const,
            items: media.map(({ filename, alt }) => ({
              media: { url: `attachment://${filename}` },
              description: cutShort(plain(alt), ALT_LENGTH),
            })),
          },
        ]
      : []),
    ...(body.length > 0 ? [{ type: ComponentType.TextDisplay as const, content: body.join('\n') }] : []),
    ...rows,
  ];
  return {
    flags: MessageFlags.IsComponentsV2,
    components: small
      ? [head(title)]
      : [{ type: ComponentType.Container, accent_color: COLOURS[tone], components }],
    allowed_mentions: { parse: [], ...pings },
  };
}

/** Bar and time first, then who asked, then the lines, as many as fit. */
function textsOf(
  { bar, endsAt, lines }: Card,
  { words, askedBy, lines: more = [] }: RenderOptions,
): string[] {
  const texts: string[] = [];
  const time = endsAt === undefined ? undefined : `<t:${Math.round(endsAt / 1000)}:R>`;
  if (bar !== undefined)
    texts.push([barText(bar), escapeText(words.percent(bar)), time].filter(Boolean).join('  '));
  else if (time) texts.push(time);
  if (askedBy !== undefined) texts.push(words.t('told.asked-by', { name: `<@${askedBy}>` }));
  let left = TEXT_LENGTH - TITLE_LENGTH - texts.join('\n').length;
  for (const line of [...lines, ...more]) {
    if (line.trim() === '') continue;
    const text = fitted(line, Math.min(LINE_LENGTH, left));
    if (text === '') break;
    texts.push(text);
    left -= text.length + 1;
  }
  return texts;
}

function barText(bar: number): string {
  const full = Math.round(Math.min(1, Math.max(0, bar)) * BAR_STEPS);
  return '▰'.repeat(full) + '▱'.repeat(BAR_STEPS - full);
}

function rowsOf(card: Card, { words, code, verbs = [], links = [] }: RenderOptions) {
  const buttons: APIButtonComponent[] = [
    ...[...card.buttons, ...verbs].map((verb) => ({
      type: ComponentType.Button as const,
      style: STYLES[verb] ?? ButtonStyle.Secondary,
      label: cutShort(verb === 'get' ? words.t('button.get-video') : words.t(`button.${verb}`), LABEL_LENGTH),
      custom_id: customId(verb, code),
    })),
    ...links.map(({ label, url }) => ({
      type: ComponentType.Button as const,
      style: ButtonStyle.Link as const,
      label: cutShort(label, LABEL_LENGTH),
      url,
    })),
  ];
  const rows: APIActionRowComponent<APIButtonComponent>[] = [];
  for (let from = 0; from < buttons.length; from += BUTTONS_IN_ROW)
    rows.push({ type: ComponentType.ActionRow, components: buttons.slice(from, from + BUTTONS_IN_ROW) });
  return rows;
}

type Pressable = ButtonStyle.Primary | ButtonStyle.Success | ButtonStyle.Danger | ButtonStyle.Secondary;
const STYLES: Partial<Record<DiscordVerb, Pressable>> = {
  again: ButtonStyle.Primary,
  get: ButtonStyle.Primary,
  send: ButtonStyle.Primary,
  confirm: ButtonStyle.Success,
  cancel: ButtonStyle.Danger,
  delete: ButtonStyle.Danger,
};

/** All that a button knows: it works for ever, as everything else is in the store. */
export const customId = (verb: DiscordVerb, code: string): string => `strut:${verb}:${code}`;

/** Undefined for a button that is none of ours. Whether the verb and the code still mean something is for others to say. */
export function readCustomId(text: string): { verb: string; code: string } | undefined {
  const [, verb, code] = /^strut:([a-z-]{1,20}):([\w-]{1,60})$/.exec(text) ?? [];
  return verb === undefined || code === undefined ? undefined : { verb, code };
}

/** Marks that turn the direction of the text around them, and other letters that can't be seen. Joiners make emoji. */
const UNSEEN = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const plain = (text: string): string => text.replaceAll(UNSEEN, '');

/** Text that Discord shows letter by letter: no markup, no mention, no link, no timestamp, no turned direction. */
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
function fitted(text: string, length: number): string {
  const whole = escapeText(text.trim());
  if (whole.length <= length) return whole;
  if (length < 16) return '';
  const trimmed = text.trim();
  for (let kept = Math.min(trimmed.length, length); kept > 0; kept = Math.floor(kept * 0.9)) {
    const shorter = `${escapeText(cut(trimmed, kept))}…`;
    if (shorter.length <= length) return shorter;
  }
  return '';
}
