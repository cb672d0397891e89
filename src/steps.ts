/** Where the next steps of jobs wait: in this process, or in queues beside the records, where others may take them. */
import { CHATS } from './chat/catalog.ts';
import type { Bus } from './core/bus.ts';
import { isOver } from './core/job/job.ts';
import { placeOf } from './core/job/lanes.ts';
import { type Clock, DRAFTS, type Log, type Scheduler, WORKERS } from './core/ports.ts';
import type { TaskQueue } from './core/task-queue.ts';
import { createScheduler } from './engine/scheduler.ts';
import type { StepQueues } from './engine/step-queues.ts';
import type { StoreQueues } from './store/index.ts';

/** Status calls, uploads and fetches under way at once: enough for thousands of jobs, few enough for one small machine. */
const STEPS_AT_ONCE = 64;

/** Something is due in a lane, for whoever takes its steps. */
const DUE = 'due';

const CAN_NOT_BE_ASKED = 'the queues of steps can not be asked';

/** All that due steps and media tasks wait in; missing where there is one process. */
export type Queues = { steps: StepQueues; tasks: TaskQueue; stop(): Promise<void> };

const LANES = [WORKERS, DRAFTS, ...CHATS.map(({ platform }) => platform)];

export async function openQueues(at: StoreQueues | undefined, log: Log): Promise<Queues | undefined> {
  if (!at) return undefined;
  // Loaded only here: whoever stays with SQLite need not have it in memory.
  const [{ openBoss }, { stepQueuesFor, stepQueuesOn }, { TASK_QUEUE, taskQueueOn }] = await Promise.all([
    import('./engine/boss.ts'),
    import('./engine/step-queues.ts'),
    import('./engine/task-queue.ts'),
  ]);
  const boss = await openBoss({
    db: at,
    schema: at.schema === 'public' ? 'strut_steps' : `${at.schema}_steps`,
    queues: [...stepQueuesFor(LANES), TASK_QUEUE],
    onError: (err) => log.error({ err }, CAN_NOT_BE_ASKED),
  });
  return { steps: stepQueuesOn(boss, LANES), tasks: taskQueueOn(boss), stop: boss.stop };
}

/** With queues, what is saved of a job is so with its next step. Stopping it stops them. */
export async function createSteps(
  store: { queues?: StoreQueues },
  queues: Queues | undefined,
  { clock, log, bus }: { clock: Clock; log: Log; bus?: Bus | undefined },
): Promise<Scheduler> {
  const onError = (err: unknown, id?: string): void =>
    log.error({ err, id }, id === undefined ? CAN_NOT_BE_ASKED : 'a step broke');
  const at = store.queues;
  if (!at || !queues) return createScheduler({ clock, atOnce: STEPS_AT_ONCE, onError });
  const { createSharedScheduler } = await import('./engine/shared-scheduler.ts');
  const { steps } = queues;
  const scheduler = createSharedScheduler({
    queues: steps,
    clock,
    atOnce: STEPS_AT_ONCE,
    onError,
    onDue: (lane) => bus?.publish(DUE, lane),
  });
  bus?.subscribe(DUE, (lane, origin) => origin === 'elsewhere' && scheduler.heard(lane));
  at.joinSaves({
    async put(tx, job) {
      // A step that is under way is in the queues, and goes on there with the next one, whoever ends it.
      if (isOver(job) || scheduler.isAtWorkOn(job.id)) return;
      const { lane, group } = placeOf(job);
      await steps.put(lane, { key: job.id, inMs: 0, group }, at.within(tx));
    },
    mend: steps.mend,
  });
  return scheduler;
}
