/** `/usage`: what was spent, with a picture of it, and every line of the book as a table. For whoever asked alone. */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type APIComponentInContainer, ButtonStyle, ComponentType, MessageFlags, Routes } from 'discord.js';
import type { Call } from '../../../core/command.ts';
import type { Outcome } from '../../../core/refusals.ts';
import { accept } from '../../../core/refusals.ts';
import { cut } from '../../../core/text.ts';
import type { Usage } from '../../../core/usage.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { usageLines, usageTitle } from '../../../words/usage.ts';
import { callOf } from '../inbound/asker.ts';
import type { InboundParts } from '../inbound/parts.ts';
import type { Asked, AskOf } from '../inbound/record.ts';
import { DiscordTrouble } from '../outbound/trouble.ts';
import type { MessageBody } from '../render.ts';
import { button, framed, heading, notice, refusalNotice, row } from '../views.ts';
import { adminId } from './ids.ts';
import { naming, withMentions } from './naming.ts';

type Administered = Asked<AskOf<'admin'>>;

const TEXT_LENGTH = 3_500;
const PICTURE = 'usage.png';

export async function usageCommand(parts: InboundParts, asked: Administered): Promise<void> {
  const { core, replies, log } = parts;
  const words = wordsFor(asked.target.locale);
  const report = await reportFor(parts, asked, asked.ask.options);
  if (!report.ok) {
    await replies.say(asked, refusalNotice(words, report.refusal));
    return;
  }
  const usage = report.value;
  const picture =
    usage.totals.micros > 0
      ? await core.reports.chart(usage, words.language).catch((err: unknown) => {
          log.warn({ err }, 'a chart could not be drawn');
          return undefined;
        })
      : undefined;
  if (picture && (await sayWithPicture(parts, asked, words, usage, picture))) return;
  await replies.say(asked, usageMessage(words, usage));
}

/** False where the sums are said without it. */
async function sayWithPicture(
  { tokens, admin, log }: InboundParts,
  { target }: Administered,
  words: Words,
  usage: Usage,
  picture: Uint8Array,
): Promise<boolean> {
  const live = await tokens.get(target.eventId);
  if (!live) return false;
  await using file = await admin.temp('png');
  await writeFile(file.path, picture, { mode: 0o600 });
  try {
    await admin.sender.edit(
      Routes.webhookMessage(live.applicationId, live.token),
      usageMessage(words, usage, PICTURE),
      [{ path: file.path, filename: PICTURE, mime: 'image/png', alt: usageTitle(words, usage) }],
    );
    return true;
  } catch (err) {
    if (!(err instanceof DiscordTrouble)) throw err;
    log.info({ err }, 'a chart could not be posted');
    return false;
  }
}

function usageMessage(words: Words, usage: Usage, picture?: string): MessageBody {
  const lines = usageLines(words, usage, naming);
  const title = usageTitle(words, usage);
  // What follows an empty line heads the lines below it.
  const styled = lines.map((line, index) =>
    lines[index - 1] === '' ? `**${withMentions(line)}**` : withMentions(line),
  );
  const gallery: APIComponentInContainer = {
    type: ComponentType.MediaGallery,
    items: [{ media: { url: `attachment://${picture}` }, description: `${title}: ${lines[0] ?? ''}` }],
  };
  const { jobs, heldJobs, suspendedJobs } = usage.totals;
  return framed([
    heading(title),
    ...(picture === undefined ? [] : [gallery]),
    { type: ComponentType.TextDisplay, content: cut(styled.join('\n'), TEXT_LENGTH) },
    ...(jobs + heldJobs + suspendedJobs > 0
      ? [row(button(words.t('usage.export'), adminId('csv', usage.period), ButtonStyle.Primary))]
      : []),
  ]);
}

/** "Export CSV". The table goes by the disk, as long as it may be. */
export async function sendCsv(parts: InboundParts, pressed: Administered): Promise<void> {
  const { core, replies, tokens, admin } = parts;
  const { target, ask } = pressed;
  const words = wordsFor(target.locale);
  const report = await reportFor(parts, pressed, { period: ask.arg });
  if (!report.ok) return replies.whisper(pressed, refusalNotice(words, report.refusal));
  const usage = report.value;
  const tooLarge = notice(words.t('usage.too-large'));
  await using file = await admin.temp('csv');
  if (!(await writeUpTo(target.uploadLimitBytes, core.reports.csv(usage), file.path)))
    return replies.whisper(pressed, tooLarge);
  const live = await tokens.get(target.eventId);
  if (!live) return;
  const filename = `usage-${usage.days[0]?.day ?? 'none'}-${usage.days.at(-1)?.day ?? 'none'}.csv`;
  const body = framed([
    heading(usageTitle(words, usage)),
    { type: ComponentType.File, file: { url: `attachment://${filename}` } },
  ]);
  try {
    await admin.sender.post(
      Routes.webhook(live.applicationId, live.token),
      { ...body, flags: body.flags | MessageFlags.Ephemeral },
      [{ path: file.path, filename, mime: 'text/csv', alt: usageTitle(words, usage) }],
    );
  } catch (error) {
    if (!(error instanceof DiscordTrouble) || !error.tooLarge) throw error;
    await replies.whisper(pressed, tooLarge);
  }
}

/** False where it is longer than that. */
async function writeUpTo(maxBytes: number, pieces: AsyncIterable<string>, path: string): Promise<boolean> {
  let bytes = 0;
  const count = new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      done(bytes > maxBytes ? new TooLarge() : null, piece);
    },
  });
  try {
    await pipeline(Readable.from(pieces), count, createWriteStream(path, { mode: 0o600 }));
    return true;
  } catch (error) {
    if (error instanceof TooLarge) return false;
    throw error;
  }
}

/** Ends the writing; nobody outside this file sees it. */
class TooLarge extends Error {
  override name = 'TooLarge';
}

async function reportFor(
  { commands, core }: InboundParts,
  asked: Administered,
  options: Call['options'],
): Promise<Outcome<Usage>> {
  const view = await commands.usage.execute(callOf(asked, { options }), core);
  if (!view.ok) return view;
  if (view.value.kind !== 'usage') throw new Error(`usage does not answer with ${view.value.kind}`);
  return accept(view.value.usage);
}
