/** Looks at a member's files without making a job: fetches them for as long as that takes, and keeps nothing of them. */
import { answer } from '../../command.ts';
import { drawnNow, type Page, said } from '../../page.ts';
import { fetchFiles, uploadsOf } from './fetch-files.ts';
import type { InboundParts } from './parts.ts';
import type { AskOf, MemberEvent } from './record.ts';
import { drawFor, sayPage } from './speak.ts';

export async function checkFiles(parts: InboundParts, event: MemberEvent<AskOf<'check'>>): Promise<void> {
  const { asked, words } = event;
  await sayPage(parts, { target: asked.target }, words, await pageOn(parts, event));
}

async function pageOn(parts: InboundParts, event: MemberEvent<AskOf<'check'>>): Promise<Page> {
  const { asked, words, call } = event;
  const { core, commands, fileUse, log } = parts;
  const shut = core.access.refusalFor(call);
  if (shut) return said(words.refusal(shut));
  await using work = fileUse.begin();
  const brought = await fetchFiles(parts, work, asked.ask.files, async () => {});
  if (brought.kind === 'refused') return said(words.refusal(brought.refusal));
  if (brought.kind === 'gone')
    return said(words.t(parts.resumed(asked.target.eventId) ? 'told.restarted' : 'told.file-gone'));
  const files = await uploadsOf(parts.files, brought.files);
  const draw = drawFor(parts, event);
  // Awaited here, with its picture: the files are there until it is done.
  return await drawnNow(await answer(commands.check, { ...call, files }, { core, words, draw }), log);
}
