/** How a task in a child process can end badly. What it was asked to do may be wrong, or the child just died. */
import type { Lane } from './task.ts';

class TaskError extends Error {
  override name = 'TaskError';
  readonly task: string;
  /** Whether the same task with the same arguments may well succeed when it is run again. */
  readonly retryHelps: boolean;

  constructor(task: string, message: string, retryHelps: boolean) {
    super(`${task}: ${message}`);
    this.task = task;
    this.retryHelps = retryHelps;
  }
}

/**
 * The child was killed as it took more than it may. What else runs on the machine and what an old child still holds add
 * to that, so it says nothing of the file before it has happened in a fresh child that had the machine to itself.
 */
export class TaskOverBudget extends TaskError {
  override name = 'TaskOverBudget';
  constructor(task: string, message: string) {
    super(task, message, true);
  }
}

export class TaskOutOfTime extends TaskOverBudget {
  override name = 'TaskOutOfTime';
  constructor(task: string, usedMs: number, budgetMs: number) {
    super(task, `took ${Math.round(usedMs)} ms of processor, ${budgetMs} are allowed`);
  }
}

export class TaskOutOfMemory extends TaskOverBudget {
  override name = 'TaskOutOfMemory';
  constructor(task: string, rssBytes: number, maxRssBytes: number) {
    super(task, `took ${rssBytes} bytes of memory, ${maxRssBytes} are allowed`);
  }
}

/** The child was killed as it had not answered for very long, without working much: it hung, or never had its turn. */
export class TaskStalled extends TaskError {
  override name = 'TaskStalled';
  readonly lane: Lane;
  constructor(task: string, wallMs: number, lane: Lane) {
    super(task, `no answer after ${wallMs} ms`, true);
    this.lane = lane;
  }
}

/** The child died. `byItself`: of its own code, where once may be chance and twice is the file; else others killed it. */
export class TaskCrashed extends TaskError {
  override name = 'TaskCrashed';
  readonly byItself: boolean;
  constructor(task: string, { how, byItself }: { how: string; byItself: boolean }) {
    super(task, `the child process died: ${how}`, true);
    this.byItself = byItself;
  }
}

/** The task threw. The message is the child's, for the log only. */
export class TaskFailed extends TaskError {
  override name = 'TaskFailed';
  constructor(task: string, message: string) {
    super(task, message, false);
  }
}

/** The pool was stopped before or while the task ran; it may be run again after a restart. */
export class PoolStopped extends TaskError {
  override name = 'PoolStopped';
  constructor(task: string) {
    super(task, 'the pool is stopped', true);
  }
}

/** Over its budget twice, the second time alone in a fresh child: the file is too much work for this machine. */
export class TooHeavy extends TaskError {
  override name = 'TooHeavy';
  constructor(task: string, message: string) {
    super(task, message, false);
  }
}
