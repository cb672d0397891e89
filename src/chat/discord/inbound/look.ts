/**
 * Looks at a member's files without making a job: whether they would do, or what would be kept of them in the library.
 * They are fetched for as long as that takes.
 */
import type { Call } from '../../../core/command.ts';
import { answer, type ChatCommand } from '../../command.ts';
import { drawnNow, type Page, said } from '../../page.ts';
import { fetchFiles, uploadsOf } from './fetch-files.ts';
import type { InboundParts } from './parts.ts';
import type { AskOf, MemberEvent } from './record.ts';
import { drawFor, sayPage } from './speak.ts';

type Look = MemberEvent<AskOf<'check' | 'keep'>>;

export async function checkFiles(parts: InboundParts, event: MemberEvent<AskOf<'check'>>): Promise<void> {
  await say(parts, event, await pageOn(parts, event, parts.commands.check, event.call));
}

export async function keepFile(parts: InboundParts, event: MemberEvent<AskOf<'keep'>>): Promise<void> {
  const { item, options } = event.asked.ask;
  const call = { ...event.call, part: 'add', options };
  await say(parts, event, await pageOn(parts, event, parts.commands[item], call));
}

const say = (parts: InboundParts, { asked, words }: Look, page: Page) =>
  sayPage(parts, { target: asked.target }, words, page);

async function pageOn<V>(
  parts: InboundParts,
  event: Look,
  command: ChatCommand<V>,
  call: Call,
): Promise<Page> {
  const { asked, words } = event;
  const { core, fileUse, log } = parts;
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
  return await drawnNow(await answer(command, { ...call, files }, { core, words, draw }), log);
}
