/** Handles a stored request for a job, or for a verdict on a video: fetches the files, runs the command, shows the result. */

import type { Call } from '../../../core/command.ts';
import type { ItemKind } from '../../../core/library/item.ts';
import type { Caller } from '../../../core/limits/access.ts';
import type { Inbox } from '../../../core/ports.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { answer } from '../../command.ts';
import { make } from '../../make.ts';
import { drawnNow, type Page, said } from '../../page.ts';
import { withSample } from '../../samples.ts';
import { isLostSend } from '../api.ts';
import type { Downloads, FileRole } from '../download.ts';
import { linesOf, messageOf } from '../render.ts';
import type { Request } from './records.ts';
import type { Talk } from './speak.ts';
import { type DrawParts, drawFor, type SpeakParts, sayPicture } from './speak.ts';
import { type Membership, targetOf } from './who.ts';

export type RequestParts = DrawParts &
  Pick<SpeakParts, 'sayWith' | 'log'> & {
    downloads: Downloads;
    inbox: Inbox;
    talk: Talk;
    who: Membership;
    remove(chatId: number, messageId: number): Promise<boolean>;
    signal: AbortSignal;
  };

/** We are being stopped: the wish stays on disk and is taken up at the next start. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

/** May be run again after a crash at any point: the job's id is the wish's. Throws passing trouble, and Interrupted. */
export async function runRequest(id: string, request: Request, parts: RequestParts): Promise<void> {
  const { core, talk, who } = parts;
  const words = wordsFor(request.locale);
  const caller = await callerOf(request, who);
  const shut = core.access.refusalFor(caller);
  if (shut) return void (await talk.say(targetOf(request), linesOf([words.refusal(shut)])));
  const messageId = await statusOf(id, request, words, parts);
  // Nobody could see the price there, nor the video.
  if (messageId === undefined) return;
  const { command } = request;
  const isLook = command !== 'animate' && command !== 'again' && command !== 'sample';
  if (messageId !== 'unknown' && !isLook)
    await talk.bind(request.jobId, {
      chatId: request.chatId,
      messageId,
      ...(request.firstOfEach ? { note: words.t('told.first-of-each') } : {}),
    });
  const say = async (page: Page): Promise<void> => {
    const body = messageOf(words, page);
    if (messageId === 'unknown') await talk.say(targetOf(request), body);
    else await talk.edit(targetOf(request), messageId, body);
    await sayPicture(parts, targetOf(request), page);
  };
  if (command !== 'animate' && command !== 'again' && command !== 'sample')
    return say(await foundIn(command, request, caller, words, parts));
  const made = await make(parts, {
    command,
    call: callFor(caller, request),
    words,
    draw: drawFor(parts, request, words),
    withFiles: async (use) =>
      command === 'sample'
        ? ((await withSample(parts.files, request.options.pair, use)) ?? said(words.t('told.too-old')))
        : withFiles(request, words, parts, use),
    become: async (job) => talk.show(job),
    say,
    refuse: say,
    // This message would never change.
    pressedTwice: async () =>
      messageId === 'unknown' ? undefined : void (await parts.remove(request.chatId, messageId)),
  });
  if (made === 'later') throw new Interrupted();
}

/** Of the files, only what the library keeps stays. */
async function foundIn(
  command: 'verify' | 'check' | ItemKind,
  request: Request,
  caller: Caller,
  words: Words,
  parts: RequestParts,
): Promise<Page> {
  const { core, commands, log } = parts;
  const call = { ...callFor(caller, request), seenByAll: request.chatType !== 'private' };
  const draw = drawFor(parts, request, words);
  return withFiles(request, words, parts, async ({ files }) => {
    const asked = { ...call, files };
    const said = { core, words, draw };
    const page =
      command === 'verify'
        ? await answer(commands.verify, asked, said)
        : command === 'check'
          ? await answer(commands.check, asked, said)
          : await answer(commands[command], { ...asked, part: 'add' }, said);
    // With its picture: the files are gone after this.
    return drawnNow(page, log);
  });
}

const callFor = (caller: Caller, { jobId, options, ask }: Request): Call => ({
  ...caller,
  id: jobId,
  options,
  files: {},
  ...(ask ? { ask } : {}),
});

/** A button under somebody else's video is a moderator's, or that of an admin whose anonymous wish it was. */
async function callerOf(request: Request, who: Membership): Promise<Caller> {
  const isOthers = request.command === 'again' || request.command === 'verify';
  return !isOthers ? who.member(request) : who.ranked(request);
}

/** The first send and one more: then the wish goes on without a message that tells how it stands. */
const SENDS_OF_UNKNOWN_FATE = 2;

const STARTS = {
  animate: 'job.created',
  again: 'job.created',
  sample: 'job.created',
  verify: 'verify.looking',
  check: 'coach.looking',
  motion: 'coach.looking',
  character: 'coach.looking',
} as const;

/** The message that tells how it stands: sent once, and on record before anything else happens. */
async function statusOf(
  id: string,
  request: Request,
  words: Words,
  { talk, inbox }: RequestParts,
): Promise<number | 'unknown' | undefined> {
  if (request.statusId !== undefined) return request.statusId;
  const { statusLost = 0 } = request;
  if (statusLost >= SENDS_OF_UNKNOWN_FATE) return 'unknown';
  const starts = words.t(STARTS[request.command]);
  const lines = [starts, ...(request.firstOfEach ? [words.t('told.first-of-each')] : [])];
  const statusId = await talk.say(targetOf(request), linesOf(lines)).catch(async (error: unknown) => {
    if (isLostSend(error)) {
      request.statusLost = statusLost + 1;
      await inbox.note(id, request);
    }
    throw error;
  });
  if (statusId === undefined) return undefined;
  // Also for the next try of this very process.
  request.statusId = statusId;
  await inbox.note(id, request);
  return statusId;
}

async function withFiles<T>(
  { media, options }: Request,
  { t, size, refusal }: Words,
  { downloads, signal }: RequestParts,
  use: (given: Pick<Call, 'options' | 'files'>) => Promise<T>,
): Promise<T | Page> {
  await using stack = new AsyncDisposableStack();
  const files: Call['files'] = {};
  for (const what of bySize(media)) {
    const file = media[what];
    if (!file) continue;
    const fetched = await downloads.fetch(file, what, signal);
    if (fetched.kind === 'too-large') return said(t('told.file-too-big', { max: size(fetched.maxBytes) }));
    if (fetched.kind === 'disk-full') return said(refusal({ code: 'disk-full' }));
    if (fetched.kind === 'gone') return said(t('told.file-gone'));
    stack.use(fetched.upload);
    const { repeats, postedBy } = file;
    files[what] = {
      ...fetched.upload,
      ...(repeats ? { repeats } : {}),
      ...(postedBy === undefined ? {} : { postedBy }),
    };
  }
  // Awaited here: the files are there until it is done.
  return await use({ options, files });
}

/** The smaller one first: its path tells whether this server gives out the larger one at all. */
function bySize({ image, clip }: Request['media']): FileRole[] {
  return (image?.bytes ?? 0) <= (clip?.bytes ?? 0) ? ['image', 'clip'] : ['clip', 'image'];
}
