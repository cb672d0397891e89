/** Takes the media tasks for which another process has no core, as long as this one has. */
import { stat } from 'node:fs/promises';
import type { Bus } from '../core/bus.ts';
import type { FileUse, FileWork } from '../core/intake/file-use.ts';
import type { Files, Log } from '../core/ports.ts';
import type { SharedTask, TaskQueue } from '../core/task-queue.ts';
import { TASK_FILE_MIME } from './offload.ts';
import type { PoolOf } from './pool.ts';
import type { TaskTable } from './task.ts';
import { followTask, OFFERED, onTaskChanged, tellProgress, tellTask } from './task-news.ts';

/** Three times within the silence after which a task is taken for lost. */
const BEAT_EVERY_MS = 3_000;
const PROGRESS_EVERY_MS = 500;
/** Whoever has asked fetches what was written at once, unless it has died. */
const FETCHED_WITHIN_MS = 10 * 60_000;

export type TakeParts = {
  queue: TaskQueue;
  bus: Bus;
  fileUse: Pick<FileUse, 'begin'>;
  files: Pick<Files, 'temp' | 'path'>;
  /** Arguments of which each process has its own, by their names. */
  own: Readonly<Record<string, unknown>>;
  isThere(process: string): boolean;
  log: Log;
};

type Taken = { id: string; task: SharedTask };

/** The answer ends it: what is under way is given up, and done by whoever has asked. */
export function takeTasks<Table extends TaskTable>(
  table: Table,
  pool: Pick<PoolOf<Table>, 'run' | 'room'>,
  { queue, bus, fileUse, files, own, isThere, log }: TakeParts,
): () => Promise<void> {
  const ending = new AbortController();
  const underWay = new Map<string, AbortController>();
  const works = new Set<Promise<void>>();
  let looking: Promise<void> | undefined;
  let isAsked = false;
  /** Taken, but not in the pool yet: their files are being fetched. */
  const coming = new Set<string>();

  /** As much as there is room for. Asked in the middle of a look, there is another one after it. */
  function look(): void {
    isAsked = true;
    looking ??= lookWhileAsked().finally(() => {
      looking = undefined;
    });
  }

  async function lookWhileAsked(): Promise<void> {
    while (isAsked && !ending.signal.aborted) {
      isAsked = false;
      const room = pool.room() - coming.size;
      if (room <= 0) return;
      // Where the database is away, there is nothing to do.
      const taken = await queue.take(room).catch(() => []);
      for (const one of taken) begin(one);
      isAsked ||= taken.length === room;
    }
  }

  function begin(taken: Taken): void {
    const work = doTask(taken).finally(() => {
      works.delete(work);
      look();
    });
    works.add(work);
  }

  async function doTask({ id, task }: Taken): Promise<void> {
    const wanted = new AbortController();
    underWay.set(id, wanted);
    coming.add(id);
    try {
      if (ending.signal.aborted) throw ending.signal.reason;
      if (!isThere(task.from)) return await queue.drop(id);
      tellTask(bus, id);
      await using work = fileUse.begin();
      const file = await run(id, task, work, AbortSignal.any([wanted.signal, ending.signal]));
      tellTask(bus, id);
      underWay.delete(id);
      // The core is free already.
      look();
      if (file) await fetched(id);
    } catch (err) {
      if (!wanted.signal.aborted && !ending.signal.aborted)
        log.warn({ err, task: task.name }, 'a media task of another process did not succeed');
      await queue.fail(id).catch(() => {});
      tellTask(bus, id);
    } finally {
      coming.delete(id);
      underWay.delete(id);
    }
  }

  /** Whether there is a file to fetch. */
  async function run(id: string, task: SharedTask, work: FileWork, signal: AbortSignal): Promise<boolean> {
    const { name, budgetMs, writes } = task;
    const args: Record<string, unknown> = { ...task.args };
    for (const argument of task.own) {
      if (own[argument] === undefined) throw new Error(`there is no ${argument} here`);
      args[argument] = own[argument];
    }
    for (const { argument, ...file } of task.reads) {
      if (!(await work.hold({ ...file, mime: TASK_FILE_MIME }))) throw new Error('its file is gone');
      args[argument] = await files.path(file);
    }
    await using written = writes && (await files.temp(writes.extension));
    if (writes && written) args[writes.argument] = written.path;
    const taskHere = table[name];
    if (!taskHere) throw new Error('there is no such task in this version');
    let toldAt = 0;
    coming.delete(id);
    const result = await pool.run(name, taskHere.args.parse(args), {
      ...(budgetMs === undefined ? {} : { budgetMs }),
      signal,
      onProgress(share) {
        if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
        toldAt = performance.now();
        tellProgress(bus, id, share);
      },
    });
    const isWritten =
      written &&
      (await stat(written.path).then(
        () => true,
        () => false,
      ));
    const file = isWritten ? await work.keep(written.path, TASK_FILE_MIME) : undefined;
    await queue.done(id, { result, ...(file ? { file: { key: file.key, bytes: file.bytes } } : {}) });
    log.debug({ task: name }, 'a media task of another process is done');
    return file !== undefined;
  }

  /** Until then the file has to stay. */
  async function fetched(id: string): Promise<void> {
    const until = performance.now() + FETCHED_WITHIN_MS;
    using news = followTask(bus, id, ending.signal);
    const isFetched = async () => (await queue.look(id).catch(() => undefined))?.state === 'lost';
    while (!ending.signal.aborted && performance.now() < until && !(await isFetched())) await news.next();
  }

  async function beat(): Promise<void> {
    const ids = [...underWay.keys()];
    if (ids.length > 0) {
      // Where it can't be told, whoever has asked takes them for lost sooner or later, and does them by itself.
      const wanted = await queue.beat(ids).catch(() => new Set(ids));
      for (const id of ids) if (!wanted.has(id)) underWay.get(id)?.abort();
    }
  }

  const ends = [
    bus.subscribe(OFFERED, look),
    bus.onGap(look),
    onTaskChanged(bus, (id) => {
      if (!underWay.has(id)) return;
      void queue.look(id).then(
        ({ state }) => state === 'lost' && underWay.get(id)?.abort(),
        () => {},
      );
    }),
  ];
  const timer = setInterval(() => {
    void beat();
    look();
  }, BEAT_EVERY_MS);
  look();

  return async () => {
    for (const end of ends) end();
    clearInterval(timer);
    ending.abort();
    await looking;
    await Promise.all(works);
  };
}
