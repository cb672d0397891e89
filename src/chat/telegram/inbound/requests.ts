/** From a wish that is on disk to a job: fetch the files, run the command, show what came of it. */

import type { Caller } from '../../../core/access.ts';
import type { Call } from '../../../core/command.ts';
import type { Upload } from '../../../core/intake.ts';
import type { Taken } from '../../../core/offers.ts';
import type { Inbox } from '../../../core/ports.ts';
import { type Outcome, type Refusal, refuse } from '../../../core/refusals.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { said } from '../../page.ts';
import { isLostSend } from '../api.ts';
import type { Downloads, What } from '../download.ts';
import { linesOf, messageOf, type PageBody } from '../render.ts';
import type { Request } from './records.ts';
import { type DrawParts, drawFor } from './speak.ts';
import type { Talk } from './talk.ts';
import { targetOf, type Who } from './who.ts';

export type RequestParts = DrawParts & {
  downloads: Downloads;
  inbox: Inbox;
  talk: Talk;
  who: Who;
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
  const event = { id: request.jobId, requester: caller.requester };
  const shut = core.access.refusalAtDoor(caller);
  if (shut) return void (await talk.say(targetOf(request), linesOf([words.refusal(shut)])));
  const messageId = await statusOf(id, request, words, parts);
  // Nobody could see the price there, nor the video.
  if (messageId === undefined) return;
  if (messageId !== 'unknown')
    await talk.bind(request.jobId, {
      chatId: request.chatId,
      messageId,
      ...(request.firstOfEach ? { note: words.t('told.first-of-each') } : {}),
    });
  const known = await core.intake.existing(event);
  const outcome = known
    ? ({ ok: true, value: { kind: 'job', job: known } } as const)
    : await execute(caller, request, parts);
  if (!outcome.ok && outcome.refusal.code === 'stopping') throw new Interrupted();
  if (outcome.ok && outcome.value.kind === 'job') {
    const { job } = outcome.value;
    if (job.id === request.jobId) return talk.show(job);
    // A button that was pressed twice: the job has a message already, and this one would never change.
    if (messageId !== 'unknown') await parts.remove(request.chatId, messageId);
    return;
  }
  const body = await bodyOf(words, outcome, request, parts);
  if (messageId === 'unknown') await talk.say(targetOf(request), body);
  else await talk.edit(targetOf(request), messageId, body);
}

/** A button under somebody else's video is a moderator's, or that of an admin whose anonymous wish it was. */
async function callerOf(request: Request, who: Who): Promise<Caller> {
  return request.command === 'animate' ? who.member(request) : who.ranked(request);
}

/** The first send and one more: then the wish goes on without a message that tells how it stands. */
const SENDS_OF_UNKNOWN_FATE = 2;

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
  const lines = [words.t('job.created'), ...(request.firstOfEach ? [words.t('told.first-of-each')] : [])];
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

type Told = Outcome<Taken> | { ok: false; refusal: FileTrouble };
type FileTrouble = { code: 'file-too-big'; maxBytes: number } | { code: 'file-gone' };

async function execute(caller: Caller, request: Request, parts: RequestParts): Promise<Told> {
  await using stack = new AsyncDisposableStack();
  const files: { image?: Upload; clip?: Upload } = {};
  for (const what of bySize(request.media)) {
    const file = request.media[what];
    if (!file) continue;
    const fetched = await parts.downloads.fetch(file, what, parts.signal);
    if (fetched.kind === 'too-large')
      return { ok: false, refusal: { code: 'file-too-big', maxBytes: fetched.maxBytes } };
    if (fetched.kind === 'disk-full') return refuse({ code: 'disk-full' });
    if (fetched.kind === 'gone') return { ok: false, refusal: { code: 'file-gone' } };
    files[what] = stack.use(fetched.upload);
  }
  const { jobId, options, ask } = request;
  const call: Call = { ...caller, id: jobId, options, files, ...(ask ? { ask } : {}) };
  // Awaited here: the files are there until it is done.
  return await parts.commands[request.command].execute(call, parts.core);
}

/** The smaller one first: its path tells whether this server gives out the larger one at all. */
function bySize({ image, clip }: Request['media']): What[] {
  return (image?.bytes ?? 0) <= (clip?.bytes ?? 0) ? ['image', 'clip'] : ['clip', 'image'];
}

async function bodyOf(words: Words, told: Told, request: Request, parts: RequestParts): Promise<PageBody> {
  if (told.ok) {
    const command = parts.commands[request.command];
    const page = await drawFor(parts, request, words)((facts) => command.show(words, told.value, facts));
    return messageOf(words, page);
  }
  const { refusal } = told;
  if (refusal.code === 'file-too-big')
    return messageOf(words, said(words.t('told.file-too-big', { max: words.size(refusal.maxBytes) })));
  if (refusal.code === 'file-gone') return messageOf(words, said(words.t('told.file-gone')));
  return messageOf(words, said(words.refusal(refusal satisfies Refusal)));
}
