/**
 * Whether a billable call can be sent twice: `node bench/send-once.ts [--times 1000] [--burners 2]`. Sends each call
 * of a set of time-outs, ways to connect and ways to answer so often, with other processes burning the processors,
 * to a server that tells connections and requests apart. Ends with 1 when a call came twice, or came although it was
 * said that nothing was sent.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { buildConnector } from 'undici';
import { createHttp, type Http, NothingSent } from '../src/providers/http.ts';
import { type CountingServer, countingServer, type Manner } from '../test/providers/counting-server.ts';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '1000' }, burners: { type: 'string', default: '2' } },
});
const TIMES = Number(values.times);
const AT_ONCE = 20;
const TIMEOUTS_MS = [1, 5, 20, 100];
const MANNERS: readonly Manner[] = ['silent', 'answers', 'hangs-up'];

/** `slow-open`: the connection is opened late; `slow-news`: it is open at once, and we hear of it late. */
const WAYS = ['plain', 'slow-open', 'slow-news'] as const;
type Way = (typeof WAYS)[number];

const open = buildConnector({ allowH2: false });
const upTo = (ms: number): number => Math.random() * 2 * ms;

const connectorOf = (way: Way, timeoutMs: number): buildConnector.connector => {
  if (way === 'plain') return open;
  if (way === 'slow-open')
    return (options, callback) => void setTimeout(() => open(options, callback), upTo(timeoutMs));
  return (options, callback) =>
    open(options, (...result) => void setTimeout(() => callback(...result), upTo(timeoutMs)));
};

const ends = { answered: 0, unknown: 0, 'not-sent': 0 };
const wrong: string[] = [];

async function callOnce(
  server: CountingServer,
  http: Http,
  timeoutMs: number,
  manner: Manner,
): Promise<void> {
  const tag = server.tag(manner, upTo(timeoutMs / 2));
  const call = { method: 'POST', url: `${server.url}/tag-${tag}`, json: { tag }, timeoutMs } as const;
  const end = await http.callOnce({ ...call, signal: new AbortController().signal }).then(
    () => 'answered' as const,
    (error: unknown) => (error instanceof NothingSent ? ('not-sent' as const) : ('unknown' as const)),
  );
  ends[end] += 1;
  told.push({ tag, end });
}
let told: { tag: string; end: keyof typeof ends }[] = [];

async function run(way: Way, timeoutMs: number, manner: Manner): Promise<void> {
  await using server = await countingServer();
  const http = createHttp({ connect: connectorOf(way, timeoutMs) });
  told = [];
  let left = TIMES;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await callOnce(server, http, timeoutMs, manner);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // What was written before the end of a call may still be on its way.
  await new Promise((resolve) => setTimeout(resolve, 4 * timeoutMs + 200));
  await http.stop();
  for (const { tag, end } of told) {
    const [requests, connections] = [server.requests(tag), server.connections(tag)];
    const what = `${way}, ${timeoutMs} ms, ${String(manner)}: ${end}, ${requests} requests, ${connections} connections`;
    if (requests > 1 || connections > 1 || (end === 'not-sent' && requests > 0)) wrong.push(what);
  }
  if (server.strangers.length > 0) console.log('not ours:', server.strangers);
}

const burners: ChildProcess[] = Array.from({ length: Number(values.burners) }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
);
try {
  for (const timeoutMs of TIMEOUTS_MS)
    for (const way of WAYS) for (const manner of MANNERS) await run(way, timeoutMs, manner);
} finally {
  for (const burner of burners) burner.kill('SIGKILL');
}
const sent = ends.answered + ends.unknown + ends['not-sent'];
console.log(
  `${sent} calls: ${ends.answered} answered, ${ends.unknown} unknown, ${ends['not-sent']} not sent`,
);
console.log(wrong.length === 0 ? 'none was sent twice' : wrong.join('\n'));
process.exitCode = wrong.length === 0 ? 0 : 1;
