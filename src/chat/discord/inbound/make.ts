/** A wish for a job, from the files to the job's own message. May be taken up again after a crash at any point. */
import type { Job } from '../../../core/job.ts';
import type { Taken } from '../../../core/offers.ts';
import type { Outcome, Refusal } from '../../../core/refusals.ts';
import type { Words } from '../../../words/index.ts';
import { type MessageBody, messageOf, notice } from '../render.ts';
import type { MemberEvent } from './event.ts';
import { fetchFiles, uploadsOf } from './fetch-files.ts';
import type { InboundParts } from './parts.ts';
import { type AskedFiles, type AskOf, inboxIdOf } from './record.ts';
import { drawFor } from './speak.ts';

export type Made = 'done' | 'later';

/** Until there is a job that says how it stands. */
export const preparing = ({ t }: Words): MessageBody => notice(t('card.created'));

/** `later`: we are about to stop, and the next start goes on with it. */
export async function make(parts: InboundParts, event: MemberEvent<AskOf<'make'>>): Promise<Made> {
  const { core, replies, waiting, fileUse } = parts;
  const { asked, words, call } = event;
  const { target, ask } = asked;
  const seat = { target, answerId: ask.answerId };
  // The job of an earlier life of this process, or of this event's twin.
  const existing = await core.intake.existing(call);
  if (existing) {
    await showJob(parts, event, existing);
    return 'done';
  }
  if (target.botIsHere && target.guildId) void parts.servers.learn(target.guildId);

  const form = ask.formOf === undefined ? undefined : await parts.forms.get(ask.formOf);
  if (ask.formOf !== undefined && !form?.ok) {
    await replies.say(seat, form ? notice(words.refusal(form.refusal)) : notice(words.t('told.file-gone')));
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
  if (brought.kind === 'refused') await replies.say(seat, notice(words.refusal(brought.refusal)));
  if (brought.kind === 'gone')
    await replies.say(
      seat,
      notice(words.t(parts.resumed(target.eventId) ? 'told.restarted' : 'told.file-gone')),
    );
  if (brought.kind !== 'here') return 'done';

  const files = uploadsOf(parts.files, brought.files);
  const taken = await parts.commands[ask.command].execute({ ...call, options, files }, core);
  return present(parts, event, taken);
}

async function present(
  parts: InboundParts,
  event: MemberEvent<AskOf<'make'>>,
  taken: Outcome<Taken>,
): Promise<Made> {
  const { replies, commands } = parts;
  const { asked, words, call } = event;
  const { target, ask } = asked;
  const seat = { target, answerId: ask.answerId };
  if (!taken.ok) {
    const { refusal } = taken;
    if (refusal.code === 'stopping') return 'later';
    const body = notice(words.refusal(refusal));
    if (IN_PRIVATE.has(refusal.code)) await replies.refuse(seat, body);
    else await replies.say(seat, body);
    return 'done';
  }
  const { value } = taken;
  // A press that shook found the job of the first one, which has a message of its own.
  if (value.kind === 'job' && value.job.id === call.id) await showJob(parts, event, value.job);
  else {
    const page = await drawFor(parts, event)((facts) => commands[ask.command].show(words, value, facts));
    await replies.say(seat, messageOf(words, page));
  }
  return 'done';
}

/** What strangers are told when they press a button of somebody else's job: nobody else's business. */
const IN_PRIVATE: ReadonlySet<Refusal['code']> = new Set(['not-allowed', 'no-such-job']);

/** From here on the job's message is the outbound half's. */
async function showJob(
  { replies, outbound }: InboundParts,
  { asked: { target, ask }, words }: MemberEvent<AskOf<'make'>>,
  job: Job,
): Promise<void> {
  const messageId = ask.answerId ?? (await replies.say({ target }, preparing(words)));
  if (messageId === undefined) return;
  const { channelId, eventId } = target;
  await outbound.bind(job.id, { channelId, statusMessageId: messageId, eventId });
  outbound.show(job);
}
