/** One of several processes stands still at a point, until others have all that was its own, and then goes on. */
import { type Ending, endingOf } from '../ending.ts';
import type { FrontName } from '../front.ts';
import { RUNS_MS } from '../kill.ts';
import { until } from '../record.ts';
import { countOf, jobSince, overAfter, untilOver } from './kill.ts';
import { EVERY_MS, type SeveralStage } from './stage.ts';

export type Freeze = { front: FrontName; point: string };
/** What has become of it is read once all have been stopped: until then somebody may still be at it. */
export type Frozen = Freeze & { ending(): Promise<Ending> };

/** A process that has been silent for so long has no session any more, and with it no lock and no chat. */
const NO_SESSION_MS = 16_000;
/** One that has not spoken of its step for so long has lost it, and is not the one that has it now. */
const NO_STEP = "interval '11 seconds'";

/** Whether nothing is left that belongs to anybody but so many: no lock, no chat and no step. */
export async function isDispossessed({ db }: SeveralStage, others: number): Promise<boolean> {
  const { schema } = db.queues;
  const [row] = await db.all(
    `SELECT (SELECT count(*) FROM processes
        WHERE seen_at > EXTRACT(EPOCH FROM clock_timestamp()) * 1000 - ${NO_SESSION_MS}) AS alive,
      (SELECT count(*) FROM ${schema}_steps.job
        WHERE state = 'active' AND coalesce(heartbeat_on, started_on) < now() - ${NO_STEP}) AS steps`,
  );
  const { alive, steps } = Object(row);
  return alive <= others && steps === 0;
}

/** Undefined when the job came to its end without passing the point. */
export async function freezeOne(stage: SeveralStage, { front, point }: Freeze): Promise<Frozen | undefined> {
  const { processes, provider, log } = stage;
  const look = { everyMs: EVERY_MS, describe: log };
  const before = await countOf(stage);
  provider.next({ runMs: RUNS_MS });
  const stood = processes.stopAt(point);
  const asking = stage.fronts[front].ask();
  const how = await until(
    `the job, or a stop at ${point}`,
    async () => (stood() ? 'still' : (await overAfter(stage, before)) && 'over'),
    look,
  );
  if (how === 'over') {
    processes.spare();
    return void (await asking);
  }
  await until(
    `others to take what stood still at ${point}`,
    () => {
      // One that stood still before and goes on may come to the same point meanwhile, and is not meant.
      processes.spare();
      return isDispossessed(stage, processes.up().length);
    },
    look,
  );
  const found = async () => jobSince(await stage.record(), before);
  // What others can end, they do meanwhile.
  const job = await found();
  if (job && job.state !== 'submitting')
    await untilOver(stage, before, `the end of what stood still at ${point}`);
  processes.goOn();
  const asked = await asking;
  const { id } = await untilOver(stage, before, `the end after what stood still at ${point} went on`);
  await stage.ready();
  const submits = provider.submits() - before.submits;
  return { front, point, ending: () => endingOf(stage, asked, { id, submits }) };
}

/** What is promised of it, as sentences that it breaks. To be asked once nobody is at work any more. */
export async function verdictOf({
  front,
  point,
  ending,
}: Frozen): Promise<{ videos: number; broken: string[] }> {
  const { end, submits, videos, wrong } = await ending();
  const broken = [...wrong];
  if (end !== 'video') broken.push(`ended as ${end}`);
  if (submits !== 1) broken.push(`${submits} submits`);
  // The request itself stood still, and went out when others had sent the video; or it was answered, and nobody knew it.
  const most = front === 'telegram' && point.startsWith('telegram sendVideo') ? 2 : 1;
  if (videos < 1 || videos > most) broken.push(`the video came ${videos} times`);
  return { videos, broken: broken.map((why) => `${front}, standing still at ${point}: ${why}`) };
}
