/**
 * Everything outside the core, in memory, with a clock that tests turn and a switch that "kills the process": from
 * then on nothing of the old incarnation happens any more, and `boot` starts a new one on what was on disk.
 */

import { settings as settingsList } from '../../settings/index.ts';
import type { Bus } from '../../src/core/bus.ts';
import { createCoachRecords } from '../../src/core/coach/records.ts';
import type { Core, RunningChat } from '../../src/core/command.ts';
import type { Context } from '../../src/core/context.ts';
import { createCore } from '../../src/core/core.ts';
import { createJobEvents } from '../../src/core/events.ts';
import { createHealth } from '../../src/core/health.ts';
import { createFileUse } from '../../src/core/intake/file-use.ts';
import type { Intake } from '../../src/core/intake/intake.ts';
import { namedByOffers } from '../../src/core/intake/offer-store.ts';
import type { Uploads } from '../../src/core/intake/uploads.ts';
import { filesNeededMs } from '../../src/core/job/due.ts';
import type { Event, Job } from '../../src/core/job/job.ts';
import type { Jobs } from '../../src/core/job/jobs.ts';
import { createProviderCopies } from '../../src/core/job/provider-copies.ts';
import { namedBySavings } from '../../src/core/library/saving.ts';
import { type AccessRules, type Caller, createAccess } from '../../src/core/limits/access.ts';
import { AT_ONCE } from '../../src/core/limits/admission-queue.ts';
import type { LimitRule } from '../../src/core/limits/limit-rules.ts';
import { createLocks } from '../../src/core/locks.ts';
import type { ClipFacts, Media } from '../../src/core/media.ts';
import type { Files, Provider } from '../../src/core/ports.ts';
import type { ProviderHealth } from '../../src/core/price/provider-health.ts';
import { createProviderRegistry } from '../../src/core/price/provider-registry.ts';
import type { Choices } from '../../src/core/price/quote.ts';
import { accept, type Outcome } from '../../src/core/refusals.ts';
import { createSettingsService } from '../../src/core/settings/settings-service.ts';
import { createReportRecords } from '../../src/core/takedown/records.ts';
import { createOptOuts } from '../../src/core/trust/opt-outs.ts';
import { emptyQueue, memoryAdmissionQueue } from './admission-queue.ts';
import { memoryAuditLog } from './audit.ts';
import { CLIP_FACTS } from './clip-facts.ts';
import { withConsents } from './consents.ts';
import { fakeFiles } from './files.ts';
import { memoryFingerprints } from './fingerprints.ts';
import { memoryLibrary } from './library.ts';
import { createRemote, type Remote } from './remote.ts';
import { createManualScheduler, type ManualScheduler } from './scheduler.ts';
import { memorySettings } from './settings.ts';
import { memoryKeyValueStore } from './shelf.ts';
import { memoryJobStore, memoryLedger } from './store.ts';

/** Takes the files in and opens the job at the price of the moment, as a member does who needs to give no yes. */
export async function createJob(
  intake: Intake,
  event: Event,
  uploads: Uploads,
  choices: Choices,
): Promise<Outcome<Job>> {
  const prepared = await intake.prepare(event.requester.spaceId, uploads, choices);
  return prepared.ok ? intake.open(event, prepared.value) : prepared;
}

export const CHOICES: Choices = { orientation: 'auto', quality: 'standard', sound: true, trim: false };
export const UPLOADS = { image: { path: '/in/image', sha256: 'i' }, clip: { path: '/in/clip', sha256: 'c' } };
export const EVENT = {
  id: 'web-1',
  requester: { platform: 'web' as const, spaceId: 'web', memberId: 'web:operator', target: {} },
};

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** The same from a chat, where members are not the operator. */
export const CHAT_EVENT = {
  id: 'discord:900',
  requester: {
    platform: 'discord' as const,
    spaceId: 'discord:10',
    memberId: 'discord:7',
    target: { channel: 'five' },
  },
};
export const MEMBER: Caller = {
  requester: CHAT_EVENT.requester,
  standing: { moderator: false, private: false },
};

const JOB_DEADLINE_MS = 3_600_000;
/** A copy must live so much longer for a job to take it. */
const NEEDED_MS = filesNeededMs({ jobDeadlineMs: JOB_DEADLINE_MS });

export type Incarnation = {
  ctx: Context;
  core: Core;
  intake: Intake;
  jobs: Jobs;
  scheduler: ManualScheduler;
  /** Of reports. */
  clocks: ManualScheduler;
};

export type WorldOptions = {
  files?: Files;
  media?: Partial<Media>;
  remotes?: Remote[];
  clip?: Partial<ClipFacts>;
  budgetMicros?: number;
  chat?: Partial<RunningChat>;
  access?: Partial<AccessRules>;
  links?: Context['links'];
  limits?: LimitRule[];
  /** Whether no other process works on the same records. */
  alone?: boolean;
  /** Whether every member has said lately whom their pictures show. */
  consents?: 'given' | 'asked';
};

