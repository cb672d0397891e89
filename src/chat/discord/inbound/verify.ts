/** Looks whether a video is from here: fetches it for as long as that takes, and keeps nothing of it. */
import { isDiskFull, MAX_UPLOAD_BYTES } from '../../../core/intake/uploads.ts';
import type { Refusal } from '../../../core/refusals.ts';
import { answer } from '../../command.ts';
import { type Page, said } from '../../page.ts';
import type { GivenFile } from './given-files.ts';
import type { InboundParts } from './parts.ts';
import type { AskOf, MemberEvent } from './record.ts';
import { drawFor, sayPage } from './speak.ts';

const MAX_BYTES = MAX_UPLOAD_BYTES.clip;

export async function verifyClip(parts: InboundParts, event: MemberEvent<AskOf<'verify'>>): Promise<void> {
  const { asked, words } = event;
  await sayPage(parts, { target: asked.target }, words, await verdictOn(parts, event, asked.ask.clip));
}

async function verdictOn(
  parts: InboundParts,
  event: MemberEvent<AskOf<'verify'>>,
  given: GivenFile,
): Promise<Page> {
  const { asked, words, call } = event;
  const { core, commands } = parts;
  const no = (refusal: Refusal): Page => said(words.refusal(refusal));
  const shut = core.access.refusalFor(call);
  if (shut) return no(shut);
  if (!(await parts.files.hasRoom())) return no({ code: 'disk-full' });
  const fetched = await parts.downloads.fetch(given, MAX_BYTES).catch((error: unknown) => {
    if (isDiskFull(error)) return { kind: 'disk-full' as const };
    throw error;
  });
  if (fetched.kind === 'disk-full') return no({ code: 'disk-full' });
  if (fetched.kind === 'too-large')
    return no({ code: 'upload-too-large', what: 'clip', maxBytes: MAX_BYTES });
  if (fetched.kind !== 'here')
    return said(words.t(parts.resumed(asked.target.eventId) ? 'told.restarted' : 'told.file-gone'));
  await using clip = fetched.file;
  // Awaited here: the file is there until it is done.
  return await answer(
    commands.verify,
    { ...call, files: { clip } },
    { core, words, draw: drawFor(parts, event) },
  );
}
