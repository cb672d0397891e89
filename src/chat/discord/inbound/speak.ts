/** Pages as answers, with a picture or a file where there is one; and what a page can know of this place. */
import { writeFile } from 'node:fs/promises';
import { MessageFlags, Routes } from 'discord.js';
import type { Job } from '../../../core/job/job.ts';
import type { WordKey, Words } from '../../../words/index.ts';
import { sheetDrawer } from '../../coach.ts';
import { namesFor } from '../../command.ts';
import type { TellOutcome } from '../../face.ts';
import type { Draw, Facts } from '../../facts.ts';
import { drawn, type Page } from '../../page.ts';
import { previewDrawer } from '../../previews.ts';
import { formsPanel } from '../../settings-forms.ts';
import { bareShapesOf, inSomeShape } from '../outbound/bare.ts';
import { linkTo, linkToResult } from '../outbound/records.ts';
import { DiscordTrouble } from '../outbound/trouble.ts';
import { ITEMS_SHOWN, messageOf } from '../render.ts';
import { naming } from '../text.ts';
import type { InboundParts } from './parts.ts';
import type { MemberEvent } from './record.ts';
import type { ReplyTarget } from './replies.ts';

/** In the place of what the answer said. The words are what matters: where a picture can't go, they go alone. */
export async function sayPage(
  parts: InboundParts,
  replyTarget: ReplyTarget,
  words: Words,
  { media, ...page }: Page,
): Promise<string | undefined> {
  const picture = await drawn(media, parts.log);
  if (media && picture && (await sayWithPicture(parts, replyTarget, words, { ...page, media }, picture)))
    return undefined;
  return parts.replies.say(replyTarget, messageOf(words, page));
}

async function sayWithPicture(
  { tokens, admin, log }: InboundParts,
  { target, answerId }: ReplyTarget,
  words: Words,
  page: Page & Required<Pick<Page, 'media'>>,
  picture: Uint8Array,
): Promise<boolean> {
  const live = target.kind === 'message' ? undefined : await tokens.get(target.eventId);
  const own = target.kind === 'message' ? answerId : undefined;
  const route = live
    ? Routes.webhookMessage(live.applicationId, live.token)
    : own && Routes.channelMessage(target.channelId, own);
  if (!route) return false;
  const { name: filename, mime, alt } = page.media;
  await using file = await admin.temp('png');
  await writeFile(file.path, picture, { mode: 0o600 });
  try {
    await admin.sender.edit(route, messageOf(words, page), [{ path: file.path, filename, mime, alt }]);
    return true;
  } catch (err) {
    if (!(err instanceof DiscordTrouble)) throw err;
    log.info({ err }, 'a picture could not be posted');
    return false;
  }
}

/** To this member alone, leaving the answer as it is. */
export async function privatePage(
  parts: InboundParts,
  replyTarget: ReplyTarget,
  words: Words,
  page: Page,
): Promise<TellOutcome> {
  const { media, ...rest } = page;
  if (!media || !('path' in media)) {
    const picture = await drawn(media, parts.log);
    const isShown =
      media && picture && (await privatePicture(parts, replyTarget, words, { ...rest, media }, picture));
    if (!isShown) await parts.replies.replyPrivately(replyTarget, messageOf(words, rest));
    return 'done';
  }
  const body = messageOf(words, page);
  const live = await parts.tokens.get(replyTarget.target.eventId);
  if (!live) return 'nowhere';
  const { path, name: filename, mime, alt } = media;
  try {
    const route = Routes.webhook(live.applicationId, live.token);
    await inSomeShape(parts.log, [body, ...bareShapesOf(body)], (shape) => {
      const forThem = { ...shape, flags: shape.flags | MessageFlags.Ephemeral };
      return parts.admin.sender.post(route, forThem, [{ path, filename, mime, alt }]);
    });
    return 'done';
  } catch (error) {
    if (error instanceof DiscordTrouble && error.tooLarge) return 'too-large';
    throw error;
  }
}

/** The words with their picture. False where it can't go along. */
async function privatePicture(
  { tokens, admin, log }: InboundParts,
  { target }: ReplyTarget,
  words: Words,
  page: Page & Required<Pick<Page, 'media'>>,
  picture: Uint8Array,
): Promise<boolean> {
  const live = target.kind === 'message' ? undefined : await tokens.get(target.eventId);
  if (!live) return false;
  const { name: filename, mime, alt } = page.media;
  await using file = await admin.temp('png');
  await writeFile(file.path, picture, { mode: 0o600 });
  const body = messageOf(words, page);
  try {
    const route = Routes.webhook(live.applicationId, live.token);
    const forThem = { ...body, flags: body.flags | MessageFlags.Ephemeral };
    await admin.sender.post(route, forThem, [{ path: file.path, filename, mime, alt }]);
    return true;
  } catch (err) {
    if (!(err instanceof DiscordTrouble)) throw err;
    log.info({ err }, 'a picture could not be posted');
    return false;
  }
}

const WAYS = ['help.discord-slash', 'help.discord-menu', 'help.discord-mention'] as const;

/** Links are looked up only for the jobs that a page wants them for. */
export function drawFor(
  { outbound, commands, core, admin }: InboundParts,
  { asked: { target, moderator }, words: { t } }: MemberEvent,
): Draw {
  const facts: Facts = {
    naming,
    linkTo: () => undefined,
    room: ITEMS_SHOWN,
    typed: (command, option, value) => {
      const key = `command.${command}`;
      return `/${t(`${key}.name` as WordKey)} ${t(`${key}.option.${option}.name` as WordKey)}:${value}`;
    },
    offered: [...namesFor(commands, 'members'), ...(moderator ? namesFor(commands, 'admins') : [])],
    ways: WAYS,
    hasAdmins: target.guildId !== undefined && target.botIsHere,
    panel: formsPanel,
    chart: core.reports.chart,
    sheets: { draw: sheetDrawer(core, admin.temp), of: core.coach.sheetOf },
    drawPreviews: previewDrawer(core, admin.temp),
  };
  return async (write) => {
    const wanted = new Set<Job>();
    const page = write({ ...facts, linkTo: (job) => void wanted.add(job) });
    if (wanted.size === 0) return page;
    const links = new Map<string, string | undefined>();
    for (const job of wanted) {
      // No link leads to what only one member sees.
      const status = job.requester.target.private ? undefined : await outbound.statusOf(job);
      links.set(job.id, linkToResult(job) ?? linkTo(status));
    }
    return write({ ...facts, linkTo: ({ id }) => links.get(id) });
  };
}
