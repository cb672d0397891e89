/**
 * Turns a member's files into a job, or into the reply that says why not, in every chat. Can be resumed after a crash
 * at any point.
 */
import type { Commands } from '../../commands/index.ts';
import type { Call, Core } from '../core/command.ts';
import type { Job } from '../core/job/job.ts';
import type { AnimateResult } from '../core/library/cast.ts';
import type { Outcome } from '../core/refusals.ts';
import type { Words } from '../words/index.ts';
import type { ChatCommand } from './command.ts';
import type { Draw } from './facts.ts';
import { type Page, said } from './page.ts';

/** What came of the files: what the command made of them, or what is said instead. */
export type MakeOutcome = Outcome<AnimateResult> | Page;
/** Runs the command with what was brought. */
export type UseFiles = (given: Pick<Call, 'options' | 'files'>) => Promise<Outcome<AnimateResult>>;

/** One wish for a job, and what a chat can do about it. */
export type JobRequest = {
  command: 'animate' | 'again' | 'sample';
  /** Under the id that the job will have; without files. */
  call: Call;
  words: Words;
  draw: Draw;
  /** Brings the files here and has them used while they are; or says why they can't be had. */
  withFiles(use: UseFiles): Promise<MakeOutcome>;
  /** From here on the message that waits tells how the job stands. */
  become(job: Job): Promise<void>;
  /** In the place of that message. */
  say(page: Page): Promise<void>;
  /** The same where it is nobody else's business, for the one who asked alone. */
  refuse(page: Page): Promise<void>;
  /** It is the job of an earlier press, which has a message of its own. */
  pressedTwice(page: Page): Promise<void>;
};

/** `later`: we are about to stop, and the next start goes on with it. Throws what another try may mend. */
export async function make(
  { core, commands }: { core: Core; commands: Commands },
  request: JobRequest,
): Promise<'done' | 'later'> {
  const { call, words } = request;
  const command: ChatCommand<AnimateResult> = commands[request.command];
  // Of an earlier life of this process, or of a duplicate of the event.
  const existing = await core.intake.existing(call);
  if (existing) {
    await request.become(existing);
    return 'done';
  }
  const taken = await request.withFiles((given) => command.execute({ ...call, ...given }, core));
  if ('lines' in taken) await request.say(taken);
  else if (!taken.ok) {
    const { refusal } = taken;
    if (refusal.code === 'stopping') return 'later';
    const page = said(words.refusal(refusal));
    // Strangers who press a button of somebody else's job.
    const isPrivate = refusal.code === 'not-allowed' || refusal.code === 'no-such-job';
    await (isPrivate ? request.refuse(page) : request.say(page));
  } else {
    const { value } = taken;
    if (value.kind === 'job' && value.job.id === call.id) await request.become(value.job);
    else {
      const page = await request.draw((facts) => command.show(words, value, facts));
      await (value.kind === 'job' ? request.pressedTwice(page) : request.say(page));
    }
  }
  return 'done';
}
