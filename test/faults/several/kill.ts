/** kill -9 of whichever of several processes passes a point first, then perhaps of who takes over, and what becomes of the job. */
import { isOver, type Job } from '../../../src/core/job/job.ts';
import { type Ending, endingOf, pastLostMs } from '../ending.ts';
import type { Front, FrontName } from '../front.ts';
import { ABOUT_THE_SUBMIT, type Death, type Killed, NO_JOB, NOT_OF_A_JOB, RUNS_MS } from '../kill.ts';
import { type Recorded, until } from '../record.ts';
import { EVERY_MS, type SeveralStage } from './stage.ts';

type Asked = Awaited<ReturnType<Front['ask']>>;
/** What there was before the ask. The clocks of processes differ: which job came last, its time does not say. */
type Before = { known: ReadonlySet<string>; submits: number };

/** Where somebody dies, and at which of the points that follow whoever goes on does. */
export type SeveralKill = { front: FrontName; point: string; thenAt?: number };

/** So long a job that is found as it is submitted is another's. */
const SUBMIT_ENDS_MS = 101_000;

export const countOf = async ({ record, provider }: SeveralStage): Promise<Before> => ({
  known: new Set((await record()).jobs.map(({ id }) => id)),
  submits: provider.submits(),
});

/** Every point that a job passes here, in whichever process. */
export async function pointsOf(stage: SeveralStage, front: FrontName): Promise<string[]> {
  const before = await countOf(stage);
  const passed = await stage.processes.record(async () => {
    await stage.fronts[front].ask();
    await untilOver(stage, before);
  });
  const points = new Set([...passed.values()].flat());
  return [...points].filter((point) => !NOT_OF_A_JOB.test(point));
}

/** The job that was asked for since. */
export const jobSince = ({ jobs }: Recorded, { known }: Before): Job | undefined =>
  jobs.find(({ id }) => !known.has(id));

/** The same once it is over and all that came in is answered. */
export async function overAfter(stage: SeveralStage, before: Before): Promise<Job | undefined> {
  const record = await stage.record();
  const { waitingFor } = record;
  const job = jobSince(record, before);
  return job && isOver(job) && waitingFor(job.id) === 0 ? job : undefined;
}

export const untilOver = (stage: SeveralStage, before: Before, what = 'the end of the job'): Promise<Job> =>
  until(what, () => overAfter(stage, before), { everyMs: EVERY_MS, describe: stage.log });

/** Whatever only time ends, once somebody has died: the clocks are turned for as long as it takes. */
async function untilOverInTime(stage: SeveralStage, before: Before, what: string): Promise<Job> {
  const { processes, provider } = stage;
  let offMs = 0;
  const turn = async (ms: number): Promise<void> => {
    if (offMs !== ms) processes.setClocks(ms);
    offMs = ms;
    await stage.hurry();
  };
  const job = await until(
    what,
    async () => {
      const over = await overAfter(stage, before);
      if (over) return over;
      const found = jobSince(await stage.record(), before);
      // Its webhook may still find a job that nobody knows the fate of.
      if (found?.state === 'submitting') await turn(SUBMIT_ENDS_MS);
      else if (found?.state === 'unknown' && !provider.hasNews()) await turn(pastLostMs(provider));
      // By a clock that was turned it has taken long, and is looked at rarely.
      else if (offMs !== 0) await stage.hurry();
      return undefined;
    },
    { everyMs: EVERY_MS * 2, describe: stage.log },
  );
  if (offMs !== 0) processes.setClocks(0);
  return job;
}

async function deathAt(
  stage: SeveralStage,
  { front, point }: Pick<SeveralKill, 'front' | 'point'>,
  asked: Asked,
  before: Before,
): Promise<Death> {
  const record = await stage.record();
  const at = jobSince(record, before)?.state ?? (record.waitingFor(NO_JOB) > 0 ? 'asked' : 'nothing');
  return {
    point,
    at,
    atProvider: stage.provider.submits() > before.submits,
    sentUnknown: front === 'telegram' && at === 'completed' && (await asked.videos()) > 0,
  };
}

/** Whoever had no answer asks once more. */
async function askAgain(
  stage: SeveralStage,
  front: FrontName,
  asked: Asked,
  { at }: Death,
  before: Before,
): Promise<void> {
  if (front === 'page') return asked.again();
  if (at !== 'nothing') return;
  await stage.fronts[front].ready();
  const heard = async () => {
    const record = await stage.record();
    return jobSince(record, before) !== undefined || record.waitingFor(NO_JOB) > 0;
  };
  const { hasMore } = stage.fronts[front];
  // What nobody confirmed comes again by itself; the rest was never heard.
  await until('a second delivery', async () => (await heard()) || !hasMore(), { describe: stage.log });
  if (!(await heard())) await asked.again();
}

/** Undefined when the job came to its end without passing the point. Who died stays so; the others go on with it. */
export async function killOne(stage: SeveralStage, kill: SeveralKill): Promise<Killed | undefined> {
  const { processes, provider } = stage;
  const { front, point, thenAt } = kill;
  const before = await countOf(stage);
  if (thenAt !== undefined || ABOUT_THE_SUBMIT.test(point)) provider.next({ runMs: RUNS_MS });
  const died = processes.killAt(point);
  const asking = stage.fronts[front].ask();
  const isDead = await until(
    `the job, or a death at ${point}`,
    async () => (died() ? 'dead' : (await overAfter(stage, before)) && 'over'),
    { everyMs: EVERY_MS, describe: stage.log },
  );
  processes.spare();
  const asked = await asking;
  if (isDead === 'over' && !died()) return undefined;
  const death = await deathAt(stage, kill, asked, before);
  let again: Death | undefined;
  if (thenAt !== undefined) {
    const diedToo = processes.killBut(NOT_OF_A_JOB, thenAt);
    await askAgain(stage, front, asked, death, before);
    await until('the death of who took over', async () => diedToo() ?? (await overAfter(stage, before)), {
      everyMs: EVERY_MS,
      describe: stage.log,
    });
    processes.spare();
    // Two may pass such a point at the same moment.
    if (processes.up().length === 0) await processes.revive(1);
    if (diedToo()) again = await deathAt(stage, { front, point: `whoever took over` }, asked, before);
  }
  await askAgain(stage, front, asked, again ?? death, before);
  const where = `the end of the job of ${front} killed at ${point}`;
  const { id } = await untilOverInTime(stage, before, where);
  const submits = provider.submits() - before.submits;
  const ending: Ending = await endingOf(stage, asked, { id, submits });
  return {
    ...death,
    // It may still have been on the wire at the moment of death; nothing else is sent later.
    atProvider: death.atProvider || (death.at === 'submitting' && submits > 0),
    ...(again ? { again } : {}),
    ...ending,
  };
}
