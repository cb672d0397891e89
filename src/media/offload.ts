/**
 * A pool that offers what must wait for a core to other processes. Whoever is first does it: a child of our own that has
 * become free, or another process that has taken it. What goes wrong there is done here.
 */
import { constants } from 'node:fs';
import { copyFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Bus } from '../core/bus.ts';
import type { FileUse, FileWork } from '../core/intake/file-use.ts';
import type { Files, Log } from '../core/ports.ts';
import type { SharedTask, TaskAnswer, TaskFile, TaskQueue } from '../core/task-queue.ts';
import type { PoolOf } from './pool.ts';
import type { ResultOf, RunOptions, Task, TaskTable } from './task.ts';
import { followTask, OFFERED, onProgress, tellTask } from './task-news.ts';

/** Nobody looks at what it is: it is gone with the task. */
export const TASK_FILE_MIME = 'application/octet-stream';

export type OffloadParts = {
  queue: TaskQueue;
  bus: Bus;
  fileUse: Pick<FileUse, 'begin'>;
  files: Pick<Files, 'temp' | 'path'>;
  /** The name of this process. */
  self: string;
  /** Whether another process is there that would take it. */
  hasTakers(): boolean;
  /** The key under which all can have that file; undefined where it is in this process's hands alone. */
  keyOf(path: string): string | undefined;
  log: Log;
};

type Args = Record<string, unknown>;

/** `takeBack`: what is offered, and nothing is from then on. Stopping it does so, and then stops the pool. */
export function offloading<Table extends TaskTable>(
  table: Table,
  pool: PoolOf<Table>,
  parts: OffloadParts,
): PoolOf<Table> & { takeBack(): Promise<void> } {
  const offers = new Set<Promise<unknown>>();
  const ending = new AbortController();

  async function takeBack(): Promise<void> {
    ending.abort();
    await Promise.all(offers);
  }

  return {
    room: pool.room,
    takeBack,
    async run(name, args, options = {}) {
      const task = table[name];
      if (!task?.files || options.alone || !parts.hasTakers()) return pool.run(name, args, options);
      const withdrawn = new AbortController();
      const taken = new AbortController();
      const answered = Promise.withResolvers<Answer | undefined>();
      let isOffered = false;
      const begin = (): void => {
        isOffered = true;
        const asked = { name, task, args, options };
        const news = { onTaken: () => taken.abort(), onAnswer: answered.resolve };
        const offer = ask(asked, parts, AbortSignal.any([withdrawn.signal, ending.signal]), news)
          .catch((err: unknown) => {
            parts.log.warn({ err, task: name }, 'a media task could not be given to another process');
          })
          .finally(() => {
            answered.resolve(undefined);
            offers.delete(offer);
          });
        offers.add(offer);
      };
      const signal = AbortSignal.any([taken.signal, ...(options.signal ? [options.signal] : [])]);
      const giveUp = (): void => withdrawn.abort();
      options.signal?.addEventListener('abort', giveUp);
      const onQueue = (position: number): void => {
        if (position === 0) giveUp();
        else if (!isOffered && !ending.signal.aborted) begin();
        options.onQueue?.(position);
      };
      try {
        return await pool.run(name, args, { ...options, signal, onQueue });
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!taken.signal.aborted) throw error;
        const answer = await answered.promise;
        options.signal?.throwIfAborted();
        if (answer) return answer.result as ResultOf<Table[typeof name]>;
        return await pool.run(name, args, { ...options, first: true });
      } finally {
        giveUp();
        options.signal?.removeEventListener('abort', giveUp);
      }
    },
    async stop() {
      await takeBack();
      await pool.stop();
    },
  };
}

type Answer = { result: unknown };
type Asked = { name: string; task: Task<unknown, unknown>; args: Args; options: RunOptions };

