/**
 * Whether what the coach foretells comes true here: of how many jobs each thing was said, and how many of these were
 * refused or came out short. Sums alone, by model: nothing in them is anybody's.
 */
import { z } from 'zod';
import type { Job } from '../job/job.ts';
import type { Locks } from '../locks.ts';
import { modelOfJob } from '../models/registry.ts';
import type { KeyValueStore } from '../ports.ts';
import type { FailureCode } from '../refusals.ts';
import type { Finding } from './finding.ts';

/** After so many jobs a warning that foretells nothing is no warning any more. */
const ENOUGH_JOBS = 50;
/** A video that is shorter than that share of its clip was broken off. */
const WHOLE_SHARE = 0.8;

/** Ends that the files brought about. What went wrong for other reasons teaches nothing, and neither does a cancel. */
const BY_THE_FILES: readonly FailureCode[] = [
  'no-person-in-image',
  'no-person-in-clip',
  'image-rejected',
  'clip-rejected',
];

const countsSchema = z.object({ jobs: z.int().nonnegative(), spoiled: z.int().nonnegative() });
type Counts = z.infer<typeof countsSchema>;
const recordSchema = z.record(z.string(), countsSchema.extend({ by: z.record(z.string(), countsSchema) }));
/** By the model's id; `by`: of the jobs with that finding, by its code. */
export type LessonsRecord = z.infer<typeof recordSchema>;

type Lessons = {
  record: LessonsRecord;
  /** What foretells nothing is told as a hint. */
  applied(model: string, findings: readonly Finding[]): Finding[];
};

export type LessonBook = {
  read(): Promise<Lessons>;
  /** Counts how a job ended, once it has. */
  learn(job: Job): Promise<void>;
};

const KEY = 'lessons';

export function createLessons(kv: Pick<KeyValueStore, 'get' | 'set'>, locks: Locks): LessonBook {
  const recordOf = async (): Promise<LessonsRecord> => recordSchema.safeParse(await kv.get(KEY)).data ?? {};
  return {
    async read() {
      const record = await recordOf();
      return { record, applied: (model, findings) => findings.map((one) => lowered(record, model, one)) };
    },
    async learn(job) {
      const { findings } = job;
      const isSpoiled = spoiled(job);
      if (!findings || isSpoiled === undefined) return;
      await locks.run('what warnings came to', async () => {
        const record = await recordOf();
        const model = modelOfJob(job).id;
        const { by = {}, ...all } = record[model] ?? { jobs: 0, spoiled: 0 };
        const counted = Object.fromEntries(findings.map((code) => [code, more(by[code], isSpoiled)]));
        await kv.set(KEY, { ...record, [model]: { ...more(all, isSpoiled), by: { ...by, ...counted } } });
      });
    },
  };
}

const more = ({ jobs, spoiled }: Counts = { jobs: 0, spoiled: 0 }, isSpoiled: boolean): Counts => ({
  jobs: jobs + 1,
  spoiled: spoiled + (isSpoiled ? 1 : 0),
});

/** Undefined for an end that says nothing of the files. */
function spoiled(job: Job): boolean | undefined {
  if (job.state === 'failed') return BY_THE_FILES.includes(job.failure) ? true : undefined;
  if (job.state !== 'delivered') return undefined;
  return job.video.durationMs < WHOLE_SHARE * job.inputs.clip.durationMs;
}

/** Only a `may-fail`: of what will fail, its makers say so. */
function lowered(record: LessonsRecord, model: string, finding: Finding): Finding {
  const isLower = finding.level === 'may-fail' && foretellsNothing(record, model, finding.code);
  return isLower ? { ...finding, level: 'hint' } : finding;
}

/** Whether jobs with a finding were spoiled no more often than those without, once there were enough to tell. */
export function foretellsNothing(record: LessonsRecord, model: string, code: string): boolean {
  const own = record[model]?.by[code];
  if (!own || own.jobs < ENOUGH_JOBS) return false;
  return own.spoiled / own.jobs <= usualShare(record, model, code);
}

/** Of a model's jobs without a finding, the share that was spoiled. */
export function usualShare(record: LessonsRecord, model: string, code: string): number {
  const { jobs, spoiled, by } = record[model] ?? { jobs: 0, spoiled: 0, by: {} };
  const own = by[code] ?? { jobs: 0, spoiled: 0 };
  return jobs > own.jobs ? (spoiled - own.spoiled) / (jobs - own.jobs) : 0;
}
