/** The renders of this process: begun, followed, stopped. A finished one is known by its file. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancelOutcome, ProviderStatus } from '../../core/ports.ts';

/** The pool's `run`, as far as this provider uses it. Throws TooHeavy when the machine can't do it at all, TaskStalled when it hung. */
export type RunDraft = (
  name: 'renderDraft',
  args: DraftOrder,
  options: {
    signal: AbortSignal;
    onProgress: (share: number) => void;
    onQueue: (position: number) => void;
  },
) => Promise<{ ok: true } | { ok: false; code: 'no-person-in-image' | 'no-person-in-clip' }>;

type DraftOrder = {
  imagePath: string;
  clipPath: string;
  toPath: string;
  sound: boolean;
  orientation: 'video' | 'image';
};

export type RenderOrder = DraftOrder & { jobId: string };

export type Renders = {
  /** Starts a render, unless this one is known already, or another process is to render it, which does so at its look. */
  begin(order: RenderOrder): void;
  /** How it stands; a render that nobody here knows of, and whose file is not there, is begun. */
  status(order: RenderOrder): Promise<ProviderStatus>;
  cancel(order: RenderOrder): Promise<CancelOutcome>;
  /** Ends the render where it is under way, and removes its file. */
  release(jobId: string, path: string): Promise<void>;
  /** Ends every render here, as another process renders from now on. */
  drop(): Promise<void>;
  /** The same for good, to be begun anew by the next process. */
  stop(): Promise<void>;
};

type Render = { status: ProviderStatus; control: AbortController; ended: Promise<void> };

/** A render that broke is tried once more: it costs nothing. */
const TRIES = 2;
/** What takes as long the next time. */
const TOO_LONG = ['TooHeavy', 'TaskStalled'];
const NEWS_EVERY_MS = 500;
/** A draft that nobody has fetched after a day belongs to no open job. */
const KEEP_MS = 24 * 60 * 60 * 1000;
const LOOK_EVERY_MS = 60 * 60 * 1000;

export function createRenders(options: {
  run: RunDraft;
  folder: string;
  log: { warn(facts: Record<string, unknown>, message: string): void };
  rendersHere: () => boolean;
  /** Hears that a render stands differently now; of progress at most twice a second. */
  onNews?: ((jobId: string) => void) | undefined;
}): Renders {
  const renders = new Map<string, Render>();
  let stopped = false;
  void forgetOld(options.folder);
  const looking = setInterval(() => void forgetOld(options.folder), LOOK_EVERY_MS).unref();

  const begin = (order: RenderOrder): Render => {
    const known = renders.get(order.jobId);
    if (known) return known;
    const control = new AbortController();
    const render: Render = { status: { state: 'queued' }, control, ended: Promise.resolve() };
    renders.set(order.jobId, render);
    render.ended = work(order, render);
    return render;
  };

  /** Whoever follows the job need not ask all the time to show its progress. */
  const newsOf = (jobId: string, render: Render) => {
    let toldAt = 0;
    return (status: ProviderStatus): void => {
      const moved = status.state !== render.status.state || status.state === 'queued';
      render.status = status;
      if (!moved && performance.now() - toldAt < NEWS_EVERY_MS) return;
      toldAt = performance.now();
      options.onNews?.(jobId);
    };
  };

  const work = async (order: RenderOrder, render: Render): Promise<void> => {
    const { jobId, ...draft } = order;
    const tell = newsOf(jobId, render);
    const { toPath } = draft;
    for (let tries = 1; !render.control.signal.aborted; tries += 1) {
      try {
        const result = await options.run('renderDraft', draft, {
          signal: render.control.signal,
          onProgress: (progress) => {
            if (isOpen(render)) tell({ state: 'running', progress });
          },
          onQueue: (position) => {
            if (isOpen(render)) tell(position > 0 ? { state: 'queued', position } : { state: 'running' });
          },
        });
        if (!isOpen(render)) return;
        tell(
          result.ok
            ? { state: 'completed', result: { kind: 'file', path: toPath }, costMicros: 0 }
            : { state: 'failed', failure: result.code, costMicros: 0 },
        );
        return;
      } catch (err) {
        if (render.control.signal.aborted) return;
        options.log.warn({ err, jobId, tries }, 'a draft could not be rendered');
        const tooLong = err instanceof Error && TOO_LONG.includes(err.name);
        if (tries < TRIES && !tooLong) continue;
        tell({ state: 'failed', failure: tooLong ? 'timed-out' : 'provider-down', costMicros: 0 });
        return;
      } finally {
        await rm(`${toPath}.part`, { force: true }).catch(() => undefined);
      }
    }
  };

  async function endAll(): Promise<void> {
    for (const render of renders.values()) render.control.abort(new Error('the provider stops'));
    await Promise.all([...renders.values()].map((render) => render.ended));
  }

  return {
    begin(order) {
      if (options.rendersHere()) begin(order);
    },
    async status(order) {
      const known = renders.get(order.jobId);
      if (known) return known.status;
      if (await isThere(order.toPath))
        return { state: 'completed', result: { kind: 'file', path: order.toPath }, costMicros: 0 };
      if (!options.rendersHere()) return { state: 'running' };
      if (stopped) throw new Error('this process is stopping and begins no render');
      return begin(order).status;
    },
    async cancel(order) {
      const known = renders.get(order.jobId);
      if (!known && (await isThere(order.toPath))) return 'too-late';
      const render = known ?? {
        status: { state: 'queued' },
        control: new AbortController(),
        ended: Promise.resolve(),
      };
      if (!isOpen(render)) return render.status.state === 'cancelled' ? 'cancelled' : 'too-late';
      render.status = { state: 'cancelled', costMicros: 0 };
      renders.set(order.jobId, render);
      render.control.abort(new Error('the render was cancelled'));
      return 'cancelled';
    },
    async release(jobId, path) {
      const known = renders.get(jobId);
      known?.control.abort(new Error('nobody wants the render any more'));
      await known?.ended;
      renders.delete(jobId);
      await rm(path, { force: true });
    },
    async drop() {
      await endAll();
      renders.clear();
    },
    async stop() {
      stopped = true;
      clearInterval(looking);
      await endAll();
    },
  };
}

const isOpen = ({ status }: Render): boolean => status.state === 'queued' || status.state === 'running';

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Removes what was left behind; a failure to do so is no reason not to render. */
async function forgetOld(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > KEEP_MS) await rm(path, { force: true }).catch(() => undefined);
  }
}
