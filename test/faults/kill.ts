/** kill -9 at a named point of a job's life, a restart, perhaps another death, and what became of it all. */
import { setTimeout as wait } from 'node:timers/promises';
import { isOver, type Job } from '../../src/core/job/job.ts';
import { type Ending, endingOf, type Pending, pastLostMs, untilLost } from './ending.ts';
import type { Front } from './front.ts';
import { readRecord, until } from './record.ts';
import type { Stage } from './stage.ts';

export type Death = {
  point: string;
  /** What was on disk of the job at the moment of death; `nothing`: not even that it was asked for. */
  at: Job['state'] | 'asked' | 'nothing';
  /** Whether the provider had taken the submit by then. */
  atProvider: boolean;
  /** The one window in which a video may come twice: Telegram has it, and the record doesn't say so. */
  sentUnknown: boolean;
};
/** `again`: the death of the next life, while it took the job up. */
export type Killed = Ending & Death & { again?: Death };

/** Where to die, and where the next life does. */
export type Kill = { point: string; next?: string };

type JobReply = Awaited<ReturnType<Front['ask']>>;
/** What there was before the ask. */
type Before = { jobs: number; submits: number };

/** What came in and is no job's last word. */
export const NO_JOB = '';
/** Points that belong to the start of the bot, or that come by chance. */
export const NOT_OF_A_JOB = /setMy|\/commands|weather|history|sendChatAction|, rendering/;
/** A death here leaves a submit whose answer is lost. */
export const ABOUT_THE_SUBMIT =
  /^(jobs\.save\(submitting\), after|provider\.submit, |jobs\.save\(queued\), before)/;
/** Long enough that the end of a render is not known before the bot is awake again. */
export const RUNS_MS = 3_000;
/** The last points come when the job is over already. */
const AFTER_THE_END_MS = 500;

/** Every point that a job passes here, in order. */
export async function pointsOf(stage: Stage): Promise<string[]> {
  const points = await stage.bot.record(async () => {
    await stage.front.ask();
    await until('the first job', () => standing(stage, 0), { describe: stage.bot.log });
  });
  return points.filter((point) => !NOT_OF_A_JOB.test(point));
}

/** Every point that is passed after a death at that point: in the start, and from there to the job's end. */
export async function pointsAfter(stage: Stage, point: string): Promise<string[]> {
  const { bot } = stage;
  const before = countOf(stage);
  stage.provider.next({ runMs: RUNS_MS });
  const died = await dieFirst(stage, point, before);
  if (!died) throw new Error(`the job never passed ${point}`);
  const points = await bot.recordStart(async () => {
    await comeBack(stage, died.asked, died.death, before);
    await over(stage, before);
    await wait(AFTER_THE_END_MS);
  });
  return points.filter((one) => !NOT_OF_A_JOB.test(one));
}

const countOf = ({ bot, provider }: Stage): Before => ({
  jobs: readRecord(bot.dataDir).jobs.length,
  submits: provider.submits(),
});

/** The job after so many others, once it has ended or is of unknown fate, and all that came in is answered. */
function standing(stage: Stage, before: number): Job | undefined {
  const { jobs, waitingFor } = readRecord(stage.bot.dataDir);
  const job = jobs.at(before);
  if (!job) return undefined;
  // The last word of a job of unknown fate comes with its end.
  const rests = isOver(job) ? waitingFor(job.id) === 0 : job.state === 'unknown' && waitingFor(NO_JOB) === 0;
  return rests ? job : undefined;
}

/** Also of a job that nobody can say the fate of: its deadline comes by the clock. */
async function over(stage: Stage, before: Before): Promise<void> {
  const { bot, provider } = stage;
  await until('the job', () => standing(stage, before.jobs), { describe: bot.log });
  const lost = (await untilLost(stage)).length > 0;
  if (lost) bot.setClock(pastLostMs(provider));
  const ended = () => {
    const job = standing(stage, before.jobs);
    return job && isOver(job);
  };
  await until('the end of the job', ended, { describe: bot.log });
  if (lost) bot.setClock(0);
}

async function deathAt(stage: Stage, point: string, asked: JobReply, before: Before): Promise<Death> {
  const { bot, front, provider } = stage;
  const { jobs, waitingFor } = readRecord(bot.dataDir);
  const at = jobs.at(before.jobs)?.state ?? (waitingFor(NO_JOB) > 0 ? 'asked' : 'nothing');
  return {
    point,
    at,
    atProvider: provider.submits() > before.submits,
    sentUnknown: front.name === 'telegram' && at === 'completed' && (await asked.videos()) > 0,
  };
}