/**
 * Puts the task where others find it, until one has done it, and clears away what that took. `onTaken`: it is in another's
 * hands now, and no more ours to begin; not called once it was withdrawn. `onAnswer`: at once, as whoever asked has not to
 * wait for the clearing.
 */
async function ask(
  { name, task, args, options }: Asked,
  { queue, bus, fileUse, ...parts }: OffloadParts,
  withdrawn: AbortSignal,
  { onTaken, onAnswer }: { onTaken(): void; onAnswer(answer: Answer | undefined): void },
): Promise<void> {
  await using work = fileUse.begin();
  const shared = await packed({ name, task, args, options }, work, parts);
  if (withdrawn.aborted) return;
  const id = await queue.put(shared);
  using news = followTask(bus, id, withdrawn);
  const endProgress = options.onProgress ? onProgress(bus, id, options.onProgress) : () => {};
  try {
    if (!withdrawn.aborted) bus.publish(OFFERED, '');
    for (let isTaken = false; ; ) {
      const now = await queue.look(id);
      if (withdrawn.aborted || now.state === 'lost') return onAnswer(undefined);
      if (now.state !== 'waits' && !isTaken) {
        isTaken = true;
        onTaken();
      }
      if (now.state === 'done') return onAnswer(await unpacked(now.answer, { task, args }, work, parts));
      await news.next();
    }
  } finally {
    endProgress();
    await queue.drop(id).catch(() => {});
    tellTask(bus, id);
  }
}

type FileParts = Pick<OffloadParts, 'files' | 'keyOf' | 'self'>;

async function packed(
  { name, task, args, options }: Asked,
  work: FileWork,
  { files, keyOf, self }: FileParts,
): Promise<SharedTask> {
  const { reads = [], writes, own = [] } = task.files ?? {};
  const toPath = writes === undefined ? undefined : args[writes];
  const left = new Set([...reads, ...own, ...(writes === undefined ? [] : [writes])]);
  const inHand: TaskFile[] = [];
  for (const argument of reads) {
    const path = args[argument];
    if (typeof path !== 'string') throw new TypeError(`${name} has no path in ${argument}`);
    inHand.push({ argument, ...(await handed(path, work, { files, keyOf })) });
  }
  return {
    from: self,
    name,
    args: Object.fromEntries(Object.entries(args).filter(([argument]) => !left.has(argument))),
    own: own.filter((argument) => args[argument] !== undefined),
    ...(options.budgetMs === undefined ? {} : { budgetMs: options.budgetMs }),
    reads: inHand,
    ...(writes !== undefined && typeof toPath === 'string'
      ? { writes: { argument: writes, extension: extname(toPath).slice(1) || 'bin' } }
      : {}),
  };
}

/** Where all can have it: as it lies there already, or a copy. */
async function handed(
  path: string,
  work: FileWork,
  { files, keyOf }: Pick<FileParts, 'files' | 'keyOf'>,
): Promise<{ key: string; bytes: number }> {
  const key = keyOf(path);
  const { size: bytes } = await stat(path);
  if (key && (await work.hold({ key, bytes, mime: TASK_FILE_MIME }))) return { key, bytes };
  await using copy = await files.temp('bin');
  await copyFile(path, copy.path, constants.COPYFILE_FICLONE);
  return await work.keep(copy.path, TASK_FILE_MIME);
}

/** What another process answers is checked like what a child does. */
async function unpacked(
  { result, file }: TaskAnswer,
  { task, args }: Pick<Asked, 'task' | 'args'>,
  work: FileWork,
  { files }: Pick<FileParts, 'files'>,
): Promise<Answer | undefined> {
  const checked = task.result.safeParse(result);
  if (!checked.success) return undefined;
  const toPath = task.files?.writes === undefined ? undefined : args[task.files.writes];
  if (file && typeof toPath === 'string') {
    if (!(await work.hold({ ...file, mime: TASK_FILE_MIME }))) return undefined;
    await copyFile(await files.path(file), toPath);
  }
  return { result: checked.data };
}
