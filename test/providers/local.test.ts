import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inputs, RenderRequest } from '../../src/core/job/job.ts';
import { createLocalProvider } from '../../src/providers/local/index.ts';
import type { RunDraft } from '../../src/providers/local/renders.ts';

type Call = {
  args: Parameters<RunDraft>[1];
  options: Parameters<RunDraft>[2];
  finish(): Promise<void>;
  answer(result: Awaited<ReturnType<RunDraft>>): void;
  crash(error?: Error): void;
};

const request: RenderRequest = { quality: 'draft', orientation: 'video', sound: true, clipSeconds: 4 };
const inputs: Inputs = {
  image: { key: 'image', bytes: 1, mime: 'image/png' },
  clip: { key: 'clip', bytes: 1, mime: 'video/mp4', durationMs: 4000 },
};
const never = new AbortController().signal;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'strut-local-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** A provider over a `run` whose ends are in the test's hands. */
function setUp(servesAll = false, rendersHere = () => true) {
  const calls: Call[] = [];
  const waiting: (() => void)[] = [];
  const run: RunDraft = (_name, args, options) => {
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<RunDraft>>>();
    options.signal.addEventListener('abort', () => reject(options.signal.reason));
    calls.push({
      args,
      options,
      answer: resolve,
      async finish() {
        await writeFile(args.toPath, 'a video');
        resolve({ ok: true });
      },
      crash: (error = new Error('the child died')) => reject(error),
    });
    for (const tell of waiting.splice(0)) tell();
    return promise;
  };
  const warnings: string[] = [];
  const news: string[] = [];
  const provider = createLocalProvider({
    run,
    files: { path: async (file) => `/files/${file.key}` },
    dataDir,
    servesAll,
    log: { warn: (_facts, message) => warnings.push(message) },
    rendersHere,
    onNews: (jobId) => news.push(jobId),
  });
  const call = async (index: number): Promise<Call> => {
    for (;;) {
      const found = calls[index];
      if (found) return found;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  const submit = async (jobId = 'web:1') => {
    const outcome = await provider.submit(jobId, request, await provider.upload(inputs, never), never);
    if (outcome.kind !== 'accepted') throw new Error(`submit came to ${outcome.kind}`);
    return outcome.operation;
  };
  return { provider, calls, call, submit, warnings, news };
}

describe('the local provider', () => {
  it('quotes nothing for a draft, and says that it is one', async () => {
    const { provider } = setUp();
    expect(await provider.quote(request)).toEqual({ micros: 0, notes: ['draft'] });
  });

  it('leaves the better qualities to others unless it is alone', async () => {
    expect(await setUp().provider.quote({ ...request, quality: 'standard' })).toBeUndefined();
    const alone = setUp(true).provider;
    expect(alone.capabilities.offers.map(({ quality }) => quality)).toEqual(['draft', 'standard', 'pro']);
    expect(await alone.quote({ ...request, quality: 'pro' })).toEqual({ micros: 0, notes: ['draft'] });
  });

  it('renders nothing where another process does, until it is its turn, and nothing any more once it is not', async () => {
    let isHere = false;
    const { provider, calls, call, submit } = setUp(false, () => isHere);
    const operation = await submit();
    expect(await provider.status(operation, never)).toEqual({ state: 'running' });
    expect(calls).toEqual([]);
    isHere = true;
    await provider.status(operation, never);
    const { signal } = (await call(0)).options;
    isHere = false;
    await provider.drop();
    expect(signal.aborted).toBe(true);
    expect(await provider.status(operation, never)).toEqual({ state: 'running' });
    expect(calls).toHaveLength(1);
  });

  it('notes of a job nothing that depends on where the data folder lies', async () => {
    const { submit } = setUp();
    expect(await submit()).toEqual({
      jobId: 'web:1',
      image: 'image',
      clip: 'clip',
      sound: true,
      orientation: 'video',
    });
  });

  it('goes on with a job that was noted with whole paths, in a data folder that has moved', async () => {
    const { provider, call, submit } = setUp();
    const operation = { ...(await submit('web:2')), jobId: 'web:1' };
    const old = { ...operation, image: '/old/files/im/image', clip: '/old/files/cl/clip' };
    await provider.status(old, never);
    const { args } = await call(1);
    expect([args.imagePath, args.clipPath]).toEqual(['/files/image', '/files/clip']);
  });

  it.each([
    ['the machine can not render it at all', 'TooHeavy'],
    ['it hung', 'TaskStalled'],
  ])('says that it took too long where %s, and does not try again', async (_, name) => {
    const { provider, calls, call, submit } = setUp();
    const operation = await submit();
    (await call(0)).crash(Object.assign(new Error('600001 ms of processor'), { name }));
    await expect
      .poll(() => provider.status(operation, never))
      .toEqual({ state: 'failed', failure: 'timed-out', costMicros: 0 });
    expect(calls).toHaveLength(1);
  });

  it('follows a render from the queue to the finished file', async () => {
    const { provider, call, submit } = setUp();
    const operation = await submit();
    const { args, options, finish } = await call(0);
    expect(args).toMatchObject({
      imagePath: '/files/image',
      clipPath: '/files/clip',
      sound: true,
      orientation: 'video',
    });
    options.onQueue(2);
    expect(await provider.status(operation, never)).toEqual({ state: 'queued', position: 2 });
    options.onQueue(0);
    options.onProgress(0.4);
    expect(await provider.status(operation, never)).toEqual({ state: 'running', progress: 0.4 });
    await finish();
    await expect
      .poll(() => provider.status(operation, never))
      .toEqual({ state: 'completed', result: { kind: 'file', path: args.toPath }, costMicros: 0 });
  });

  it('tells at once that a render begins, moves on and ends, and of progress now and then', async () => {
    const { provider, call, submit, news } = setUp();
    const operation = await submit();
    const { options, finish } = await call(0);
    for (const position of [2, 1, 0]) options.onQueue(position);
    expect(news).toHaveLength(3);
    for (let share = 0; share < 1; share += 0.01) options.onProgress(share);
    expect(news.length).toBeLessThan(10);
    const before = news.length;
    await finish();
    await expect.poll(() => provider.status(operation, never)).toMatchObject({ state: 'completed' });
    expect(news.slice(before)).toEqual(['web:1']);
  });

  it('has an operation that survives being written as JSON', async () => {
    const { submit } = setUp();
    const operation = await submit();
    expect(JSON.parse(JSON.stringify(operation))).toEqual(operation);
  });

  it('renders a job once, however often it is submitted and found', async () => {
    const { provider, calls, call, submit } = setUp();
    const first = await submit();
    await call(0);
    expect(await submit()).toEqual(first);
    expect(await provider.find?.('web:1', request, await provider.upload(inputs, never))).toEqual(first);
    expect(calls).toHaveLength(1);
  });

  it.each(['no-person-in-image', 'no-person-in-clip'] as const)('says %s, at no cost', async (code) => {
    const { provider, call, submit } = setUp();
    const operation = await submit();
    (await call(0)).answer({ ok: false, code });
    await expect
      .poll(() => provider.status(operation, never))
      .toEqual({ state: 'failed', failure: code, costMicros: 0 });
  });

  it('tries a crashed render once more', async () => {
    const { provider, call, submit, warnings } = setUp();
    const operation = await submit();
    (await call(0)).crash();
    await (await call(1)).finish();
    await expect.poll(async () => (await provider.status(operation, never)).state).toBe('completed');
    expect(warnings).toHaveLength(1);
  });

  it('gives up after the second crash', async () => {
    const { provider, calls, call, submit } = setUp();
    const operation = await submit();
    (await call(0)).crash();
    (await call(1)).crash();
    await expect
      .poll(() => provider.status(operation, never))
      .toEqual({ state: 'failed', failure: 'provider-down', costMicros: 0 });
    expect(calls).toHaveLength(2);
  });

  it('cancels a render that is under way, and does not try it again', async () => {
    const { provider, calls, call, submit } = setUp();
    const operation = await submit();
    const { options } = await call(0);
    expect(await provider.cancel(operation, never)).toBe('cancelled');
    expect(options.signal.aborted).toBe(true);
    expect(await provider.status(operation, never)).toEqual({ state: 'cancelled', costMicros: 0 });
    await provider.stop();
    expect(calls).toHaveLength(1);
  });

  it('is too late to cancel a finished render, in this process and the next', async () => {
    const { provider, call, submit } = setUp();
    const operation = await submit();
    await (await call(0)).finish();
    await expect.poll(() => provider.cancel(operation, never)).toBe('too-late');
    expect(await setUp().provider.cancel(operation, never)).toBe('too-late');
  });

  it('finds a render that was finished before a restart', async () => {
    const before = setUp();
    const operation = await before.submit();
    const { args, finish } = await before.call(0);
    await finish();
    const after = setUp();
    expect(await after.provider.status(operation, never)).toEqual({
      state: 'completed',
      result: { kind: 'file', path: args.toPath },
      costMicros: 0,
    });
    expect(after.calls).toHaveLength(0);
  });

  it('begins anew, from the saved inputs, what a restart cut off', async () => {
    const before = setUp();
    const operation = await before.submit();
    const first = await before.call(0);
    await before.provider.stop();
    expect(first.options.signal.aborted).toBe(true);
    expect((await before.provider.status(operation, never)).state).toBe('queued');
    const after = setUp();
    expect((await after.provider.status(operation, never)).state).toBe('queued');
    expect((await after.call(0)).args).toEqual(first.args);
  });

  it('writes under a name of its own making, whatever the job is called', async () => {
    const { call, submit } = setUp();
    await submit('../../etc/passwd');
    await submit('web:2');
    const paths = [(await call(0)).args.toPath, (await call(1)).args.toPath];
    expect(new Set(paths).size).toBe(2);
    for (const path of paths) expect(path).toMatch(/[/\\]drafts[/\\][0-9a-f]{32}\.mp4$/);
  });

  it('leaves no half-written file behind', async () => {
    const { provider, call, submit } = setUp();
    const operation = await submit();
    const { args } = await call(0);
    await writeFile(`${args.toPath}.part`, 'half');
    await provider.cancel(operation, never);
    await provider.stop();
    expect(await readdir(join(dataDir, 'drafts'))).toEqual([]);
  });

  it('lets go of a draft when it is told to, also of one that another process made or that is under way', async () => {
    const { provider, call, submit } = setUp();
    const left = () => readdir(join(dataDir, 'drafts'));
    await submit('web:1');
    await (await call(0)).finish();
    await submit('web:2');
    await (await call(1)).finish();
    expect(await left()).toHaveLength(2);
    await provider.release?.('web:1', inputs);
    expect(await left()).toHaveLength(1);
    const other = setUp();
    await other.provider.release?.('web:2', inputs);
    await other.provider.release?.('web:2', inputs);
    expect(await left()).toEqual([]);
    await submit('web:3');
    const under = await call(2);
    await provider.release?.('web:3', inputs);
    expect(under.options.signal.aborted).toBe(true);
    expect(await left()).toEqual([]);
  });

  it('removes what a crash left behind a day ago, also where no draft is made any more', async () => {
    const folder = join(dataDir, 'drafts');
    await mkdir(folder);
    for (const [name, hours] of [
      ['old.mp4', 25],
      ['new.mp4', 1],
    ] as const) {
      await writeFile(join(folder, name), 'a video');
      const at = Date.now() / 1000 - hours * 3600;
      await utimes(join(folder, name), at, at);
    }
    setUp();
    await expect.poll(() => readdir(folder)).toEqual(['new.mp4']);
  });
});
