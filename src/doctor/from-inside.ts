/** The bot as it sees itself: the same checks for its page and its chats, and what its operator has to hear of at once. */
import { randomUUID } from 'node:crypto';
import { version } from '../at-start.ts';
import { type Config, secretsIn } from '../config.ts';
import type { Context } from '../core/context.ts';
import { type Diagnosis, type Examination, reworded } from '../core/diagnosis.ts';
import type { Health } from '../core/health.ts';
import type { KeyValueStore } from '../core/ports.ts';
import type { ProviderHealth } from '../core/price/provider-health.ts';
import { createAlarms } from '../core/upkeep/alarms.ts';
import { shareUrgent } from '../core/upkeep/shared-urgent.ts';
import { hostedName } from '../providers/catalog.ts';
import { createScrub } from '../scrub.ts';
import type { FoundRecords, RecordsToRead } from '../store/to-read.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { wordsFor } from '../words/index.ts';
import { CHECKS, examine } from './checks.ts';
import { disk } from './machine.ts';
import type { Patient } from './patient.ts';
import { ofTrouble } from './providers.ts';

/** Whoever looks again within a minute is told the same. */
const FRESH_MS = 60_000;
const HOUR_MS = 3_600_000;
const FAILURES = 3;
/** What of the disk begins and ends by itself. */
const ROOM = ['disk-filling', 'disk-full', 'disk-unwritable'];

export type InsideParts = {
  config: Config;
  store: RecordsToRead & { keyv(namespace: string): KeyValueStore };
  unreadable(): number;
  health: Health;
  providerHealth: Pick<ProviderHealth, 'since'>;
  hosted: readonly { provider: { id: string } }[];
  secretKey: string;
};

type AlarmContext = Pick<Context, 'access' | 'alone' | 'chats' | 'clock' | 'locks' | 'log' | 'stopping'>;

export type Inside = {
  /** `fresh`: what was found a moment ago does not do. */
  examine(how?: { fresh?: boolean }): Promise<Examination>;
  /** What only the operator can mend, and should hear of without asking; cheap enough for every minute. */
  urgent(): Promise<Diagnosis[]>;
  /** Looks for that, in whichever process, and tells the operators. */
  alarms(ctx: AlarmContext): () => Promise<void>;
};

export function createInside(parts: InsideParts): Inside {
  const { config, health, providerHealth } = parts;
  const patient: Omit<Patient, 'signal' | 'parts'> = {
    config,
    env: process.env,
    envFile: process.env.STRUT_ENV_FILE || '.env',
    version: '',
    records: async (): Promise<FoundRecords> => ({
      kind: 'in-use',
      records: parts.store,
      async [Symbol.asyncDispose]() {},
    }),
    unreadable: parts.unreadable,
    isRunning: true,
    listenMs: 0,
    secretKey: parts.secretKey,
  };
  const scrub = createScrub([...secretsIn(process.env), parts.secretKey]);
  let latest: Examination | undefined;
  let running: Promise<Examination> | undefined;

  async function look(): Promise<Examination> {
    const now = { ...patient, version: await version(), parts: health.all() };
    const found = (await examine(now, { checks: CHECKS })).map((one) => reworded(one, scrub));
    latest = { at: Date.now(), found };
    return latest;
  }

  return {
    async examine({ fresh = false } = {}) {
      if (latest && !fresh && Date.now() - latest.at < FRESH_MS) return latest;
      // Several who ask at once get one look.
      running ??= look().finally(() => {
        running = undefined;
      });
      return running;
    },
    alarms(ctx) {
      const kv = parts.store.keyv('alarms');
      if (ctx.alone) return createAlarms(ctx, { kv, urgent });
      const shared = shareUrgent(ctx, { id: randomUUID(), kv, see: urgent });
      return createAlarms(ctx, { kv, urgent: shared.urgent });
    },
    urgent,
  };

  async function urgent(): Promise<Diagnosis[]> {
    const told = health.all().flatMap(({ name, finding, trouble, reason = '' }) => {
      if (finding) return [finding];
      return trouble ? [ofTrouble({ kind: trouble, message: `It says: ${reason}.` }, name)] : [];
    });
    const signal = AbortSignal.timeout(HOUR_MS);
    const found = await disk.look({ ...patient, parts: [], signal });
    const room = found.filter(({ code }) => ROOM.includes(code));
    return [...told, ...room, ...failing()].map((one) => reworded(one, scrub));
  }

  /** Those that have failed everything for an hour. */
  function failing(): Diagnosis[] {
    return parts.hosted.flatMap(({ provider: { id } }) => {
      const { ended, failed, lastFailure } = providerHealth.since(id, Date.now() - HOUR_MS);
      if (failed < FAILURES || failed < ended) return [];
      const reason = lastFailure
        ? wordsFor('en')
            .failureReason(lastFailure)
            .replace(/[.\s]*$/, '')
        : 'unknown';
      return [diagnosis('provider-failing', { name: hostedName(id) ?? id, failed, ended, reason }, id)];
    });
  }
}
