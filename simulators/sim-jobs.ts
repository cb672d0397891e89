/** The jobs of a simulator: what was asked, and what becomes of it by the script and the clock. */
import { randomUUID } from 'node:crypto';
import { PATIENCE_MS } from '../test/timeouts.ts';
import type { SimTime } from './sim-time.ts';
import { renderVideo, type SimVideo, secondsOf } from './sim-video.ts';

/** What happens to a job. `F` is how the provider words a failure. */
export type Script<F> = {
  /** In the queue, then running, for so long. */
  queueMs?: number;
  runMs?: number;
  /** Those ahead when it joins the queue; they go one by one. */
  ahead?: number;
  /** It ends so, in place of a video. */
  failure?: F;
  /** The video's length; by default the clip's. The clip is then fetched, but not looked at. */
  seconds?: number;
  width?: number;
  height?: number;
  bytes?: number;
  /** What the video is counted by, of a provider that bills frames. */
  fps?: number;
  /** Another address that leads here, for the video; by default the simulator's own. */
  videosAt?: string;
  /** So often the files are fetched, a quarter of a second apart, before it gives up: workers come late, and again. */
  fetchTries?: number;
  /** Whether a cancel stops a job that is running already. */
  cancelRunning?: 'stops' | 'goes-on';
  /**
   * `early`: it ends at once, and the webhook comes before the submit is answered. `retryMs`: one that is not taken is
   * told again after so long, as the providers do for a while.
   */
  webhook?: { early?: boolean; times?: number; retryMs?: number };
};

export type End<F> = { kind: 'video'; video: SimVideo; seconds: number } | { kind: 'failure'; failure: F };

export type SimJob<F> = {
  id: string;
  input: Record<string, unknown>;
  script: Script<F>;
  acceptedAt: number;
  cancelled?: 'queued' | 'running';
  hook?: string;
  /** Nobody will call its hook any more. */
  told?: boolean;
  end: Promise<End<F>>;
};

export type Phase = 'queued' | 'running' | 'done' | 'cancelled';

const FETCH_PAUSE_MS = 250;
/** As long as a provider waits for a file that it may ask for once more: whoever has it may stand still. */
const FETCH_TRY_MS = 20_000;

/**
 * Calls a job's hook, and calls it again where the script says so, until the simulator closes: by then its address may be
 * somebody else's. `heard` gets the status of each answer, 0 for none.
 */
export async function tellHook(
  job: Pick<SimJob<unknown>, 'told'> & { script: Script<unknown> },
  url: string,
  request: () => { body: string; headers: Record<string, string> },
  heard: (status: number) => void,
  closing: AbortSignal,
): Promise<void> {
  const { times = 1, retryMs } = job.script.webhook ?? {};
  for (let i = 0; i < times; i += 1) {
    const tries = retryMs ? Math.max(1, Math.ceil(PATIENCE_MS / retryMs)) : 1;
    for (let left = tries; left > 0 && !closing.aborted; left -= 1) {
      const answer = await fetch(url, { method: 'POST', ...request(), signal: closing }).catch(
        () => undefined,
      );
      heard(answer?.status ?? 0);
      if (answer?.ok || left === 1) break;
      await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
    }
  }
  job.told = true;
}

/** What a simulator finds wrong with the files; each provider words it in its own way. */
export type Fault =
  | 'not-fetched'
  | 'not-read'
  | 'too-small'
  | 'too-large'
  | 'too-heavy'
  | 'too-long'
  | 'too-short';

/** What a model takes, where it is not what Kling does. */
export type InputLimits = {
  minSeconds: number;
  maxSeconds: number;
  minImageSide: number;
  /** The longer side and the shorter one. */
  maxImageSides: readonly [number, number];
  maxImageBytes?: number;
};

type GivenFiles = { image: unknown; clip: unknown; orientation: unknown; limits?: InputLimits | undefined };

export type SimJobs<F> = ReturnType<typeof createSimJobs<F>>;

