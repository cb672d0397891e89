/** What the ledger knows of the jobs that were made with library items. */
import { z } from 'zod';
import type { ItemKind } from '../core/library/item.ts';
import { type ItemNumbers, middleOf, numbersOf } from '../core/library/numbers.ts';
import type { Ledger } from '../core/limits/ledger.ts';
import { FAILURE_CODES } from '../core/refusals.ts';
import type { Sql } from './sql.ts';

const COLUMN = { motion: 'motion_id', character: 'character_id' } as const satisfies Record<ItemKind, string>;
/** Of the last so many jobs; what was usual a year ago is not what is usual now. */
const LOOKED_AT = 50;
/** As many names as fit into one statement. */
const IDS_AT_ONCE = 200;

const groupRow = z.object({
  id: z.string(),
  state: z.enum(['held', 'suspended', 'settled', 'freed']),
  // What a later version wrote is a failure all the same.
  failure: z.enum(FAILURE_CODES).nullable().catch('unknown-fate'),
  count: z.coerce.number().int(),
  billMicros: z.coerce.number().int(),
});
const tookRow = z.object({ tookMs: z.coerce.number() });

const groupsOf = (kind: ItemKind, count: number): string => `
  SELECT ${COLUMN[kind]} AS id, state, failure, COUNT(*) AS count, SUM(settled_micros) AS "billMicros"
  FROM ledger_lines WHERE ${COLUMN[kind]} IN (${Array.from({ length: count }, () => '?').join(', ')})
  GROUP BY ${COLUMN[kind]}, state, failure`;

/** They read indexes of their own, never the whole book: a test asks the databases how they would. */
export const ITEM_NUMBERS = { motion: groupsOf('motion', 1), character: groupsOf('character', 1) };

export function readItems(sql: Sql): Pick<Ledger, 'itemNumbers' | 'itemUsualMs'> {
  return {
    async itemNumbers(kind, ids) {
      const groups = new Map<string, z.infer<typeof groupRow>[]>();
      for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
        const some = ids.slice(at, at + IDS_AT_ONCE);
        for (const row of z.array(groupRow).parse(await sql.all(groupsOf(kind, some.length), ...some)))
          groups.set(row.id, [...(groups.get(row.id) ?? []), row]);
      }
      const numbers = new Map<string, ItemNumbers>();
      for (const [id, rows] of groups)
        numbers.set(
          id,
          numbersOf(rows.map(({ failure, ...row }) => ({ ...row, ...(failure ? { failure } : {}) }))),
        );
      return numbers;
    },
    async itemUsualMs(kind, id) {
      const newest = `SELECT settled_at - held_at AS "tookMs" FROM ledger_lines
        WHERE ${COLUMN[kind]} = ? AND state = 'settled' AND failure IS NULL AND settled_at IS NOT NULL
        ORDER BY held_at DESC, job_id DESC LIMIT ${LOOKED_AT}`;
      return middleOf(
        z
          .array(tookRow)
          .parse(await sql.all(newest, id))
          .map(({ tookMs }) => tookMs),
      );
    },
  };
}
