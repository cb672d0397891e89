/** Commands that show something or stop a job: seen by the member alone. */

import type { CommandName } from '../../../core/command.ts';
import type { Job } from '../../../core/job.ts';
import { foremost, isKept } from '../../../core/job-order.ts';
import { cancellable } from '../../../core/jobs.ts';
import { cut } from '../../../core/text.ts';
import { jobLine } from '../../../words/details.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { ADMIN_COMMANDS } from '../admin/reading.ts';
import { placeOfResult } from '../places.ts';
import { JOBS_SHOWN, jobsMessage, type Place, refusalNotice, viewMessage } from '../views.ts';
import { type Asker, callOf } from './asker.ts';
import type { InboundParts } from './parts.ts';
import type { Asked, AskOf } from './record.ts';

/** What members can type, in the order in which it is listed. `again` is a button here. */
export const TYPED = [
  'animate',
  'jobs',
  'cancel',
  'quota',
  'privacy',
  'help',
] as const satisfies CommandName[];

export async function sayCommand(parts: InboundParts, asked: Asked<AskOf<'say'>>): Promise<void> {
  const { core, replies } = parts;
  const { target, ask } = asked;
  const words = wordsFor(target.locale);
  const name = TYPED.find((one) => one === ask.command);
  if (name === undefined || name === 'animate') throw new Error('a command that is not registered');
  const view = await parts.commands[name].execute(callOf(asked, { options: ask.options }), core);
  if (!view.ok) {
    await replies.say({ target }, refusalNotice(words, view.refusal));
    return;
  }
  const { value } = view;
  switch (value.kind) {
    case 'jobs': {
      const listed = foremost(value.jobs);
      const places = new Map<string, Place | undefined>();
      for (const job of listed.slice(0, JOBS_SHOWN)) {
        // No link leads to what only one member sees.
        const status = job.requester.target.private ? undefined : await parts.outbound.statusOf(job);
        places.set(job.id, placeOfResult(job) ?? status);
      }
      const title = jobsTitle(words, ask.options, listed);
      await replies.say(
        { target },
        jobsMessage(words, listed, { title, placeOf: ({ id }) => places.get(id) }),
      );
      return;
    }
    case 'help': {
      const offered: readonly string[] = asked.moderator ? [...TYPED, ...ADMIN_COMMANDS] : TYPED;
      const shown = value.commands.filter(({ name: one }) => offered.includes(one));
      await replies.say({ target }, viewMessage(words, { ...value, commands: shown }));
      return;
    }
    case 'quota':
    case 'privacy':
    case 'forgotten':
    case 'cancel':
      await replies.say({ target }, viewMessage(words, value));
      return;
    default:
      throw new Error(`${name} does not answer with ${value.kind}`);
  }
}

function jobsTitle({ t }: Words, { job, all }: Record<string, string>, [first]: readonly Job[]): string {
  if (job !== undefined && first) return t('card.job', { code: first.code });
  return t(all === 'true' ? 'jobs.title-all' : 'jobs.title');
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