export function createSimJobs<F>(options: {
  time: SimTime;
  /** Bytes of files that lie in the simulator itself. */
  local(url: string): Buffer | undefined;
  word(about: 'image' | 'clip', fault: Fault): F;
  makeId?: () => string;
}) {
  const { time, local, word, makeId = randomUUID } = options;
  const all = new Map<string, SimJob<F>>();
  const upcoming: Script<F>[] = [];
  let usual: Script<F> = { queueMs: 2_000, runMs: 20_000 };

  /** `files` names the two addresses; `problem` is what the provider finds wrong with the rest of the input. */
  function accept(input: Record<string, unknown>, files: GivenFiles, problem?: F, hook?: string): SimJob<F> {
    const script = { ...usual, ...upcoming.shift() };
    const job: SimJob<F> = {
      id: makeId(),
      input,
      script,
      acceptedAt: time.now(),
      end:
        problem === undefined
          ? render(script, files)
          : Promise.resolve({ kind: 'failure', failure: problem }),
      ...(hook ? { hook } : {}),
    };
    all.set(job.id, job);
    return job;
  }

  async function render(script: Script<F>, files: GivenFiles): Promise<End<F>> {
    const failure = script.failure ?? (await checkImage(files, script.fetchTries));
    if (failure !== undefined) return { kind: 'failure', failure };
    const clip = await fetched(files.clip, script.fetchTries);
    if (!clip) return { kind: 'failure', failure: word('clip', 'not-fetched') };
    const seconds = script.seconds ?? (await secondsOf(clip));
    if (seconds === undefined) return { kind: 'failure', failure: word('clip', 'not-read') };
    // A little more than the limit is the padding that encoders leave.
    const { minSeconds = 3, maxSeconds = files.orientation === 'image' ? 10 : 30 } = files.limits ?? {};
    if (seconds > maxSeconds + 0.1) return { kind: 'failure', failure: word('clip', 'too-long') };
    if (seconds < minSeconds - 0.1) return { kind: 'failure', failure: word('clip', 'too-short') };
    const rounded = Math.round(seconds * 10) / 10;
    return { kind: 'video', video: await renderVideo({ ...script, seconds: rounded }), seconds: rounded };
  }

  async function checkImage(
    { image: url, limits }: GivenFiles,
    tries: number | undefined,
  ): Promise<F | undefined> {
    const bytes = await fetched(url, tries);
    if (!bytes) return word('image', 'not-fetched');
    const { default: sharp } = await import('sharp');
    const facts = await sharp(bytes)
      .metadata()
      .catch(() => undefined);
    if (!facts) return word('image', 'not-read');
    const [short, long] = [Math.min(facts.width, facts.height), Math.max(facts.width, facts.height)];
    const { minImageSide = 300, maxImageSides: [most, mostShort] = [65_536, 65_536] } = limits ?? {};
    if (short < minImageSide) return word('image', 'too-small');
    if (long > most || short > mostShort) return word('image', 'too-large');
    return bytes.length > (limits?.maxImageBytes ?? Infinity) ? word('image', 'too-heavy') : undefined;
  }

  async function fetched(url: unknown, tries = 1): Promise<Buffer | undefined> {
    if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
    const own = local(url);
    if (own) return own;
    for (let left = tries; left > 0; left -= 1) {
      try {
        const ms = left > 1 ? FETCH_TRY_MS : PATIENCE_MS;
        const answer = await fetch(url, { signal: AbortSignal.timeout(ms) });
        return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined;
      } catch {
        if (left > 1) await new Promise((resolve) => setTimeout(resolve, FETCH_PAUSE_MS).unref());
      }
    }
    return undefined;
  }

  function phase(job: SimJob<F>): Phase {
    if (job.cancelled) return 'cancelled';
    const { queueMs = 0, runMs = 0, webhook } = job.script;
    const age = webhook?.early ? Number.POSITIVE_INFINITY : time.now() - job.acceptedAt;
    if (age < queueMs) return 'queued';
    return age < queueMs + runMs ? 'running' : 'done';
  }

  /** Those still ahead of it. */
  function ahead({ script, acceptedAt }: SimJob<F>): number {
    const { queueMs = 0, ahead = 0 } = script;
    return queueMs === 0 ? 0 : Math.max(0, Math.ceil(ahead * (1 - (time.now() - acceptedAt) / queueMs)));
  }

  /** Answers in which phase it was stopped, or undefined when it goes on or is over. */
  function cancel(job: SimJob<F>): 'queued' | 'running' | undefined {
    const now = phase(job);
    if (now !== 'queued' && now !== 'running') return undefined;
    if (now === 'running' && job.script.cancelRunning === 'goes-on') return undefined;
    job.cancelled = now;
    return now;
  }

  return {
    all,
    accept,
    phase,
    ahead,
    cancel,
    get: (id: string) => all.get(id),
    /** Whether some hook is still to be called. */
    hasNews: () => [...all.values()].some(({ hook, told }) => hook !== undefined && !told),
    /** What every following job does, and what the next one does besides. */
    always(script: Script<F>) {
      usual = script;
    },
    next: (script: Script<F>) => void upcoming.push(script),
    endsInMs: ({ script }: SimJob<F>) =>
      script.webhook?.early ? 0 : (script.queueMs ?? 0) + (script.runMs ?? 0),
  };
}
