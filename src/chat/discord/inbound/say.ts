/** Commands that show something, stop a job or change a setting, seen by the member alone; and the jobs to choose from while one is typed. */

import { cancellable } from '../../../core/job/cancel.ts';
import { foremost, isKept } from '../../../core/job/job-order.ts';
import type { ItemKind } from '../../../core/library/item.ts';
import { cut } from '../../../core/text.ts';
import { jobLine } from '../../../words/details.ts';
import { itemText } from '../../../words/library.ts';
import { answer, commandNamed } from '../../command.ts';
import { modelChoices } from '../../model-choices.ts';
import type { InboundParts } from './parts.ts';
import type { Reader } from './readings.ts';
import type { AskOf, MemberEvent } from './record.ts';
import { drawFor, sayPage } from './speak.ts';

export async function sayCommand(parts: InboundParts, event: MemberEvent<AskOf<'say'>>): Promise<void> {
  const { asked, words, call } = event;
  const { command: name, part, options } = asked.ask;
  const command = commandNamed(parts.commands, name);
  if (!command) throw new Error('a command that is not registered');
  const draw = drawFor(parts, event);
  const used = { ...call, options, ...(part === undefined ? {} : { part }) };
  const page = await answer(command, used, { core: parts.core, words, draw });
  await sayPage(parts, { target: asked.target }, words, page);
}

/** Developer docs, interactions/application-commands, 2026-11-21: at most 25 choices, names of at most 100 letters. */
const CHOICES = 25;
const NAME_LENGTH = 100;

/** Of the member's jobs: asked for with each letter that is typed. Whoever knows an older one's code types it whole. */
const LOOKED_AT = 100;

/** The member's jobs that a cancel can still stop, or whose videos are kept; those that fit what was typed so far. */
export async function jobChoices(
  parts: InboundParts,
  { words, call }: Reader,
  typed: string,
  of: 'cancel' | 'jobs',
) {
  const { memberId } = call.requester;
  const jobs = await parts.core.jobs.mine(memberId, LOOKED_AT);
  return foremost(jobs)
    .filter(of === 'cancel' ? cancellable : isKept)
    .map((job) => ({ name: cut(jobLine(words, job), NAME_LENGTH), value: job.code }))
    .filter(({ name }) => name.toLowerCase().includes(typed.trim().toLowerCase()))
    .slice(0, CHOICES);
}

/** What the library has of that kind whose name fits what was typed so far. */
export async function itemChoices(
  parts: InboundParts,
  { words, call }: Reader,
  typed: string,
  kind: ItemKind,
) {
  const found = await parts.core.library.list(call, { kind, typed, most: CHOICES });
  if (!found.ok) return [];
  return found.value.map((listed) => ({
    name: cut(itemText(words, listed), NAME_LENGTH),
    value: listed.item.id,
  }));
}

/** The models that may be chosen there. */
export async function modelsFor(parts: InboundParts, { words, call }: Reader, typed: string) {
  const found = await modelChoices(parts.core, words, call.requester.spaceId, typed);
  return found.slice(0, CHOICES).map(({ name, value }) => ({ name: cut(name, NAME_LENGTH), value }));
}
