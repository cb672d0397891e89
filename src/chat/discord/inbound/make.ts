/** Handles a request for a job, from its files to the job's own message. Can be resumed after a crash at any point. */
import type { Job } from '../../../core/job/job.ts';
import type { Refusal } from '../../../core/refusals.ts';
import type { Words } from '../../../words/index.ts';
import { type MakeOutcome, make, type UseFiles } from '../../make.ts';
import { type Page, said } from '../../page.ts';
import { withSample } from '../../samples.ts';
import { type MessageBody, messageOf, notice } from '../render.ts';
import { fetchFiles, uploadsOf } from './fetch-files.ts';
import type { InboundParts } from './parts.ts';
import type { MemberEvent } from './record.ts';
import { type AskOf, type InboundRecord, inboxIdOf, type RecordedFiles } from './record.ts';
import { drawFor, sayPage } from './speak.ts';

/** Until there is a job that says how it stands. */
export const preparing = ({ t }: Words): MessageBody => notice(t('card.created'));

/** `later`: we are about to stop, and the next start goes on with it. */
export async function makeJob(
  parts: InboundParts,
  event: MemberEvent<AskOf<'make'>>,
): Promise<'done' | 'later'> {
  const { replies, servers } = parts;
  const { asked, words, call } = event;
  const { target, ask } = asked;
  const replyTarget = { target, answerId: ask.answerId };
  const say = async (page: Page): Promise<void> => void (await sayPage(parts, replyTarget, words, page));
  if (target.botIsHere && target.guildId) void servers.learn(target.guildId);
  return make(parts, {
    command: ask.command,
    call,
    words,
    draw: drawFor(parts, event),
    withFiles: async (use) =>
      ask.command === 'sample'
        ? ((await withSample(parts.files, ask.options.pair, use)) ?? said(words.t('told.too-old')))
        : withFiles(parts, event, use),
    become: (job) => showJob(parts, event, job),
    say,
    refuse: (page) => replies.refuse(replyTarget, messageOf(words, page)),
    pressedTwice: say,
  });
}

/** Also those that were given before a form was opened. Each is noted once it is here, with the wishes. */
async function withFiles(
  parts: InboundParts,
  { asked, words: { t, refusal } }: MemberEvent<AskOf<'make'>>,
  use: UseFiles,
): Promise<MakeOutcome> {
  const { waiting, fileUse } = parts;
  const { target, ask } = asked;
  const form = ask.formOf === undefined ? undefined : await parts.forms.get(ask.formOf);
  if (ask.formOf !== undefined && !form?.ok) return said(form ? refusal(form.refusal) : t('told.file-gone'));
  const given = form?.ok ? form.value : undefined;
  const wanted: RecordedFiles = { ...given?.files, ...ask.files, unknown: ask.files.unknown };
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
  if (brought.kind === 'refused') return said(refusal(brought.refusal));
  if (brought.kind === 'gone')
    return said(t(parts.resumed(target.eventId) ? 'told.restarted' : 'told.file-gone'));
  // Awaited here: the files are there until it is done.
  return await use({ options, files: await uploadsOf(parts.files, brought.files) });
}

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

/** Downloads the files given so far while the member fills in a form: their addresses may expire before it is sent. */
export function keepForForm(parts: InboundParts, asked: InboundRecord<AskOf<'form'>>): Promise<void> {
  const { eventId } = asked.target;
  const work = keepGiven(parts, asked);
  parts.forms.expect(eventId, work);
  return work;
}

async function keepGiven(parts: InboundParts, { target, ask }: InboundRecord<AskOf<'form'>>): Promise<void> {
  const { forms, waiting } = parts;
  const { eventId, userId } = target;
  await using work = parts.fileUse.begin();
  const brought = await fetchFiles(parts, work, ask.files, async ({ image, clip }) => {
    const keys = [image, clip].flatMap((file) => file?.key ?? []);
    await waiting.hold(`form:${eventId}`, keys, userId);
  });
  if (brought.kind === 'gone') return;
  if (brought.kind === 'refused') {
    const refusal: Refusal = brought.refusal;
    return forms.put(eventId, { refusal });
  }
  const { image, clip } = brought.files;
  const files = {
    ...(image ? { image: { kept: image } } : {}),
    ...(clip ? { clip: { kept: clip } } : {}),
    unknown: [],
  };
  await forms.put(eventId, { options: ask.options, files });
}
