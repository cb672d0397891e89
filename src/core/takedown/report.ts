/** Takes reports, from whoever has seen a video. The answer is the same whether there is such a video or not. */
import type { Context } from '../context.ts';
import { codeOf } from '../job/code.ts';
import { type Job, PAGE, type ReportReason } from '../job/job.ts';
import type { KeyValueStore } from '../ports.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { clean, cut } from '../text.ts';
import { AUDIT_KEPT_MS } from '../trust/audit.ts';
import { type Case, opened, type ReportCounts, reportedAgain } from './case.ts';

const DAY_MS = 24 * 3_600_000;
/** More than anybody in good faith finds on one day. */
const REPORTS_A_DAY = 10;
/** So long the same report by the same person has no second effect. */
const SAME_FOR_MS = 30 * DAY_MS;
const STATEMENTS_KEPT = 1_000;
const STATEMENT = 'statement:';

/**
 * `by`: a member, or where a form came from. `spaceId`: where they saw it, if that is known. `unlimited`: the operator,
 * who may have a whole list to go through.
 */
type Report = { by: string; unlimited?: true; spaceId?: string; code: string; reason: ReportReason };

/** What somebody writes who is no member. Only the operator reads it. */
type Statement = {
  at: number;
  reason: ReportReason;
  /** Where it is to be seen: an address or a code. */
  where: string;
  what: string;
  /** Typed as a signature. */
  name: string;
  contact: string;
  /** The codes of the jobs that it was found to be about. */
  codes: string[];
  /** When the operator was done with it. It stays, so that sending the same again has no second effect. */
  doneAt?: number;
};

export type Reporting = {
  report(report: Report): Promise<Outcome<'taken'>>;
  /** From the public form. `from`: the address that it came from, for the limit alone. */
  state(statement: Omit<Statement, 'at' | 'codes' | 'doneAt'>, from: string): Promise<Outcome<'taken'>>;
  /** Those that the operator is not done with, the newest first. */
  statements(): Promise<(Statement & { id: string })[]>;
  /** The operator has dealt with it. A second time, or where there is no such statement, nothing happens. */
  doneWith(id: string): Promise<void>;
};

type Parts = {
  kv: KeyValueStore;
  work(jobId: string): Promise<void>;
  counts: ReportCounts;
};

const CODE = /\b[2-9A-HJ-NP-Z]{6}\b/g;
const LONGEST = { where: 500, what: 2_000, name: 200, contact: 200 } as const;

