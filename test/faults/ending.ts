/** How a job ended, in the record, in the ledger, at the provider, and in what its member has read. */
import { isOver, type Job } from '../../src/core/job/job.ts';
import { wordsFor } from '../../src/words/index.ts';
import type { JobForm } from './front.ts';
import type { Simulated } from './provider.ts';
import { readRecord, until } from './record.ts';
import type { Seen, Stage } from './stage.ts';

/** Of a job. Longer than any takes on a busy machine: only those of unknown fate come to it, as the clock is turned. */
const DEADLINE_MINUTES = 10;
/** Long enough that a call whose answer was lost is not on its way any more, and of no job's time the end. */
const PAST_ARRIVAL_MS = 2 * 60_000;
const PAST_DEADLINE_MS = (DEADLINE_MINUTES + 1) * 60_000;
export const WITH_DEADLINE = { JOB_DEADLINE_MINUTES: String(DEADLINE_MINUTES) };
/** A job of three seconds, at the same price everywhere. */
const PRICE_MICROS = 210_000;

/**
 * `unknown`: nobody knows whether the provider took it, and it was not sent again; `free`: it failed and cost nothing.
 */
export type End = 'video' | 'unknown' | 'free';

export type Ending = {
  end: End | `${Job['state']} (${string})`;
  submits: number;
  videos: number;
  told: string;
  /** What is promised of every job, however it went, as sentences that were broken. */
  wrong: string[];
};

/** A job of unknown fate ends at its deadline, see `passDeadline`; others may go on meanwhile. */
export type Pending<T> = () => Promise<T>;

/** Waits until nothing is open but jobs that nobody can say the fate of, and answers with those. */
export const untilLost = ({ bot, provider }: Stage): Promise<Job[]> =>
  until(
    'the end of all that is not lost',
    () => {
      const { open, jobs } = readRecord(bot.dataDir);
      return !provider.hasNews() && open.every((job) => isLost(job, jobs)) && open;
    },
    { describe: bot.log },
  );

function isLost(job: Job, jobs: readonly Job[]): boolean {
  if (job.state !== 'unknown') return false;
  const { candidate } = job;
  // The handle that a webhook brought is looked at first, unless it is another job's.
  return (
    candidate === undefined ||
    jobs.some((other) => 'operation' in other && other.operation.id === candidate.id)
  );
}

/** By when something becomes of a lost job: its deadline, or sooner where a twin is refused and so may be sent. */
export const pastLostMs = ({ madeOf }: Simulated): number => (madeOf ? PAST_ARRIVAL_MS : PAST_DEADLINE_MS);

/** Turns the clock until something has become of all that is lost. */
export async function passDeadline(stage: Stage): Promise<void> {
  const { bot, front, provider } = stage;
  if ((await untilLost(stage)).length === 0) return;
  await bot.stop();
  await bot.startTold({ clockOffMs: pastLostMs(provider) });
  await front.ready();
}

/** Waits for the job's end. */
export async function endingOf(
  { record, log, provider }: Seen,
  asked: JobForm,
  { id, submits: counted }: { id: string; submits: number },
): Promise<Ending> {
  const job = await until(
    `the end of job ${id}`,
    async () => (await record()).jobs.find((one) => one.id === id && isOver(one)),
    { describe: log },
  );
  const told = await toldOf(asked, job);
  const line = (await record()).lines.find((one) => one.id === id);
  const videos = await asked.videos();
  const submits = provider.madeOf?.(job.id) ?? counted;
  const end = endOf(job);
  const wrong: string[] = [];
  if (submits > 1) wrong.push(`${submits} submits`);
  if (told === '') wrong.push('the member was not told the truth');
  if (line?.state === 'held') wrong.push('the price is held for ever');
  if (end === 'video') {
    if (line?.settled !== PRICE_MICROS) wrong.push(`the book says ${line?.settled}`);
    if (videos < 1) wrong.push('the video did not come');
  } else {
    if (line && line.settled !== 0) wrong.push(`the book says ${line.settled} for no video`);
    if (videos > 0) wrong.push('a video came all the same');
  }
  return { end, submits, videos, told, wrong };
}

function endOf(job: Job): Ending['end'] {
  if (job.state === 'delivered') return 'video';
  if (job.state === 'failed' && job.failure === 'unknown-fate') return 'unknown';
  if (job.state === 'failed' && job.costMicros === 0 && job.unsettledMicros === undefined) return 'free';
  return `${job.state} (${job.state === 'failed' ? job.failure : 'at a cost'})`;
}

/** What the member reads once it tells how the job ended; empty when it never does. */
async function toldOf(asked: JobForm, job: Job): Promise<string> {
  const expected = expectedOf(job);
  const told = async () => {
    const text = await asked.told();
    return text.includes(expected) && text;
  };
  return until('the truth', told).catch(() => '');
}

/** A chat may escape what it shows, so it is a piece without signs. */
function expectedOf(job: Job): string {
  if (job.state !== 'failed') return '$0.21';
  const text = wordsFor('en').t(`failure.${job.failure}`);
  return /[\w ]{12,}/.exec(text)?.[0] ?? text;
}

/**
 * What is promised of all jobs together, once every one has ended: the ledger is what the provider billed but for jobs of
 * unknown fate, whose price is kept aside for the operator; nothing is open, held or left lying.
 */
export async function wrongInAll({ record, provider }: Seen): Promise<string[]> {
  // That the last word has been said is written down after it.
  const said = async () => (await record()).waiting === 0;
  await until('the last word', said).catch(() => {});
  const { jobs, open, lines, operator, waiting } = await record();
  const wrong: string[] = [];
  if (open.length > 0) wrong.push(`${open.length} jobs are still open`);
  if (waiting > 0) wrong.push(`${waiting} events are not answered`);
  const held = lines.filter(({ state }) => state === 'held').length;
  if (held > 0) wrong.push(`${held} holds are left`);
  const booked = lines.reduce((sum, { settled }) => sum + settled, 0);
  if (booked !== operator.settledMicros) wrong.push('the sums of the book are not those of its lines');
  const lost = jobs.filter((job) => job.state === 'failed' && job.failure === 'unknown-fate').length;
  const suspended = lines.filter(({ state }) => state === 'suspended').length;
  if (suspended !== lost) wrong.push(`${suspended} prices are kept aside for ${lost} lost jobs`);
  const billed = await provider.billedMicros();
  if (billed < booked || billed > booked + lost * PRICE_MICROS)
    wrong.push(`the book says ${booked}, the provider billed ${billed}, ${lost} are of unknown fate`);
  return wrong;
}
