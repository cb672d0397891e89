/** Says "ready", waits for a line, then tries seven holds of $0.42 under a limit of $1.00 and says how each went. */
import { once } from 'node:events';
import { createLedger } from '../../../src/store/ledger.ts';
import { openDatabase } from '../../../src/store/sqlite.ts';

const [dataDir = '', name = ''] = process.argv.slice(2);
const key = { scope: 'space:1', window: 'day:2026-01-31' };
const db = openDatabase(dataDir);
const ledger = createLedger(db);
console.log('ready');
await once(process.stdin, 'data');
for (let i = 0; i < 7; i += 1) {
  const outcome = await ledger.reserve({
    jobId: `web:${name}${i}`,
    micros: 420_000,
    counters: [key],
    limits: [{ ...key, maxMicros: 1_000_000, resetsAt: 0 }],
    at: 1,
    memberId: 'm',
    spaceId: 's',
    provider: 'fal',
    seconds: 4,
  });
  console.log(outcome.ok ? 'ok' : 'full');
}
db.close();
process.stdin.destroy();