export function createWorld({
  remotes = [createRemote('paid')],
  clip = {},
  budgetMicros = 20_000_000,
  files = fakeFiles(),
  media = {},
  chat: chatOver = {},
  access = {},
  links,
  limits = [],
  alone = true,
  consents = 'given',
}: WorldOptions = {}) {
  const time = { now: Date.UTC(2026, 10, 21, 12) };
  const clock = { now: () => time.now };
  const disk = {
    store: memoryJobStore(),
    ledger: memoryLedger(),
    queue: emptyQueue(),
    files,
    offers: memoryKeyValueStore(),
    notices: memoryKeyValueStore(),
    library: memoryLibrary(),
    savings: memoryKeyValueStore(),
    settings: memorySettings(),
    fingerprints: memoryFingerprints(),
    audit: memoryAuditLog(),
    takedown: memoryKeyValueStore(),
    looks: memoryKeyValueStore(),
    lessons: memoryKeyValueStore(),
    optOuts: memoryKeyValueStore(),
    copies: memoryKeyValueStore(),
  };
  const delivered: Job[] = [];
  const shown: Job[] = [];
  const fuse = createFuse();
  const providerHealth = evenProviderHealth();

  /** `beside`: another process beside the one that runs, on the same records; else that one is dead from now on. */
  function boot({ beside = false, bus }: { beside?: boolean; bus?: Bus } = {}): Incarnation {
    const life = fuse.newLife(beside);
    const scheduler = createManualScheduler(time);
    const chat: RunningChat = {
      platform: 'web',
      async start() {},
      async stop() {},
      show: (job) => void shown.push(job),
      uploadLimitBytes: () => Number.POSITIVE_INFINITY,
      async deliver(job) {
        delivered.push(job);
        return { kind: 'delivered', receipt: { rung: 'page', at: time.now } };
      },
      ...chatOver,
    };
    const wired = life.wire(chat, ['deliver', 'forget', 'retract', 'post']);
    const cases = life.wire(disk.takedown, ['set', 'delete']);
    const clocks = createManualScheduler(time);
    const allMedia: Media = { ...fakeMedia(clip), ...media };
    const files = life.wire(disk.files, ['keep']);
    const settings = createSettingsService({
      list: settingsList,
      found: disk.settings.known,
      onLost: () => {},
      store: disk.settings,
      defaults: { limits, timeZone: 'UTC' },
      clock,
    });
    const locks = createLocks();
    const providerCopies = createProviderCopies({ kv: disk.copies, clock, neededMs: NEEDED_MS, log: SILENT });
    const ctx: Context = {
      store: life.wire(disk.store, ['save']),
      ledger: life.wire(disk.ledger, ['reserve', 'reserveAll', 'rehold', 'settle', 'release']),
      library: life.wire(disk.library, ['add', 'change', 'remove']),
      traces: {
        forget: async () => false,
        forgetJob: async () => {},
        dropEnded: async () => {},
        overwrite: async () => {},
      },
      fingerprints: disk.fingerprints,
      breathe: async () => {},
      ...createReportRecords({ kv: cases, media: allMedia, log: SILENT, locks }),
      audit: life.wire(consents === 'given' ? withConsents(disk.audit, clock) : disk.audit, ['append']),
      optOuts: createOptOuts(disk.optOuts),
      files,
      providerCopies,
      fileUse: createFileUse({
        files,
        copies: providerCopies,
        records: [
          disk.store.uses,
          namedByOffers(disk.offers),
          disk.library.uses,
          namedBySavings(disk.savings),
        ],
        log: SILENT,
      }),
      media: allMedia,
      ...createCoachRecords(disk, allMedia, locks),
      fetcher: life.wire({ fetch: async () => 'here' as const }, ['fetch']),
      scheduler,
      history: { usualMs: () => undefined, learn: async () => {} },
      events: createJobEvents((error) => {
        throw error;
      }),
      locks,
      clock,
      random: () => 0.5,
      log: SILENT,
      registry: createProviderRegistry({
        entries: remotes.map((remote) => ({
          provider: life.wire<Provider>(remote.provider, ['upload', 'submit', 'find', 'status', 'cancel']),
        })),
        providerHealth,
        clock,
        health: createHealth(() => {}),
      }),
      settings,
      admissionQueue: life.wire(
        memoryAdmissionQueue(
          { limits: AT_ONCE, now: clock.now, onAdmit: (id) => ctx.scheduler.at(id, time.now) },
          disk.queue,
        ),
        ['enter', 'leave'],
      ),
      access: createAccess(
        { allowedSpaces: undefined, operators: new Set(), allowPrivate: false, ...access },
        settings,
        clock,
      ),
      ...(links ? { links } : {}),
      news: new Map(),
      chats: new Map<RunningChat['platform'], RunningChat>([
        ['web', wired],
        ['discord', wired],
      ]),
      rules: {
        operatorBudget: { day: budgetMicros, month: budgetMicros },
        timeZone: 'UTC',
        unnamed: (scope) => scope.replace(/:.*/, ':nobody'),
        jobDeadlineMs: JOB_DEADLINE_MS,
        defaultQuality: 'standard',
        labelMinimum: 'caption',
      },
      alone,
      ...(bus ? { bus } : {}),
      stopping: () => life.dead(),
    };
    ctx.events.subscribe('*', chat.show);
    const shelves = {
      offers: life.wire(disk.offers, ['set', 'delete']),
      notices: disk.notices,
      library: life.wire(disk.savings, ['set', 'delete']),
      takedown: { kv: cases, scheduler: clocks },
    };
    const core = createCore(ctx, shelves, {
      providerHealth: evenProviderHealth(),
      examine: async () => ({ at: clock.now(), found: [] }),
    });
    return { ctx, core, intake: core.intake, jobs: core.jobs, scheduler, clocks };
  }

  return {
    time,
    clock,
    disk,
    delivered,
    shown,
    fuse,
    boot,
    remotes,
  };
}