/** Whether the process dies before the job is over, and a moment after it. */
function diesBefore({ bot }: Stage, isOver: Promise<unknown>): Promise<boolean> {
  const life = isOver.then(
    () => wait(AFTER_THE_END_MS, false),
    () => false,
  );
  return Promise.race([bot.ended().then(() => true), life]);
}

/** Asks, and sees the process die there. Undefined when the job came to its end without passing the point. */
async function dieFirst(
  stage: Stage,
  point: string,
  before: Before,
): Promise<{ asked: JobReply; death: Death } | undefined> {
  const { bot, front } = stage;
  bot.dieAt(point);
  const asking = front.ask();
  const end = asking.then(() =>
    until('the job or its death', () => standing(stage, before.jobs), { describe: bot.log }),
  );
  if (!(await diesBefore(stage, end))) return undefined;
  const asked = await asking;
  return { asked, death: await deathAt(stage, point, asked, before) };
}

/** The bot is up again: whoever had no answer asks once more. */
async function comeBack(stage: Stage, asked: JobReply, { at }: Death, before: Before): Promise<void> {
  const { bot, front } = stage;
  await front.ready();
  if (front.name === 'page') return asked.again();
  if (at !== 'nothing') return;
  const heard = () => {
    const { jobs, waitingFor } = readRecord(bot.dataDir);
    return jobs.length > before.jobs || waitingFor(NO_JOB) > 0;
  };
  // What nobody confirmed comes again by itself; the rest was never heard.
  await until('a second delivery', () => heard() || !front.hasMore());
  if (!heard()) await asked.again();
}

/** Starts the bot again and sees it die there, be it in the start. Undefined when it never passes the point. */
async function dieAgain(
  stage: Stage,
  point: string,
  { asked, death }: { asked: JobReply; death: Death },
  before: Before,
): Promise<Death | undefined> {
  if (await stage.bot.startTold({ dieAt: point, nth: 1 })) {
    const end = comeBack(stage, asked, death, before).then(() => over(stage, before));
    if (!(await diesBefore(stage, end))) return undefined;
  }
  return deathAt(stage, point, asked, before);
}

/** Undefined when the job came to its end without passing the point, or one of them. */
export async function killAt(stage: Stage, { point, next }: Kill): Promise<Pending<Killed> | undefined> {
  const { bot, provider } = stage;
  const before = countOf(stage);
  if (next || ABOUT_THE_SUBMIT.test(point)) provider.next({ runMs: RUNS_MS });
  const died = await dieFirst(stage, point, before);
  if (!died) return undefined;
  const { asked, death } = died;
  const again = next === undefined ? undefined : await dieAgain(stage, next, died, before);
  if (next !== undefined && !again) return undefined;
  await bot.start();
  await comeBack(stage, asked, again ?? death, before);
  const where = [point, ...(next ? [next] : [])].join(', then at ');
  const { id } = await until(`the end of the job killed at ${where}`, () => standing(stage, before.jobs), {
    describe: bot.log,
  });
  const submits = provider.submits() - before.submits;
  // It may still have been on the wire at the moment of death; nothing else is sent later.
  const atProvider = death.atProvider || (death.at === 'submitting' && submits > 0);
  return async () => ({
    ...death,
    atProvider,
    ...(again ? { again } : {}),
    ...(await endingOf(stage, asked, { id, submits })),
  });
}

/** What is promised of every kill, as sentences that it breaks; none is well. */
export function brokenBy(killed: Killed, { provider }: Pick<Stage, 'provider'>): string[] {
  const { end, submits, videos } = killed;
  const deaths: Death[] = killed.again ? [killed, killed.again] : [killed];
  const wrong = [...killed.wrong];
  if (end === 'video') {
    if (submits !== 1) wrong.push(`a video after ${submits} submits`);
    const most = 1 + deaths.filter(({ sentUnknown }) => sentUnknown).length;
    if (videos > most) wrong.push(`the video came ${videos} times`);
  } else if (end === 'unknown') {
    // Only where nobody can know; and with a webhook, whoever has it can say so.
    if (provider.madeOf) wrong.push('of unknown fate where the provider knows it by our id');
    if (!deaths.some(({ at }) => at === 'submitting'))
      wrong.push(`of unknown fate after a death in ${deaths.map(({ at }) => at).join(', then in ')}`);
    if (deaths.some(({ atProvider }) => atProvider) && provider.hooks)
      wrong.push('the webhook did not bring the video back');
  } else wrong.push(`ended as ${end}`);
  return wrong;
}
