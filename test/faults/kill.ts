/** kill -9 at one named point of a job's life, a restart, and what became of the job, the book and the member. */
import { setTimeout as wait } from 'node:timers/promises';
import { isOver, type Job } from '../../src/core/job.ts';
import { type Ending, endingOf, type Pending } from './ending.ts';
import { readRecord, until } from './record.ts';
import type { Stage } from './stage.ts';

export type Killed = Ending & {
  point: string;
  /** What was on disk of the job at the moment of death; `nothing`: not even that it was asked for. */
  at: Job['state'] | 'asked' | 'nothing';
  /** Whether the provider had taken the submit by then. */
  atProvider: boolean;
};

/** Points that belong to the start of the bot, or that come by chance. */
const NOT_OF_A_JOB = /setMy|\/commands|weather|history|sendChatAction|, rendering/;
/** A death here leaves a submit whose answer is lost. */
const ABOUT_THE_SUBMIT = /^(jobs\.save\(submitting\), after|provider\.submit, |jobs\.save\(queued\), before)/;
/** The last points come when the job is over already. */
const AFTER_THE_END_MS = 500;
/** An update that nobody confirmed comes again by itself; what doesn't within so long was never heard. */
const COMES_AGAIN_WITHIN_MS = 1_500;

/** The one window in which a video may come twice: it has arrived, and the word of it has not. */
export const MAY_COME_TWICE = /^telegram sendVideo, after/;

/** Every point that a job passes here, in order. */
export async function pointsOf(stage: Stage): Promise<string[]> {
  const points = await stage.bot.record(async () => {
    await stage.front.ask();
    await until('the first job', () => standing(stage, 0), { describe: stage.bot.log });
  });
  return points.filter((point) => !NOT_OF_A_JOB.test(point));
}

/** The job after so many others, once it has ended or is of unknown fate, and all that came in is answered. */
function standing(stage: Stage, before: number): Job | undefined {
  const { jobs, waiting } = readRecord(stage.bot.dataDir);
  const job = jobs.at(before);
  return waiting === 0 && job && (isOver(job) || job.state === 'unknown') ? job : undefined;
}

/** Undefined when the job came to its end without passing the point. */
export async function killAt(stage: Stage, point: string): Promise<Pending<Killed> | undefined> {
  const { bot, front, provider } = stage;
  const before = readRecord(bot.dataDir).jobs.length;
  const submitsBefore = provider.submits();
  // Long enough that its end is not known before the bot is awake again.
  if (ABOUT_THE_SUBMIT.test(point)) provider.next({ runMs: 3_000 });
  bot.dieAt(point);
  const death = bot.ended().then(() => true);
  const asking = front.ask();
  const life = asking
    .then(() => until('the job or its death', () => standing(stage, before), { describe: bot.log }))
    .then(
      () => Promise.race([death, wait(AFTER_THE_END_MS, false)]),
      () => false,
    );
  if (!(await Promise.race([death, life]))) return undefined;
  const asked = await asking;
  const found = readRecord(bot.dataDir);
  const dead = found.jobs.at(before);
  const at = dead?.state ?? (found.waiting > 0 ? 'asked' : 'nothing');
  const atProvider = provider.submits() > submitsBefore;
  await bot.start();
  await front.ready();
  if (front.name === 'page') await asked.again();
  else if (at === 'nothing') {
    const heard = () => {
      const { jobs, waiting } = readRecord(bot.dataDir);
      return jobs.length > before || waiting > 0;
    };
    if (!(await until('a second delivery', heard, { timeoutMs: COMES_AGAIN_WITHIN_MS }).catch(() => false)))
      await asked.again();
  }
  const { id } = await until(`the end of the job killed at ${point}`, () => standing(stage, before), {
    timeoutMs: 60_000,
    describe: bot.log,
  });
  const submits = provider.submits() - submitsBefore;
  return async () => ({ point, at, atProvider, ...(await endingOf(stage, asked, { id, submits })) });
}

/** What is promised of every kill, as sentences that it breaks; none is well. */
export function brokenBy(killed: Killed, { provider }: Stage): string[] {
  const { at, end, submits, videos } = killed;
  const wrong = [...killed.wrong];
  if (end === 'video') {
    if (submits !== 1) wrong.push(`a video after ${submits} submits`);
    if (videos > (MAY_COME_TWICE.test(killed.point) ? 2 : 1)) wrong.push(`the video came ${videos} times`);
  } else if (end === 'unknown') {
    // Only where nobody can know; and with a webhook, whoever has it can say so.
    if (at !== 'submitting') wrong.push(`of unknown fate after a death in ${at}`);
    if (killed.atProvider && provider.hooks) wrong.push('the webhook did not bring the video back');
  } else wrong.push(`ended as ${end}`);
  return wrong;
}
