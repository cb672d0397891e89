import { codeOf } from '../../src/core/job/code.ts';
import type { Job, JobIn, JobState } from '../../src/core/job/job.ts';

type Shared = Pick<
  Job,
  | 'id'
  | 'code'
  | 'requester'
  | 'request'
  | 'inputs'
  | 'quote'
  | 'attempts'
  | 'createdAt'
  | 'updatedAt'
  | 'deadlineAt'
>;

/** The fields that every job has, with any of them replaced. The id decides the code. */
function jobBase(over: Partial<Shared> = {}): Shared {
  const id = over.id ?? 'web:1';
  const createdAt = over.createdAt ?? 1_700_000_000_000;
  return {
    id,
    code: codeOf(id),
    requester: { platform: 'web', spaceId: 'web:page', memberId: 'web:me', target: {} },
    request: { quality: 'standard', orientation: 'video', sound: true, clipSeconds: 4 },
    inputs: {
      image: { key: `${'a'.repeat(64)}.jpg`, bytes: 1000, mime: 'image/jpeg' },
      clip: { key: `${'b'.repeat(64)}.mp4`, bytes: 2000, mime: 'video/mp4', durationMs: 4000 },
    },
    quote: { provider: 'fal', micros: 280_000, seconds: 4, notes: [], warnings: [] },
    attempts: [],
    createdAt,
    updatedAt: createdAt,
    deadlineAt: createdAt + 3_600_000,
    ...over,
  };
}

const sent = { provider: 'fal', submittedAt: 1_700_000_001_000 };
const atProvider = { ...sent, operation: { requestId: 'r-1' } };
const finished = {
  ...atProvider,
  costMicros: 280_000,
  completedAt: 1_700_000_100_000,
  video: {
    key: `${'c'.repeat(64)}.mp4`,
    bytes: 3000,
    mime: 'video/mp4',
    width: 720,
    height: 1280,
    durationMs: 4000,
  },
  rungs: [],
};
const ended = { provider: 'fal', costMicros: 0, endedAt: 1_700_000_100_000 };

/** A plausible set of each state's own fields. */
const STATE_FIELDS: { [S in JobState]: Omit<JobIn<S>, keyof Shared> } = {
  created: { state: 'created' },
  asking: {
    state: 'asking',
    stop: { provider: 'fal', why: 'refused' },
    instead: { provider: 'runpod', micros: 420_000, seconds: 4, notes: [], warnings: [] },
    until: 1_700_000_601_000,
  },
  submitting: { state: 'submitting', ...sent },
  unknown: { state: 'unknown', ...sent },
  queued: { state: 'queued', ...atProvider, position: 2 },
  running: {
    state: 'running',
    ...atProvider,
    startedAt: 1_700_000_002_000,
    phase: { kind: 'rendering', progress: 0.5 },
  },
  completed: { state: 'completed', ...finished, deliveryTries: 0 },
  delivered: {
    state: 'delivered',
    ...finished,
    deliveredAt: 1_700_000_101_000,
    receipt: { rung: 'page', at: 1_700_000_101_000 },
  },
  failed: { state: 'failed', failure: 'provider-down', ...ended },
  cancelled: { state: 'cancelled', ...ended },
};

/** A job in the given state, for tests that need one and do not care how it came there. */
export function jobIn<S extends JobState>(state: S, over: Partial<Shared> = {}): JobIn<S> {
  // The compiler can't see that the shared fields plus a state's own are the state; STATE_FIELDS is checked per state.
  return structuredClone({ ...jobBase(over), ...STATE_FIELDS[state] }) as unknown as JobIn<S>;
}