export type World = ReturnType<typeof createWorld>;

/** Blows at the n-th outside effect, just before or just after it. */
function createFuse() {
  let count = 0;
  let blowAt = Number.POSITIVE_INFINITY;
  let kind: 'kill' | 'throw' = 'kill';
  let onBlow = () => {};
  let lives = 0;
  return {
    /** Effects so far, counted twice each: before and after. */
    count: () => count,
    arm(at: number, how: 'kill' | 'throw' = 'kill'): Promise<void> {
      count = 0;
      kind = how;
      blowAt = at;
      return new Promise((resolve) => {
        onBlow = resolve;
      });
    },
    newLife(beside = false) {
      if (!beside) lives += 1;
      const mine = lives;
      const dead = () => mine !== lives;
      const never = new Promise<never>(() => {});
      const tick = (): boolean => {
        count += 1;
        if (count !== blowAt) return false;
        if (kind === 'throw') throw new Error('the disk or the network failed once');
        lives += 1;
        onBlow();
        return true;
      };
      return {
        dead,
        /** The same port, whose named methods can be the last thing that this process does. */
        wire<T extends object>(port: T, methods: readonly (keyof T & string)[]): T {
          return new Proxy(port, {
            get(target, name) {
              const value: unknown = Reflect.get(target, name);
              if (typeof value !== 'function' || !methods.some((method) => method === name)) return value;
              return async (...args: unknown[]) => {
                if (dead() || tick()) return never;
                // As slow as a disk or a network: what is not waited for is not done when the next effect begins.
                await new Promise(setImmediate);
                if (dead()) return never;
                const answer: unknown = await value.apply(target, args);
                if (dead() || tick()) return never;
                return answer;
              };
            },
          });
        },
      };
    },
  };
}

function fakeMedia(over: Partial<ClipFacts>): Media {
  const image = { mime: 'image/jpeg', width: 800, height: 800, bytes: 1000 };
  const clip = { ...CLIP_FACTS, ...over };
  return {
    checkImage: async () => accept(image),
    checkClip: async () => accept(clip),
    normaliseImage: async () => accept(image),
    normaliseClip: async (_path, _to, { maxSeconds, loopToSeconds = 0 }) => {
      const repeated = Math.max(loopToSeconds * 1000, clip.durationMs);
      return accept({ ...clip, durationMs: Math.min((maxSeconds ?? Infinity) * 1000, repeated) });
    },
    findPerson: async () => ({ image: true, clip: true }),
    lookAtPicture: async () => undefined,
    lookAtClip: async () => undefined,
    contactSheet: async () => false,
    preview: async () => false,
    previewSheet: async () => false,
    pictureHash: async () => undefined,
    probeVideo: async () => ({ width: 720, height: 1280, durationMs: clip.durationMs }),
    poster: async () => {},
    shrink: async () => undefined,
    mark: async () => ({ width: 720, height: 1280, durationMs: clip.durationMs }),
    showsRealPerson: async () => false,
    signedBy: async () => undefined,
    frameHashes: async () => undefined,
    chart: async (chart) => Buffer.from(JSON.stringify(chart)),
    stop: async () => {},
  };
}

/** Nothing is known of anybody. */
export function evenProviderHealth(): ProviderHealth {
  return {
    note: async () => {},
    of: (provider) => ({ provider, delivered: 0, failed: 0, cancelled: 0 }),
    since: () => ({ ended: 0, failed: 0 }),
    rank: () => 0,
  };
}
