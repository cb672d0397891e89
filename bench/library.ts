/**
 * What the library saves, and how fast names are offered: `node bench/library.ts [image clip]`. The same picture and clip,
 * once by hand and once with the clip kept as a motion, from the command to the call that a provider bills; everything
 * that would run in children runs in this process, with its models loaded, so that its processor time is all there is.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands } from '../commands/index.ts';
import { startFal } from '../simulators/fal.ts';
import { createProviderCopies } from '../src/core/job/provider-copies.ts';
import { createMedia } from '../src/media/index.ts';
import type { Pool } from '../src/media/pool.ts';
import { TASKS } from '../src/media/tasks.ts';
import { createFal } from '../src/providers/fal/fal.ts';
import { createFiles } from '../src/store/files.ts';
import { createStore } from '../src/store/index.ts';
import { manyMotions } from '../test/fakes/items.ts';
import { createRemote } from '../test/fakes/remote.ts';
import { memoryKeyValueStore } from '../test/fakes/shelf.ts';
import { CHAT_EVENT, createWorld, MEMBER } from '../test/fakes/world.ts';
import { personClip, personImage } from '../test/people.ts';

const TIMES = 5;
const [image = await personImage(), clip = await personClip({ seconds: 6, sound: true })] =
  process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'strut-bench-library-'));

const context = { signal: new AbortController().signal, progress: () => {} };
const inProcess = {
  run: (name: keyof typeof TASKS, args: never) => TASKS[name].run(args, context),
  stop: async () => {},
} as unknown as Pool;
const media = createMedia({ pool: inProcess });

/** A bot that has seen nothing yet. */
async function fresh(name: string) {
  const files = createFiles(join(folder, name));
  const remote = createRemote('paid');
  const life = createWorld({ files, media, remotes: [remote] }).boot();
  await life.jobs.recover();
  return { life, remote, files };
}
type Fresh = Awaited<ReturnType<typeof fresh>>;

/** As a download puts it there: the file is moved in, so each time it is another copy. */
async function handedIn({ files }: Fresh, path: string) {
  const { copyFile, readFile } = await import('node:fs/promises');
  const { createHash } = await import('node:crypto');
  const temp = await files.temp('in');
  await copyFile(path, temp.path);
  return {
    path: temp.path,
    sha256: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  };
}

type Cost = { processorMs: number; ms: number };
async function costOf(work: () => Promise<void>): Promise<Cost> {
  const [cpu, begun] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { processorMs: (user + system) / 1000, ms: performance.now() - begun };
}

async function animated(bot: Fresh, options: Record<string, string>, withClip: boolean): Promise<Cost> {
  const files = {
    image: await handedIn(bot, image),
    ...(withClip ? { clip: await handedIn(bot, clip) } : {}),
  };
  return costOf(async () => {
    const call = { ...CHAT_EVENT, ...MEMBER, options, files };
    const made = await commands.animate.execute(call, bot.life.core);
    if (!made.ok) throw new Error(JSON.stringify(made.refusal));
    if (made.value.kind === 'offer') {
      const { code, quote } = made.value.offer;
      const yes = await bot.life.core.offers.confirm(call, code, quote.micros);
      if (!yes.ok) throw new Error(JSON.stringify(yes.refusal));
    }
    while (bot.remote.submits.length === 0) await bot.life.scheduler.runNext(Number.MAX_SAFE_INTEGER);
  });
}

async function keep(bot: Fresh): Promise<void> {
  const { savings } = bot.life.core.library;
  const looked = await savings.look(
    { ...MEMBER, id: 'discord:1' },
    'motion',
    await handedIn(bot, clip),
    'Shuffle',
  );
  if (!looked.ok) throw new Error(JSON.stringify(looked.refusal));
  await savings.choose(MEMBER, looked.value.code, {});
  await savings.save(MEMBER, looked.value.code, { scope: 'space' });
}

