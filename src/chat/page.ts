/** What the bot says, free of any platform: each chat escapes the texts, cuts them to its limits and draws the rest. */
import type { Log } from '../core/ports.ts';

/**
 * What a button, a menu or a form asks for. All that it knows: everything else is in the store, so that it works for
 * as long as the message stands. `code` is that of a job or an offer, or a word where it is about neither.
 */
export type Action = { verb: string; code: string; arg?: string | undefined };

/** The code of what is about the member and not about a job. */
export const NOBODY = '-';

/** A sentence, or one that a chat can show better with what is said of it here. */
export type Line =
  | string
  | {
      text: string;
      /** Names stand in it as the chat itself writes them (`Naming`); nothing else in it is a member's own. */
      named?: true;
      /** It heads what follows, or says what came of all this. */
      strong?: true;
      /** One of a list. */
      item?: true;
      /** How to write something: this piece of the text is to be copied letter by letter. */
      copy?: string;
      /** When that is, epoch milliseconds, for chats that show a time on the reader's own clock. */
      at?: number;
    };

export type Button = Action & {
  label: string;
  tone?: 'primary' | 'success' | 'danger';
  /** Its label is long: on a narrow screen it has a row of its own. */
  wide?: true;
};
/** It opens an address. */
type LinkButton = { url: string; label: string };

/** A menu to choose from, for chats that have such; others leave it out. What was chosen comes with the press. */
export type Menu = Action & {
  pick: 'member' | 'role' | 'limited-channel' | 'posting-channel';
  /** Ids as the core has them. */
  chosen: readonly string[];
  most: number;
  placeholder: string;
};
export type Control = Button | LinkButton | Menu;

/** One of a list of things that each have a line: when it was, where more of it is to be seen, and what can be done. */
export type Item = { text: string; at?: number; link?: { label: string; url: string }; button?: Button };

/**
 * What goes with the words: to be seen at once, or as a file. What can't be drawn is left out. `alt`: for those who
 * can't see it.
 */
export type Media = { name: string; alt: string; mime: string; as: 'shown' | 'file' } & (
  | { path: string }
  | { draw(): Promise<Uint8Array> }
);

/** Said by the colour at its side, where a chat has one. */
export type Tone = 'plain' | 'working' | 'done' | 'failed' | 'over';

export type Page = {
  title?: string;
  /** Behind the title: where more of it is. */
  jump?: { label: string; url: string };
  /** How far it is, from 0 to 1. */
  bar?: number;
  /** When it should be done, epoch milliseconds. */
  endsAt?: number;
  lines: readonly Line[];
  /** What came of the last press, set apart from the rest. */
  news?: readonly Line[];
  items?: readonly Item[];
  /** What there was no room for, said after the items. */
  more?: readonly Line[];
  media?: Media;
  rows?: readonly (readonly Control[])[];
  tone?: Tone;
  /** It answers whoever asked, by the core's id: named where the message itself does not show it. */
  askedBy?: string;
};

/** A bar of so many cells. */
export function barText(share: number, cells: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return '▰'.repeat(full) + '▱'.repeat(cells - full);
}

/** Sentences, and nothing else. */
export const said = (...lines: Line[]): Page => ({ lines });

/** The bytes of a picture; undefined where it can't be drawn, as the words do without. */
export async function drawn(media: Media | undefined, log: Log): Promise<Uint8Array | undefined> {
  if (!media || !('draw' in media)) return undefined;
  try {
    return await media.draw();
  } catch (err) {
    log.warn({ err }, 'a picture could not be drawn');
    return undefined;
  }
}

/** The same page with its picture drawn already: what it is drawn from may be gone when it is said. */
export async function drawnNow(page: Page, log: Log): Promise<Page> {
  const { media, ...words } = page;
  if (!media || !('draw' in media)) return page;
  const picture = await drawn(media, log);
  return picture ? { ...words, media: { ...media, draw: async () => picture } } : words;
}

/** What a member fills in, for chats that have forms. Its `action` comes back with what was filled in. */
export type Form = { action: Action; title: string; fields: readonly Field[] };
export type Field = { name: string; label: string; description?: string; required?: boolean } & (
  | { type: 'text'; maxLength: number; long?: boolean; value?: string }
  | { type: 'choice'; choices: readonly { value: string; label: string; chosen?: boolean }[] }
  | { type: 'pick'; pick: 'limited-channel' | 'member-or-role' }
  | { type: 'file'; accepts: 'image' | 'clip' }
);

const SEPARATOR = '|';
/** The least that a chat takes: https://core.telegram.org/bots/api#inlinekeyboardbutton, read 2026-11-21. */
const ID_BYTES = 64;

/** What stands in a button: `verb|code|arg`. Throws RangeError for what no button can hold. */
export function actionId({ verb, code, arg }: Action): string {
  const id = [verb, code, ...(arg === undefined ? [] : [arg])].join(SEPARATOR);
  if (Buffer.byteLength(id) > ID_BYTES) throw new RangeError(`too long for a button: ${id}`);
  return id;
}

/** Undefined for what is none of ours: anybody can send anything. Whether it still means something is for others to say. */
export function readActionId(id: string): Action | undefined {
  const [verb = '', code = '', ...rest] = id.split(SEPARATOR);
  if (!/^[a-z-]{1,20}$/.test(verb) || !/^[\w-]{1,40}$/.test(code)) return undefined;
  return { verb, code, ...(rest.length > 0 ? { arg: rest.join(SEPARATOR) } : {}) };
}
