/** Brings one new message to a member: from place to place until one takes it, and not twice, also over a crash. */
import { createHash } from 'node:crypto';
import { type REST, Routes, SnowflakeUtil } from 'discord.js';
import { z } from 'zod';
import type { Clock, Log } from '../../../core/ports.ts';
import { actionId } from '../../page.ts';
import type { MessageBody } from '../render.ts';
import type { DiscordTarget } from '../target.ts';
import { bareShapesOf, inSomeShape } from './bare.ts';
import type { Limits, PostingPlace } from './limits.ts';
import { mayPost, type Place, type PlaceParts, placesFor } from './places.ts';
import type { Posts, Records } from './records.ts';
import type { PostedMessage, Upload } from './sender.ts';
import { DiscordTrouble, troubleOf } from './trouble.ts';

export type PostParts = PlaceParts & { records: Records; limits: Limits; clock: Clock; log: Log };

export type OutgoingMessage = {
  jobId: string;
  jobCode: string;
  to: DiscordTarget;
  /** What it is for: for each purpose there is one message at most. */
  purpose: string;
  message(rung: PostingPlace): MessageBody;
  uploads: readonly Upload[];
  /** Of the largest file. */
  bytes: number;
  /** A message that may already be there is rather left out than sent twice. */
  ratherNotTwice?: boolean;
};

export type PostOutcome =
  | ({ kind: 'posted'; rung: PostingPlace; at: number } & PostedMessage)
  | { kind: 'too-large'; maxBytes: number }
  | { kind: 'nowhere' };

/** Tries each place once. Throws DiscordTrouble that may pass, and the one that our own dead token makes. */
export async function post(parts: PostParts, outgoing: OutgoingMessage): Promise<PostOutcome> {
  const { records, clock, log, tokens, limits } = parts;
  const { jobId, jobCode, to, purpose, bytes } = outgoing;
  const note = async (entry: Posts[string]): Promise<void> => {
    await records.posts.set(jobId, { ...(await records.posts.get(jobId)), [purpose]: entry });
  };
  const before = (await records.posts.get(jobId))?.[purpose];
  if (before?.done) return { kind: 'posted', ...before.done };
  if (before?.begun && outgoing.ratherNotTwice) return { kind: 'nowhere' };
  if (before?.begun) {
    const found = await find(parts.rest, before.begun, outgoing);
    if (found) {
      const done = { ...found, rung: before.begun.rung, at: clock.now() };
      await note({ done });
      return { kind: 'posted', ...done };
    }
  }

  const nonce = nonceOf(outgoing);
  for await (const ready of placesFor(parts, to, await records.bound.get(jobId))) {
    let place: Place | undefined;
    try {
      place = await ready();
      const maxBytes = limits.of(place.rung, to);
      if (bytes > maxBytes) return { kind: 'too-large', maxBytes };
      await note({ begun: { rung: place.rung, channelId: place.channelId, at: clock.now() } });
      const posted = await put(parts, place, outgoing, nonce);
      const alone = place.rung === 'follow-up' && to.private ? { alone: true as const } : {};
      const done = { ...posted, rung: place.rung, at: clock.now(), ...alone };
      await note({ done });
      return { kind: 'posted', ...done };
    } catch (error) {
      if (!(error instanceof DiscordTrouble)) throw error;
      // A plain no: nothing was posted.
      if (!error.retryHelps || error.status === 429) await note({});
      if (error.deadToken) await tokens.drop(to.eventId);
      if (error.tooLarge && place) {
        return { kind: 'too-large', maxBytes: await limits.refused(place.rung, to, bytes) };
      }
      if (!error.closed) throw error;
      log[error.strange ? 'error' : 'info'](
        { job: jobCode, rung: place?.rung ?? 'dm', status: error.status, code: error.code },
        'a place is closed',
      );
    }
  }
  return { kind: 'nowhere' };
}

/** As it should look; as text with buttons, then alone, with its files where Discord can't read that; a link at last without its picture. */
function put(
  { log }: PostParts,
  { rung, post: postThere }: Place,
  { jobCode: job, message, uploads, bytes }: OutgoingMessage,
  nonce: string,
): Promise<PostedMessage> {
  const whole = { body: message(rung), uploads };
  const plainer = bareShapesOf(whole.body);
  const files = uploads.map(({ alt: _none, ...upload }) => upload);
  const [richest] = plainer;
  const isLink = bytes === 0 && files.length > 0;
  const shapes = [
    ...(isLink ? [{ body: richest, uploads: files }] : []),
    ...plainer.map((body) => ({ body, uploads: isLink ? [] : files })),
  ];
  return inSomeShape(log, [whole, ...shapes], (shape) => postThere(shape.body, shape.uploads, nonce), {
    job,
    rung,
  });
}

/** At most 25 letters, the same each time that this message is tried. */
function nonceOf({ jobId, jobCode, purpose }: OutgoingMessage): string {
  return `${jobCode}-${createHash('sha256').update(`${jobId} ${purpose}`).digest('base64url').slice(0, 16)}`;
}

const page = z.array(
  z.object({
    id: z.string(),
    components: z.array(z.unknown()).catch([]),
    attachments: z.array(z.object({ filename: z.string() })).catch([]),
  }),
);
/** Our clock may be ahead of Discord's. */
const CLOCKS_DIFFER_MS = 60_000;

/** The message that a crash, or an answer that was lost, kept us from knowing: by the button that it alone has, or its file. */
export async function find(
  rest: REST,
  { rung, channelId, at }: NonNullable<Posts[string]['begun']>,
  { jobCode, to, uploads }: Pick<OutgoingMessage, 'jobCode' | 'to' | 'uploads'>,
): Promise<PostedMessage | undefined> {
  if (rung === 'follow-up' && !mayPost(to)) return undefined;
  const after = SnowflakeUtil.generate({ timestamp: at - CLOCKS_DIFFER_MS }).toString();
  try {
    const messages = page.parse(
      await rest.get(Routes.channelMessages(channelId), {
        query: new URLSearchParams({ after, limit: '100' }),
      }),
    );
    // An earlier version, which may have posted it, marked it in its own way.
    const marks = [actionId({ verb: 'details', code: jobCode }), `strut:details:${jobCode}`];
    const found = messages.find(
      ({ components, attachments }) =>
        marks.some((mark) => JSON.stringify(components).includes(JSON.stringify(mark))) ||
        attachments.some(({ filename }) => uploads.some((upload) => upload.filename === filename)),
    );
    return found && { channelId, messageId: found.id };
  } catch (thrown) {
    const error = troubleOf(thrown);
    // Where we may not look, it may come twice: that is better than not at all.
    if (error instanceof DiscordTrouble && error.closed) return undefined;
    throw error;
  }
}
