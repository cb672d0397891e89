/** Where the next steps of jobs wait: in this process, or in queues beside the records, where others may take them. */
import { CHATS } from './chat/catalog.ts';
import type { Bus } from './core/bus.ts';
import { isOver } from './core/job/job.ts';
import { placeOf } from './core/job/lanes.ts';
import { type Clock, DRAFTS, type Log, type Scheduler, WORKERS } from './core/ports.ts';
import { createScheduler } from './engine/scheduler.ts';
import type { StoreQueues } from './store/index.ts';

/** Status calls, uploads and fetches under way at once: enough for thousands of jobs, few enough for one small machine. */
const STEPS_AT_ONCE = 64;

/** Something is due in a lane, for whoever takes its steps. */
const DUE = 'due';

/** `queues`: where they are, what is saved of a job is so with its next step. */
export async function createSteps(
  { queues: at }: { queues?: StoreQueues },
  { clock, log, bus }: { clock: Clock; log: Log; bus?: Bus | undefined },
): Promise<Scheduler> {
  const onError = (err: unknown, id?: string): void =>
    log.error({ err, id }, id === undefined ? 'the queues of steps can not be asked' : 'a step broke');
  if (!at) return createScheduler({ clock, atOnce: STEPS_AT_ONCE, onError });
  // Loaded only here: whoever stays with SQLite need not have it in memory.
  const [{ openStepQueues }, { createSharedScheduler }] = await Promise.all([
    import('./engine/step-queues.ts'),
    import('./engine/shared-scheduler.ts'),
  ]);
  const queues = await openStepQueues({
    db: at,
    schema: at.schema === 'public' ? 'strut_steps' : `${at.schema}_steps`,
    lanes: [WORKERS, DRAFTS, ...CHATS.map(({ platform }) => platform)],
    onError,
  });
  const scheduler = createSharedScheduler({
    queues,
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
      await queues.put(lane, { key: job.id, inMs: 0, group }, at.within(tx));
    },
    mend: queues.mend,
  });
  return scheduler;
}
