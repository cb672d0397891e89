/** Commands that show something or stop a job, seen by the member alone; and the jobs to choose from while one is typed. */
import { foremost, isKept } from '../../../core/job/job-order.ts';
import { cancellable } from '../../../core/job/jobs.ts';
import { cut } from '../../../core/text.ts';
import { jobLine } from '../../../words/details.ts';
import { wordsFor } from '../../../words/index.ts';
import { answer, type ChatCommand } from '../../command.ts';
import { modelChoices } from '../../model-choices.ts';
import { type Asker, callOf } from './asker.ts';
import type { MemberEvent } from './event.ts';
import type { InboundParts } from './parts.ts';
import type { AskOf } from './record.ts';
import { drawFor, sayPage } from './speak.ts';

export async function sayCommand(parts: InboundParts, event: MemberEvent<AskOf<'say'>>): Promise<void> {
  const { asked, words, call } = event;
  const commands: Readonly<Record<string, ChatCommand>> = parts.commands;
  const { command: name, options } = asked.ask;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command || command.audience === 'buttons') throw new Error('a command that is not registered');
  const draw = drawFor(parts, event);
  const page = await answer(command, { ...call, options }, { core: parts.core, words, draw });
  await sayPage(parts, { target: asked.target }, words, page);
}

/** Developer docs, interactions/application-commands, 2026-11-21: at most 25 choices, names of at most 100 letters. */
const CHOICES = 25;
const NAME_LENGTH = 100;

/** Of the member's jobs: asked for with each letter that is typed. Whoever knows an older one's code types it whole. */
const LOOKED_AT = 100;

/** The member's jobs that a cancel can still stop, or whose videos are kept; those that fit what was typed so far. */
export async function jobChoices(parts: InboundParts, asker: Asker, typed: string, of: 'cancel' | 'jobs') {
  const words = wordsFor(asker.target.locale);
  const { memberId } = callOf(asker).requester;
  const jobs = await parts.core.jobs.mine(memberId, LOOKED_AT);
  return foremost(jobs)
    .filter(of === 'cancel' ? cancellable : isKept)
    .map((job) => ({ name: cut(jobLine(words, job), NAME_LENGTH), value: job.code }))
    .filter(({ name }) => name.toLowerCase().includes(typed.trim().toLowerCase()))
    .slice(0, CHOICES);
}

/** The models that may be chosen there. */
export async function modelsFor(parts: InboundParts, asker: Asker, typed: string) {
  const { spaceId } = callOf(asker).requester;
  const found = await modelChoices(parts.core, wordsFor(asker.target.locale), spaceId, typed);
  return found.slice(0, CHOICES).map(({ name, value }) => ({ name: cut(name, NAME_LENGTH), value }));
}
