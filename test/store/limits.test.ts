/** Limits of money across real processes on one PostgreSQL; with STRUT_HOLDS=1000, as many holds of each process. */
import { afterAll, describe, expect, it } from 'vitest';
import { createLedger } from '../../src/store/ledger.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { startChild } from './children/start.ts';
import { CROWDED, GREEDY, OPERATOR, PRICE, roomOf } from './holds.ts';

const PROCESSES = ['a', 'b', 'c', 'd'];
const EACH = Number(process.env.STRUT_HOLDS ?? 250);

const postgres = postgresOfFile();
afterAll(() => postgres.close());

describe('four processes that hold prices at once', postgresNeeded, () => {
  it('come to exactly the limits of a member, of a space and of the operator, and the book adds up', async () => {
    const db = await postgres.empty();
    const all = EACH * PROCESSES.length;
    const url = await postgres.url();
    const children = PROCESSES.map((name) => startChild('holds.ts', url, name, `${EACH}`, `${all}`));
    for (const child of children) expect(await child.line()).toBe('ready');
    for (const child of children) child.tell('go');
    const said = (await Promise.all(children.map((child) => child.rest()))).flat();
    const taken: { taken: number; ms: number }[] = said.map((line) => JSON.parse(line));

    const ledger = createLedger(db);
    const room = roomOf(all);
    const held = (jobs: number) => ({ heldJobs: jobs, heldMicros: jobs * PRICE, settledMicros: 0 });
    expect(await ledger.totals(GREEDY)).toMatchObject(held(room.member));
    expect(await ledger.totals(CROWDED)).toMatchObject(held(room.space));
    expect(await ledger.totals(OPERATOR)).toMatchObject(held(room.operator));
    expect(taken.map((one) => one.taken).reduce((sum, one) => sum + one, 0)).toBe(room.operator);
    expect(
      await db.all(
        `SELECT scope, COUNT(*) AS jobs, SUM(micros)::bigint AS micros FROM (
           SELECT counter ->> 'scope' COLLATE "C" AS scope, held_micros AS micros
           FROM ledger_lines, json_array_elements(counters::json) AS counter WHERE state = 'held') AS lines
         GROUP BY scope ORDER BY scope`,
      ),
    ).toEqual(
      await db.all(
        'SELECT scope, held_jobs AS jobs, held_micros AS micros FROM ledger_counters ORDER BY scope',
      ),
    );
  });
});
