/** The records: the database itself, jobs that are stuck, and money. */

import { strandedBy } from '../core/delivery/undelivered.ts';
import type { Diagnosis } from '../core/diagnosis.ts';
import type { Job } from '../core/job/job.ts';
import { OPERATOR } from '../core/limits/quota.ts';
import { PERIODS, resetsAt, windowOf } from '../core/limits/windows.ts';
import { ownWords } from '../core/own-words.ts';
import { microsFromUsd } from '../core/price/money.ts';
import type { FoundRecords, RecordsToRead } from '../store/to-read.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { formatsOf } from '../words/formats.ts';
import type { Check, Patient } from './patient.ts';

/** A bot of thousands of open jobs is examined by those of them that have waited longest. */
const MOST_READ = 2_000;
const CODES_NAMED = 10;
/** A hold is made a moment before its job is. */
const HOLD_MS = 10 * 60_000;
/** Of a job's time, before its being open is strange: the deadline itself is looked at only now and then. */
const GRACE_MS = 60 * 60_000;
const LOW_SHARE = 0.8;
const CLOCK_APART_MS = 10_000;

const { size, money, date } = formatsOf('en');

export const database: Check = {
  name: 'the database',
  async look(patient) {
    try {
      return said(await patient.records(), patient);
    } catch (error) {
      const problem = `${ownWords(error)}.`;
      const isAway = error instanceof Error && error.name === 'StoreUnreachable';
      return [diagnosis(isAway ? 'database-away' : 'database-unreadable', { problem })];
    }
  },
};

function said(found: FoundRecords, { config }: Patient): Diagnosis[] {
  switch (found.kind) {
    case 'none':
      return [diagnosis('database-new', {})];
    case 'moved':
      return config.STORE_URL ? [] : [diagnosis('database-moved', {})];
    case 'in-use':
      return [diagnosis('database-in-use', {})];
    case 'damaged':
      return [diagnosis('database-damaged', {})];
    case 'newer':
    case 'older':
      return [diagnosis(`database-${found.kind}`, { version: found.version, known: found.known })];
    case 'open': {
      const { version, bytes, clockAheadMs } = found;
      const seconds = Math.round(Math.abs(clockAheadMs) / 1000);
      const host = 'this machine';
      return [
        diagnosis('database', { version, size: size(bytes) }),
        ...(seconds * 1000 >= CLOCK_APART_MS ? [diagnosis('database-clock', { host, seconds })] : []),
      ];
    }
  }
}

/** Nothing where the records can't be read, which the check of the database tells. */
export async function recordsOf(patient: Patient): Promise<RecordsToRead | undefined> {
  const found = await patient.records().catch(() => undefined);
  return found && 'records' in found ? found.records : undefined;
}

export const jobs: Check = {
  name: 'the jobs',
  async look(patient) {
    const records = await recordsOf(patient);
    if (!records) return [];
    const open: Job[] = [];
    for await (const job of records.jobs.open()) if (open.push(job) >= MOST_READ) break;
    const deadlineMs = patient.config.JOB_DEADLINE_MINUTES * 60_000 + GRACE_MS;
    const now = Date.now();
    const old = open.filter((job) => job.state !== 'completed' && now - job.createdAt > deadlineMs);
    const unknown = open.filter(({ state }) => state === 'unknown');
    const undelivered = open.filter((job) => strandedBy(job) !== undefined);
    const oldest = Math.min(...open.map(({ createdAt }) => createdAt));
    const about = (all: readonly Job[]) => ({ count: all.length, codes: codesOf(all) });
    const unreadable = patient.unreadable();
    return [
      open.length === 0
        ? diagnosis('jobs-none', {})
        : diagnosis('jobs-open', { open: open.length, age: ageOf(now - oldest) }),
      ...(old.length > 0 ? [diagnosis('jobs-old', { codes: codesOf(old), age: ageOf(now - oldest) })] : []),
      ...(unknown.length > 0 ? [diagnosis('jobs-unknown', about(unknown))] : []),
      ...(undelivered.length > 0 ? [diagnosis('jobs-undelivered', about(undelivered))] : []),
      ...(unreadable > 0 ? [diagnosis('jobs-unreadable', { count: unreadable })] : []),
      ...(await strayHolds(records, now)),
    ];
  },
};

async function strayHolds({ jobs: store, ledger }: RecordsToRead, now: number): Promise<Diagnosis[]> {
  let count = 0;
  // One that can't be read is there, and is told as such.
  for (const id of (await ledger.held(now - HOLD_MS)).slice(0, MOST_READ))
    if ((await store.get(id).catch(() => id)) === undefined) count += 1;
  return count > 0 ? [diagnosis('holds-stray', { count })] : [];
}

function codesOf(all: readonly Job[]): string {
  const codes = all.slice(0, CODES_NAMED).map(({ code }) => code);
  return [...codes, ...(all.length > CODES_NAMED ? ['…'] : [])].join(', ');
}

function ageOf(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}

const BUDGETS = {
  day: { period: 'today', setting: 'BUDGET_USD_PER_DAY' },
  month: { period: 'this month', setting: 'BUDGET_USD_PER_MONTH' },
} as const;

export const budget: Check = {
  name: 'the money',
  async look(patient) {
    const records = await recordsOf(patient);
    if (!records) return [];
    const { config } = patient;
    const now = Date.now();
    const lines = PERIODS.map(async (one): Promise<Diagnosis> => {
      const { period, setting } = BUDGETS[one];
      const max = microsFromUsd(config[setting]);
      const totals = await records.ledger.totals(windowOf(OPERATOR, one, now, config.TIMEZONE));
      const used = totals.heldMicros + totals.settledMicros;
      const values = { spent: money(used), max: money(max), period };
      if (used < max * LOW_SHARE) return diagnosis('budget', values, one);
      const until = date(resetsAt(one, now, config.TIMEZONE), config.TIMEZONE);
      return diagnosis(used < max ? 'budget-low' : 'budget-spent', { ...values, until, setting }, one);
    });
    const suspended = await records.ledger.suspended();
    const sum = money(suspended.reduce((all, { heldMicros }) => all + heldMicros, 0));
    return [
      ...(await Promise.all(lines)),
      ...(suspended.length > 0 ? [diagnosis('suspense', { count: suspended.length, sum })] : []),
    ];
  },
};
