/**
 * Runs tasks as often as it takes to tell the file's fault from the machine's. Over the budget: once more, alone in a
 * fresh child. A crash: once more, as it may be chance. Killed from outside, or stalled: again in the queue, as neither says
 * anything of the file, not even that it hangs a decoder: a disk that does not answer looks the same. But not a render
 * that stalled: that took an hour, and whoever wants it has something else to do instead.
 */
import { MachineBusy } from '../core/media.ts';
import type { PoolOf } from './pool.ts';
import type { ArgsOf, ResultOf, RunOptions, TaskTable } from './task.ts';
import { TaskCrashed, TaskOverBudget, TaskStalled, TooHeavy } from './task-errors.ts';

/** Each of them may have stood in the queue, and hung, for minutes. */
const TRIES_IN_LINE = 3;

/**
 * Throws what `run` of the pool throws, but TooHeavy and MachineBusy where no more tries help; a second crash, and a
 * render that stalled, as they are.
 */
export type RetryingRun<Table extends TaskTable> = <Name extends keyof Table & string>(
  name: Name,
  args: ArgsOf<Table[Name]>,
  /** `afterCrash`: the arguments of the second try after a crash. */
  options?: RunOptions & { afterCrash?: ArgsOf<Table[Name]> },
) => Promise<ResultOf<Table[Name]>>;

export function createTaskRetry<Table extends TaskTable>({
  run,
}: Pick<PoolOf<Table>, 'run'>): RetryingRun<Table> {
  return async (name, args, { afterCrash = args, ...options } = {}) => {
    let alone = false;
    let crashed = false;
    for (let triesInLine = 1; ; ) {
      try {
        return await run(name, crashed ? afterCrash : args, alone ? { ...options, alone } : options);
      } catch (error) {
        if (error instanceof TaskOverBudget) {
          if (alone) throw new TooHeavy(name, error.message);
          alone = true;
        } else if (error instanceof TaskCrashed && error.byItself) {
          if (crashed) throw error;
          crashed = true;
        } else if (error instanceof TaskCrashed || (error instanceof TaskStalled && error.lane === 'quick')) {
          if (triesInLine >= TRIES_IN_LINE) throw new MachineBusy(error.message);
          triesInLine += 1;
        } else throw error;
      }
    }
  };
}
