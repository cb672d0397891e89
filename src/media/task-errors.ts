/** How a task in a child process can end badly. What it was asked to do may be wrong, or the child just died. */
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

/** The child was killed at the deadline: the same bytes would need the same time again. */
export class TaskTimedOut extends TaskError {
  override name = 'TaskTimedOut';
  constructor(task: string, deadlineMs: number) {
    super(task, `not done after ${deadlineMs} ms`, false);
  }
}

/** The child was killed over its memory limit: the same bytes would need the same memory again. */
export class TaskOutOfMemory extends TaskError {
  override name = 'TaskOutOfMemory';
  constructor(task: string, rssBytes: number, maxRssBytes: number) {
    super(task, `took ${rssBytes} bytes of memory, ${maxRssBytes} are allowed`, false);
  }
}

/** The child died by itself or was killed from outside. Once may be chance, twice is the file. */
export class TaskCrashed extends TaskError {
  override name = 'TaskCrashed';
  constructor(task: string, how: string) {
    super(task, `the child process died: ${how}`, true);
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
