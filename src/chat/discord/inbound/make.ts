/** A wish for a job, from the files to the job's own message. May be taken up again after a crash at any point. */
import type { View } from '../../../core/command.ts';
import type { Job } from '../../../core/job.ts';
import type { Outcome, Refusal } from '../../../core/refusals.ts';
import { jobLine } from '../../../words/details.ts';
import { wordsFor } from '../../../words/index.ts';
import { overMessage } from '../admin/over.ts';
import { notice, offerMessage, preparing, refusalNotice } from '../views.ts';
import { callIdOf, callOf } from './asker.ts';
import { fetchFiles, uploadsOf } from './fetch-files.ts';
import type { InboundParts } from './parts.ts';
import { type Asked, type AskedFiles, type AskOf, inboxIdOf } from './record.ts';

export type Made = 'done' | 'later';

/** `later`: we are about to stop, and the next start goes on with it. */
export async function make(parts: InboundParts, asked: Asked<AskOf<'make'>>): Promise<Made> {
  const { core, replies, waiting, fileUse } = parts;
  const { target, ask } = asked;
  const words = wordsFor(target.locale);
  const seat = { target, answerId: ask.answerId };
  // The job of an earlier life of this process, or of this event's twin.
  const existing = await core.intake.existing(callOf(asked));
  if (existing) {
    await showJob(parts, asked, existing);
    return 'done';
  }
  if (target.botIsHere && target.guildId) void parts.servers.learn(target.guildId);

  const form = ask.formOf === undefined ? undefined : await parts.forms.get(ask.formOf);
  if (ask.formOf !== undefined && !form?.ok) {
    await replies.say(seat, form ? refusalNotice(words, form.refusal) : notice(words.t('told.file-gone')));
    return 'done';
  }
  const given = form?.ok ? form.value : undefined;
  const wanted: AskedFiles = { ...given?.files, ...ask.files, unknown: ask.files.unknown };
  const options = { ...given?.options, ...ask.options };

  await using work = fileUse.begin();
  const brought = await fetchFiles(parts, work, wanted, async (files) => {
    const kept = [files.image, files.clip].flatMap((file) => file ?? []);
    await waiting.hold(
      target.eventId,
      kept.map(({ key }) => key),
    );
    const { formOf: _, ...rest } = ask;
    const noted = {
      ...rest,
      options,
      files: {
        ...(files.image ? { image: { kept: files.image } } : {}),
        ...(files.clip ? { clip: { kept: files.clip } } : {}),
        unknown: [],
      },
    };
    await parts.inbox.note(inboxIdOf(target.eventId), { ...asked, ask: noted });
    if (ask.formOf !== undefined) await parts.forms.drop(ask.formOf);
  });
  if (brought.kind === 'refused') await replies.say(seat, refusalNotice(words, brought.refusal));
  if (brought.kind === 'gone')
    await replies.say(
      seat,
      notice(words.t(parts.resumed(target.eventId) ? 'told.restarted' : 'told.file-gone')),
    );
  if (brought.kind !== 'here') return 'done';

  const call = callOf(asked, { options, files: uploadsOf(parts.files, brought.files) });
  const view = await parts.commands[ask.command].execute(call, core);
  return present(parts, asked, view);
}

async function present(parts: InboundParts, asked: Asked<AskOf<'make'>>, view: Outcome<View>): Promise<Made> {
  const { replies } = parts;
  const { target, ask } = asked;
  const words = wordsFor(target.locale);
  const seat = { target, answerId: ask.answerId };
  if (!view.ok) {
    if (view.refusal.code === 'stopping') return 'later';
    if (IN_PRIVATE.has(view.refusal.code)) await replies.refuse(seat, refusalNotice(words, view.refusal));
    else await replies.say(seat, refusalNotice(words, view.refusal));
    return 'done';
  }
  if (view.value.kind === 'over') {
    await replies.say(seat, overMessage(words, view.value, target));
  } else if (view.value.kind === 'offer') {
    await replies.say(seat, offerMessage(words, view.value.offer, target.userId));
  } else if (view.value.kind === 'job') {
    const { job } = view.value;
    // A press that shook found the job of the first one.
    if (job.id === callIdOf(target)) await showJob(parts, asked, job);
    else await replies.say(seat, notice(jobLine(words, job)));
  } else throw new Error(`${ask.command} does not answer with ${view.value.kind}`);
  return 'done';
}

/** What strangers are told when they press a button of somebody else's job: nobody else's business. */
const IN_PRIVATE: ReadonlySet<Refusal['code']> = new Set(['not-allowed', 'no-such-job']);

/** From here on the job's message is the outbound half's. */
async function showJob(parts: InboundParts, asked: Asked<AskOf<'make'>>, job: Job): Promise<void> {
  const { replies, outbound } = parts;
  const { target, ask } = asked;
  const words = wordsFor(target.locale);
  const messageId = ask.answerId ?? (await replies.say({ target }, preparing(words)));
  if (messageId !== undefined) {
    await outbound.bind(job.id, {
      channelId: target.channelId,
      statusMessageId: messageId,
      eventId: target.eventId,
    });
    outbound.show(job);
  }
}
