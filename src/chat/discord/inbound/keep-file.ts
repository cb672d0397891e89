/** Looks at a member's file that is to be kept in the library, and shows what would be kept. */
import { answer } from '../../command.ts';
import { drawnNow, type Page, said } from '../../page.ts';
import { fetchFiles, uploadsOf } from './fetch-files.ts';
import type { InboundParts } from './parts.ts';
import type { AskOf, MemberEvent } from './record.ts';
import { drawFor, sayPage } from './speak.ts';

export async function keepFile(parts: InboundParts, event: MemberEvent<AskOf<'keep'>>): Promise<void> {
  const { asked, words } = event;
  await sayPage(parts, { target: asked.target }, words, await pageOn(parts, event));
}

async function pageOn(parts: InboundParts, event: MemberEvent<AskOf<'keep'>>): Promise<Page> {
  const { asked, words, call } = event;
  const { core, commands, fileUse, log } = parts;
  const { item, options } = asked.ask;
  const shut = core.access.refusalFor(call);
  if (shut) return said(words.refusal(shut));
  await using work = fileUse.begin();
  const brought = await fetchFiles(parts, work, asked.ask.files, async () => {});
  if (brought.kind === 'refused') return said(words.refusal(brought.refusal));
  if (brought.kind === 'gone')
    return said(words.t(parts.resumed(asked.target.eventId) ? 'told.restarted' : 'told.file-gone'));
  const files = await uploadsOf(parts.files, brought.files);
  const draw = drawFor(parts, event);
  const used = { ...call, part: 'add', options, files };
  return drawnNow(await answer(commands[item], used, { core, words, draw }), log);
}
