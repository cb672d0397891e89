/** The lines of the ledger as a report reads them: page by page, so that a year of them never lies in memory at once. */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Ledger, LedgerLine } from '../core/limits/ledger.ts';
import type { Sql } from './sql.ts';

const PAGE = 500;
/** All of them lie in the indexes: migrations.ts. */
const FIELDS = `job_id AS "jobId", space_id AS "spaceId", member_id AS "memberId", provider, seconds,
  held_at AS "heldAt", held_micros AS "heldMicros", state, settled_micros AS "billMicros", settled_at AS "endedAt"`;
const pageOf = (scope: string) =>
  `SELECT ${FIELDS} FROM ledger_lines
   WHERE ${scope} (held_at, job_id) > (?, ?) AND held_at < ? ORDER BY held_at, job_id LIMIT ${PAGE}`;

/** Each reads its own index, never the whole book: a test asks the database how it would. */
export const LINES = {
  ofSpace: pageOf('space_id = ? AND'),
  ofMember: pageOf('member_id = ? AND'),
  ofAll: pageOf(''),
  suspended: `SELECT ${FIELDS} FROM ledger_lines WHERE state = 'suspended' ORDER BY held_at, job_id`,
} as const;

const row = z.object({
  jobId: z.string(),
  spaceId: z.string(),
  memberId: z.string(),
  provider: z.string(),
  seconds: z.int().nullable(),
  heldAt: z.int(),
  heldMicros: z.int(),
  state: z.enum(['held', 'suspended', 'settled', 'freed']),
  billMicros: z.int(),
  endedAt: z.int().nullable(),
});

/** The reading half of a ledger. Throws StoreError when the disk fails. */
export function readLines(sql: Sql): Pick<Ledger, 'lines' | 'suspended'> {
  return {
    async *lines({ spaceId, memberId, from, to }) {
      const [page, ...scope] =
        memberId !== undefined
          ? [LINES.ofMember, memberId]
          : spaceId !== undefined
            ? [LINES.ofSpace, spaceId]
            : [LINES.ofAll];
      // Every id comes after the empty one, so that this is "from that moment on".
      let [heldAt, jobId] = [from, ''];
      for (;;) {
        const found = linesOf(await sql.all(page, ...scope, heldAt, jobId, to));
        if (found.length > 0) yield found;
        const last = found.at(-1);
        if (!last || found.length < PAGE) return;
        [heldAt, jobId] = [last.heldAt, last.jobId];
        // A long report must not keep members waiting.
        await setImmediate();
      }
    },
    suspended: async () => linesOf(await sql.all(LINES.suspended)),
  };
}

const linesOf = (found: unknown[]): LedgerLine[] => found.map((one) => lineOf(row.parse(one)));

function lineOf({ seconds, state, billMicros, endedAt, ...known }: z.infer<typeof row>): LedgerLine {
  const line = seconds === null ? known : { ...known, seconds };
  // A line that is over has its end: settle writes both at once.
  if (state === 'settled') return { ...line, state, billMicros, endedAt: endedAt ?? known.heldAt };
  if (state === 'freed') return { ...line, state, endedAt: endedAt ?? known.heldAt };
  return { ...line, state };
}
