/** Pages as messages, with a picture or a file where there is one; and what a page can know of this place. */
import { InputFile } from 'grammy';
import type { Commands } from '../../../../commands/index.ts';
import type { Core } from '../../../core/command.ts';
import type { Job } from '../../../core/job/job.ts';
import type { Caller } from '../../../core/limits/access.ts';
import type { Files, Log } from '../../../core/ports.ts';
import type { Words } from '../../../words/index.ts';
import { sheetDrawer } from '../../coach.ts';
import { namesFor } from '../../command.ts';
import type { TellOutcome } from '../../face.ts';
import type { Draw } from '../../facts.ts';
import { drawn, type Media, type Page } from '../../page.ts';
import { previewDrawer } from '../../previews.ts';
import { panelOf } from '../admin/panel.ts';
import type { People } from '../admin/people.ts';
import { isTrouble } from '../api.ts';
import type { Place as Address, Outbound } from '../outbound/index.ts';
import { type Body, CAPTION_LENGTH, ITEMS_SHOWN, linesOf, messageOf } from '../render.ts';
import { type TelegramTarget, targetSchema } from '../target.ts';
import type { Place } from './records.ts';

/** What the inbound half says, and through whom: the outbound half keeps the pace of each chat. */
export type Talk = {
  /** Says something, as a reply where a message is named, and answers its id; undefined where it could not be said. */
  say(place: Address, body: Body): Promise<number | undefined>;
  /** Changes a message that was said; says it anew where that can't be. */
  edit(target: TelegramTarget, messageId: number, body: Body): Promise<void>;
  /** From now on this message tells how the job stands. */
  bind(jobId: string, status: { chatId: number; messageId: number; note?: string }): Promise<void>;
  show(job: Job): void;
};

export type SpeakParts = { talk: Talk; sayWith: Outbound['sayWith']; log: Log };

/** The words are what matters: where a picture can't go, they go alone. A file goes with its words or not at all. */
export async function sayPage(
  { talk, sayWith, log }: SpeakParts,
  to: TelegramTarget,
  words: Words,
  page: Page,
): Promise<TellOutcome> {
  const { media } = page;
  const picture = await drawn(media, log);
  try {
    const caption = messageOf(words, page, { max: CAPTION_LENGTH });
    if (media && 'path' in media) {
      const open = () => new InputFile(media.path, media.name);
      return told(await sayWith(to, { as: 'document', open }, caption));
    }
    if (media && picture) {
      const open = () => new InputFile(picture, media.name);
      if ((await sayWith(to, { as: shownAs(media), open }, caption)) !== undefined) return 'done';
    }
  } catch (error) {
    if (!isTrouble(error, 'too-large')) throw error;
    if (!picture) return 'too-large';
  }
  return told(await talk.say(to, messageOf(words, page)));
}

/** The picture of a page whose words are said already, in a message of their own. Without it the words say the same. */
export async function sayPicture(
  { sayWith, log }: Pick<SpeakParts, 'sayWith' | 'log'>,
  to: TelegramTarget,
  { media }: Page,
): Promise<void> {
  const picture = await drawn(media, log);
  if (!media || !picture) return;
  try {
    const open = () => new InputFile(picture, media.name);
    await sayWith(to, { as: shownAs(media), open }, linesOf([media.alt]));
  } catch (err) {
    if (!isTrouble(err)) throw err;
    log.info({ err }, 'a picture could not be posted');
  }
}

/** What moves is sent as what moves: as a photo it would stand still. */
const shownAs = ({ mime }: Media): 'photo' | 'animation' => (mime === 'image/gif' ? 'animation' : 'photo');

const told = (messageId: number | undefined): TellOutcome => (messageId === undefined ? 'nowhere' : 'done');

export type DrawParts = {
  core: Core;
  commands: Commands;
  people: People;
  files: Pick<Files, 'temp'>;
  /** Whether groups show the bot only what names it; undefined while Telegram hasn't told. */
  privacyMode(): boolean | undefined;
};

const WAYS = ['help.telegram-album', 'help.telegram-reply', 'help.telegram-private'] as const;

export function drawFor(
  { core, commands, people, files, privacyMode }: DrawParts,
  place: Place,
  { t }: Words,
  standing?: Caller['standing'],
): Draw {
  const { chatId, chatType } = place;
  const isPrivate = chatType === 'private';
  const facts = {
    linkTo: () => undefined,
    room: ITEMS_SHOWN,
    // A name alone is that of a motion.
    typed: (command: string, option: string, value: string) =>
      option === 'character' ? `/${command} character="${value}"` : `/${command} ${value}`,
    offered: [...namesFor(commands, 'members'), ...(standing?.moderator ? namesFor(commands, 'admins') : [])],
    ways: [...WAYS, ...(isPrivate || privacyMode() === false ? [] : (['help.telegram-group'] as const))],
    hasAdmins: !isPrivate,
    placeOf: (target: TelegramTarget | Record<string, unknown>) => {
      const asked = targetSchema.safeParse(target).data;
      return asked && String(asked.chatId);
    },
    panel: panelOf(place),
    chart: core.reports.chart,
    sheets: { draw: sheetDrawer(core, files.temp), of: core.coach.sheetOf },
    drawPreviews: previewDrawer(core, files.temp),
  };
  return (write) =>
    people.named(chatId, t('settings.anonymous-admin'), (naming) => write({ ...facts, naming }));
}