const median = (of: number[]): number => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
const byHand: Cost[] = [];
const byName: Cost[] = [];
for (let time = 0; time <= TIMES; time += 1) {
  const one = await animated(await fresh(`hand-${time}`), {}, true);
  const bot = await fresh(`name-${time}`);
  await keep(bot);
  const other = await animated(bot, { motion: 'shu' }, false);
  // The first ones load the models and warm the code up.
  if (time > 0) {
    byHand.push(one);
    byName.push(other);
  }
}
const row = (what: keyof Cost) => {
  const [hand, name] = [byHand, byName].map((costs) => median(costs.map((cost) => cost[what])));
  return { 'by hand': Math.round(hand ?? 0), 'as a motion': Math.round(name ?? 0), share: share(hand, name) };
};
const share = (hand = 1, name = 0): string => `${Math.round((100 * name) / hand)} %`;
console.table({ 'processor ms': row('processorMs'), 'ms from command to submit': row('ms') });

/** What goes to the simulated fal.ai for a cast of four of that clip, with copies shared or not. */
async function uploadsOfCast(isShared: boolean) {
  const sim = await startFal();
  const [clock, log] = [{ now: Date.now }, { debug() {}, info() {}, warn() {}, error() {} }];
  const copies = createProviderCopies({ kv: memoryKeyValueStore(), clock, neededMs: 0, log });
  const urls = { queueUrl: sim.url, restUrl: sim.url, apiUrl: sim.url };
  const pathOf = async ({ key }: { key: string }) => (key === 'image' ? image : clip);
  const fal = createFal({ key: sim.key, ...urls, pathOf, clock, log, ...(isShared ? { copies } : {}) });
  const inputs = {
    image: { key: 'image', mime: 'image/jpeg', bytes: (await stat(image)).size },
    clip: { key: 'clip', mime: 'video/mp4', bytes: (await stat(clip)).size, durationMs: 6_000 },
  };
  const { signal } = new AbortController();
  await Promise.all([1, 2, 3, 4].map(() => fal.upload(inputs, signal)));
  const all = [...sim.uploads.values()];
  const bytes = all.reduce((sum, one) => sum + one.bytes.length, 0);
  await fal.stop?.();
  await sim.close();
  return { files: all.length, kB: Math.round(bytes / 1000) };
}
console.table({ 'each its own': await uploadsOfCast(false), 'the clip once': await uploadsOfCast(true) });

const store = createStore(join(folder, 'store'), () => {});
const { life } = await fresh('names');
life.ctx.library = store.library;
life.ctx.ledger = store.ledger;
const items = manyMotions(200, { spaceId: MEMBER.requester.spaceId });
for (const item of items) await store.library.add(item, { shelf: 200, owner: 200 });
for (let at = 0; at < 10_000; at += 1) {
  const jobId = `bench:${at}`;
  await store.ledger.reserve({
    jobId,
    micros: 420_000,
    counters: [],
    limits: [],
    at,
    memberId: 'discord:7',
    spaceId: 'discord:10',
    provider: 'paid',
    seconds: 6,
    items: { motion: items[at % 200]?.id ?? '' },
  });
  await store.ledger.settle(jobId, { micros: 420_000, counts: true, provider: 'paid', at: at + 60_000 });
}
const offered: Record<string, object> = {};
for (const [what, typed] of [
  ['nothing typed', ''],
  ['three letters', 'mot'],
  ['one of them', 'motion 77'],
] as const) {
  const took: number[] = [];
  for (let time = 0; time < 30; time += 1) {
    const begun = performance.now();
    await life.core.library.list(MEMBER, { kind: 'motion', typed, most: 25 });
    took.push(performance.now() - begun);
  }
  offered[what] = {
    'median ms': Math.round(median(took) * 10) / 10,
    'worst ms': Math.round(Math.max(...took)),
  };
}
console.log('names offered of 200 motions, with 10,000 lines in the ledger');
console.table(offered);
console.log(`load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`);
await store.close();
await rm(folder, { recursive: true, force: true });
