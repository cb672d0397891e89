/**
 * Says "ready", waits for a line, then asks for so many holds, eight at once, under limits of a member, a space and the
 * operator, and says how many of each kind were taken.
 */
import { once } from 'node:events';
import { createLedger } from '../../../src/store/ledger.ts';
import { openPostgres } from '../../../src/store/postgres.ts';
import { holdOf } from '../holds.ts';

const [url = '', name = '', count = '', all = ''] = process.argv.slice(2);
const AT_ONCE = 8;

const db = await openPostgres(url);
const ledger = createLedger(db);
console.log('ready');
await once(process.stdin, 'data');
const began = performance.now();
let next = 0;
let taken = 0;
async function ask(): Promise<void> {
  while (next < Number(count)) {
    const i = next;
    next += 1;
    if ((await ledger.reserve(holdOf(`${name}:${i}`, i, Number(all)))).ok) taken += 1;
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, ask));
console.log(JSON.stringify({ taken, ms: Math.round(performance.now() - began) }));
await db.close();
process.stdin.destroy();