export function createReporting(ctx: Context, { kv, work, counts }: Parts): Reporting {
  /** Until when nothing more is taken from there, if so. Counts codes that there are not, too. */
  async function limited({ by }: Report): Promise<number | undefined> {
    const key = `reporter:${nameOf(by)}`;
    const now = ctx.clock.now();
    const known = await kv.get<{ until: number; count: number }>(key);
    const before = known && known.until > now ? known : { until: now + DAY_MS, count: 0 };
    const count = before.count + 1;
    // What goes beyond the limit is noted once.
    if (count > REPORTS_A_DAY + 1) return before.until;
    await kv.set(key, { ...before, count }, before.until - now);
    if (count <= REPORTS_A_DAY) return undefined;
    await ctx.audit.append({ kind: 'reports-limited', atMs: now, spaceId: PAGE, by });
    ctx.log.warn({}, 'somebody has reported more videos than are taken in a day');
    return before.until;
  }

  /** Where two jobs should ever have one code, the one that was seen there; else all, as one of them is meant. */
  async function meant({ code, spaceId }: Pick<Report, 'code' | 'spaceId'>): Promise<Job[]> {
    const all = await ctx.store.byCode(code);
    const here = all.filter((job) => job.requester.spaceId === spaceId);
    return here.length > 0 ? here : all;
  }

  async function take(report: Report): Promise<void> {
    const { by, reason } = report;
    for (const job of await meant(report)) {
      const now = ctx.clock.now();
      let before: Case | undefined;
      const after = await ctx.cases.change(job.id, (known) => {
        before = known;
        return known ? reportedAgain(known, reason, now) : opened(job, reason, now);
      });
      const facts = { atMs: now, about: job.requester.memberId, jobCode: job.code, reason };
      // Who reported is the operator's to know, and stands in no record of the space.
      await ctx.audit.append({ kind: 'reported', ...facts, by, spaceId: PAGE });
      if (after?.hidden && !before?.hidden)
        await ctx.audit.append({ kind: 'hidden', ...facts, by: 'strut', spaceId: job.requester.spaceId });
      counts.reports[reason] += 1;
      await work(job.id);
    }
  }

  /** Lets the oldest statement go that is done with or named no video. False where there is none. */
  async function makeRoom(): Promise<boolean> {
    const kept = await kv.startingWith<Statement>(STATEMENT);
    if (kept.size < STATEMENTS_KEPT) return true;
    const [oldest] = [...kept]
      .filter(([, { codes, doneAt }]) => codes.length === 0 || doneAt !== undefined)
      .toSorted(([, a], [, b]) => a.at - b.at);
    if (oldest) await kv.delete(oldest[0]);
    return oldest !== undefined;
  }

  /** One at a time of the same person: a hundred at once are counted like a hundred in a row. */
  const alone = <T>(by: string, work: () => Promise<T>): Promise<T> =>
    ctx.locks.run(`reports by ${by}`, work);

  async function report(given: Report): Promise<Outcome<'taken'>> {
    const asked = { ...given, code: given.code.trim().toUpperCase() };
    const same = `same:${nameOf(asked.by, asked.code, asked.reason)}`;
    if (await kv.get(same)) return accept('taken');
    const until = asked.unlimited ? undefined : await limited(asked);
    if (until !== undefined) return refuse({ code: 'slow-down', retryAt: until });
    await take(asked);
    await kv.set(same, true, SAME_FOR_MS);
    return accept('taken');
  }

  async function state(given: Parameters<Reporting['state']>[0], by: string): Promise<Outcome<'taken'>> {
    const text = (name: keyof typeof LONGEST): string => cut(clean(given[name]).trim(), LONGEST[name]);
    const [where, what, name, contact] = [text('where'), text('what'), text('name'), text('contact')];
    const codes = [...new Set(where.toUpperCase().match(CODE) ?? [])].slice(0, 3);
    const key = STATEMENT + nameOf(by, where, what, name, contact);
    if (await kv.get(key)) return accept('taken');
    const until = await limited({ by, code: '', reason: given.reason });
    if (until !== undefined) return refuse({ code: 'slow-down', retryAt: until });
    if (!(await makeRoom())) return refuse({ code: 'slow-down', retryAt: ctx.clock.now() + DAY_MS });
    const found: string[] = [];
    for (const code of codes) if ((await ctx.store.byCode(code)).length > 0) found.push(code);
    const { reason } = given;
    const statement: Statement = { at: ctx.clock.now(), reason, where, what, name, contact, codes: found };
    ctx.log.warn(
      { reason, codes: found },
      'somebody outside has reported a video; the page shows what they say',
    );
    for (const code of found) await take({ by, code, reason });
    // Last: from then on, the same statement has had its effect.
    await kv.set(key, statement, AUDIT_KEPT_MS);
    return accept('taken');
  }

  return {
    report: (given) => alone(given.by, () => report(given)),
    state(given, from) {
      const by = `form:${nameOf(from)}`;
      return alone(by, () => state(given, by));
    },
    async statements() {
      const open = [...(await kv.startingWith<Statement>(STATEMENT))].filter(([, one]) => !one.doneAt);
      return open
        .map(([key, one]) => ({ id: key.slice(STATEMENT.length), ...one }))
        .toSorted((a, b) => b.at - a.at);
    },
    async doneWith(id) {
      const statement = await kv.get<Statement>(STATEMENT + id);
      if (!statement || statement.doneAt !== undefined) return;
      const now = ctx.clock.now();
      await kv.set(STATEMENT + id, { ...statement, doneAt: now }, statement.at + AUDIT_KEPT_MS - now);
    },
  };
}

/** Nobody can be found by this: it only tells the same one again. */
function nameOf(...parts: string[]): string {
  const text = parts.join('\n');
  return codeOf(text) + codeOf(`again ${text}`);
}
