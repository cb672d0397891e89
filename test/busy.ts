/**
 * `npm run busy [-- times [burners [vitest's own options]]]`: the whole test run, ten times in a row, beside four processes
 * that burn a core each. A line a run; ends with 1 if one was red. The log of a red run is kept, and named.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

const [times = 10, burners = 4] = process.argv.slice(2, 4).map(Number);
const options = process.argv.slice(4);
if (!(times > 0 && burners >= 0)) throw new Error('how often, and beside how many burners?');

// Whatever becomes of us, a burner ends: its input closes with the process that holds the other end.
const BURN = `
  process.stdin.on('end', () => process.exit()).resume();
  (function burn() {
    for (const until = performance.now() + 50; performance.now() < until; );
    setImmediate(burn);
  })();
`;
/** What the shell says of the processor time of all that it has started, in its last line. */
const TIMED = 'npm test -- "$@"; code=$?; times; exit $code';
const TIMES = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/gm;
const logs = mkdtempSync(join(tmpdir(), 'strut-busy-'));
const burning = Array.from({ length: burners }, () =>
  spawn(process.execPath, ['-e', BURN], { stdio: ['pipe', 'ignore', 'inherit'] }),
);
let running: ChildProcess | undefined;
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    ending.abort();
    end(running);
  });

/** With everything that it has started. */
function end(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null) return;
  process.kill(-child.pid, 'SIGTERM');
}

/** Whether it was green. */
async function runOnce(nth: number): Promise<boolean> {
  const path = join(logs, `run-${nth}.log`);
  const log = createWriteStream(path);
  const startedAt = performance.now();
  // A group of its own, so that it can be ended whole.
  running = spawn('sh', ['-c', TIMED, 'sh', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, NO_COLOR: '1' },
  });
  let text = '';
  for (const stream of [running.stdout, running.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      log.write(chunk);
    });
  const [code] = await once(running, 'close');
  log.end();
  await finished(log);
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  const tests = /^ *Tests +(.*)$/m.exec(text)?.[1] ?? 'no tests were counted';
  const [user = 0, userSeconds = 0, sys = 0, sysSeconds = 0] =
    [...text.matchAll(TIMES)].at(-1)?.slice(1).map(Number) ?? [];
  const processor = (user + sys + (userSeconds + sysSeconds) / 60).toFixed(1);
  const load = loadavg()[0]?.toFixed(1);
  const green = code === 0;
  console.log(
    `${nth} of ${times}: ${green ? 'green' : `RED (${code})`}, ${tests}, ${minutes} min, of processor time ${processor} min, load ${load}`,
  );
  if (green) rmSync(path);
  else console.log(`  ${path}`);
  return green;
}

let red = 0;
try {
  console.log(`${burners} burners on ${availableParallelism()} cores`);
  for (let nth = 1; nth <= times && !ending.signal.aborted; nth += 1) if (!(await runOnce(nth))) red += 1;
} finally {
  for (const burner of burning) burner.kill('SIGKILL');
}
process.exitCode = red > 0 || ending.signal.aborted ? 1 : 0;
