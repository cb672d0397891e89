import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { CHATS } from '../../src/chat/catalog.ts';
import { AT_ONCE } from '../../src/core/limits/admission-queue.ts';
import type { LedgerLine } from '../../src/core/limits/ledger.ts';
import { countersOf, limitsOf } from '../../src/core/limits/quota.ts';
import { unnamedScope } from '../../src/rules.ts';
import { createAdmissionQueue } from '../../src/store/admission-queue.ts';
import type { Store } from '../../src/store/index.ts';
import { createLedger } from '../../src/store/ledger.ts';
import { createTraces } from '../../src/store/traces.ts';
import { freshFolder } from '../fakes/folder.ts';
import { jobIn } from '../fakes/jobs.ts';
import { settle } from '../fakes/settings.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { bothDatabases } from './open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const [sqlite] = bothDatabases(postgres);

const onDisk = (dataDir: string): string =>
  ['strut.sqlite', 'strut.sqlite-wal'].map((name) => readFileSync(join(dataDir, name), 'latin1')).join();

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 24 * 3_600_000;
const ME = 'telegram:77001122';
const UNNAMED = (scope: string): string => unnamedScope(scope, 'a key of this test');
const RULES = { operatorBudget: { day: 1e9, month: 1e9 }, timeZone: 'UTC', unnamed: UNNAMED };
const jobsADay = (max: number) =>
  settle(
    { limits: [{ who: { kind: 'everyone' }, period: 'day', unit: 'jobs', max }] },
    { limits: [], timeZone: 'UTC' },
  );
const SPACE = jobsADay(1);

function around<S extends Pick<Store, 'ledger' | 'traces'>>(store: S) {
  async function hold(
    jobId: string,
    { memberId = ME, spaceId = 'telegram:-100', at = NOW, rules = SPACE } = {},
  ) {
    const requester = { platform: 'telegram' as const, spaceId, memberId, target: {} };
    const counters = countersOf(requester, at, RULES, rules);
    const limits = limitsOf(requester, at, RULES, rules);
    return store.ledger.reserve({
      jobId,
      micros: 280_000,
      counters,
      limits,
      at,
      memberId,
      spaceId,
      provider: 'fal',
      seconds: 4,
    });
  }
  const bill = (jobId: string) =>
    store.ledger.settle(jobId, { micros: 280_000, counts: true, provider: 'fal', at: NOW });
  async function lines(): Promise<LedgerLine[]> {
    const all: LedgerLine[] = [];
    for await (const page of store.ledger.lines({ from: 0, to: NOW * 2 })) all.push(...page);
    return all;
  }
  return { store, hold, bill, lines };
}

for (const { name, need, store: open, database } of bothDatabases(postgres)) {
  describe(`the ledger in ${name}, when a member is forgotten`, need, () => {
    it('keeps the sums without the name, and without the message that the job was asked for in', async () => {
      const { store, hold, bill, lines } = around(await open());
      await hold('telegram-77001122-5', { spaceId: ME });
      await bill('telegram-77001122-5');
      await hold('telegram:other', { memberId: 'telegram:8' });
      await bill('telegram:other');
      await store.traces.forget(ME, UNNAMED);
      const kept = await lines();
      expect(kept).toHaveLength(2);
      expect(JSON.stringify(kept)).not.toContain('77001122');
      expect(kept.find(({ memberId }) => memberId === 'telegram:8')).toMatchObject({
        jobId: 'telegram:other',
      });
      expect(kept.reduce((sum, line) => sum + (line.state === 'settled' ? line.billMicros : 0), 0)).toBe(
        560_000,
      );
      const [space] = kept.flatMap(({ spaceId }) => (spaceId.startsWith('forgotten:') ? [spaceId] : []));
      expect(space).toMatch(/^forgotten:[0-9a-f]{12}$/);
    });

    it('gives another name each time, so that nothing ties the two together but the sums', async () => {
      const { store, hold, bill, lines } = around(await open());
      await hold('a');
      await bill('a');
      await store.traces.forget(ME, UNNAMED);
      await hold('b', { at: NOW + DAY_MS });
      await bill('b');
      await store.traces.forget(ME, UNNAMED);
      expect(new Set((await lines()).map(({ memberId }) => memberId)).size).toBe(2);
    });

    it('is no way around a limit: what stands against it today still does', async () => {
      const { store, hold, bill } = around(await open());
      await hold('a');
      await bill('a');
      await store.traces.forget(ME, UNNAMED);
      await store.traces.dropEnded(NOW);
      expect(await hold('b')).toMatchObject({ ok: false, leftJobs: 0 });
      expect(await hold('c', { at: NOW + DAY_MS })).toEqual({ ok: true });
    });

    it('leaves a price alone that is still held, so that its bill finds it', async () => {
      const { store, hold, bill, lines } = around(await open());
      await hold('a');
      await store.traces.forget(ME, UNNAMED);
      await bill('a');
      expect(await lines()).toMatchObject([{ jobId: 'a', state: 'settled' }]);
      await store.traces.forget(ME, UNNAMED);
      expect(JSON.stringify(await lines())).not.toContain(ME);
    });

    it('keeps what may still be billed on the operator’s list', async () => {
      const { store, hold } = around(await open());
      await hold('a');
      await store.ledger.suspend('a', 'operator');
      await store.traces.forget(ME, UNNAMED);
      expect(await store.ledger.suspended()).toMatchObject([{ state: 'suspended', heldMicros: 280_000 }]);
      expect(await store.ledger.totals({ scope: 'operator', window: 'day:2026-11-21' })).toMatchObject({
        heldMicros: 280_000,
      });
    });
  });

  describe(`the admission queue in ${name}, when a member is forgotten`, need, () => {
    it('does not say that they were ever served, nor that their own chat was, once their jobs are over', async () => {
      const db = await database();
      const traces = createTraces(db, CHATS);
      const queue = createAdmissionQueue(db, { limits: AT_ONCE, now: () => NOW, onAdmit: () => {} });
      const jobOf = (id: string, memberId: string, spaceId: string) => {
        const job = jobIn('created', { id });
        return { ...job, requester: { ...job.requester, platform: 'telegram', memberId, spaceId } };
      };
      await queue.enter(jobOf('a', ME, ME));
      await queue.enter(jobOf('b', ME, 'telegram:-100'));
      await queue.enter(jobOf('c', 'telegram:8', 'telegram:-100'));
      await queue.leave('a');
      await traces.forget(ME, UNNAMED);
      expect(await queue.ids('inside')).toEqual(['b', 'c']);
      await queue.leave('b');
      await traces.forget(ME, UNNAMED);
      const kept = [
        await db.all('SELECT space_id AS id FROM admission_spaces'),
        await db.all('SELECT member_id AS id FROM admission_members'),
      ];
      expect(kept).toEqual([[{ id: 'telegram:-100' }], [{ id: 'telegram:8' }]]);
    });
  });

  describe(`counters in ${name}`, need, () => {
    async function up() {
      const db = await database();
      const all = around({ ledger: createLedger(db), traces: createTraces(db, CHATS) });
      const names = async () => JSON.stringify(await db.all('SELECT scope FROM ledger_counters'));
      const settledJobs = async (scope: string) =>
        (await all.store.ledger.totals({ scope, window: 'day:2026-11-21' })).settledJobs;
      return { ...all, names, settledJobs };
    }

    it('say no more whose they are once that member is forgotten, and touch nobody else’s', async () => {
      const { store, hold, bill, names, settledJobs } = await up();
      await hold('a');
      await hold('b', { spaceId: ME });
      await hold('c', { memberId: 'telegram:8' });
      await hold('d', { memberId: `telegram:1${ME.slice(9)}`, spaceId: `${ME}0` });
      for (const id of ['a', 'b', 'c', 'd']) await bill(id);
      expect(await store.traces.forget(ME, UNNAMED)).toBe(true);
      expect((await names()).replaceAll(`${ME}0`, '')).not.toContain(ME);
      expect(await settledJobs('space:telegram:-100')).toBe(2);
      expect(await settledJobs('member:telegram:-100/telegram:8')).toBe(1);
      expect(await settledJobs(`space:${ME}0`)).toBe(1);
      expect(await store.traces.forget(ME, UNNAMED)).toBe(false);
    });

    it('add up over all the times that a member is forgotten in the same window, and with what they do after', async () => {
      const { store, hold, bill, settledJobs } = await up();
      const three = jobsADay(3);
      for (const id of ['a', 'b', 'c']) {
        expect(await hold(id, { rules: three })).toEqual({ ok: true });
        await bill(id);
        if (id !== 'b') await store.traces.forget(ME, UNNAMED);
      }
      expect(await settledJobs(UNNAMED(`member:telegram:-100/${ME}`))).toBe(3);
      expect(await hold('d', { rules: three })).toMatchObject({ ok: false, leftJobs: 0 });
      expect(await hold('e', { rules: three, memberId: 'telegram:8' })).toEqual({ ok: true });
    });

    it('keep what is still held under the name, for its bill, and count that as well', async () => {
      const { store, hold, bill, names, settledJobs } = await up();
      const two = jobsADay(2);
      await hold('a', { rules: two });
      await bill('a');
      await hold('b', { rules: two });
      await store.traces.forget(ME, UNNAMED);
      expect(await hold('c', { rules: two })).toMatchObject({ ok: false, leftJobs: 0 });
      await bill('b');
      expect(await settledJobs(`member:telegram:-100/${ME}`)).toBe(1);
      expect(await hold('c', { rules: two })).toMatchObject({ ok: false, leftJobs: 0 });
      await store.traces.forget(ME, UNNAMED);
      expect(await names()).not.toContain(ME);
      expect(await hold('c', { rules: two })).toMatchObject({ ok: false, leftJobs: 0 });
    });

    it('go once their window has ended everywhere, but for the operator’s and those with a price still held', async () => {
      const { store, hold, bill } = around(await open());
      await hold('a');
      await bill('a');
      await hold('b', { memberId: 'telegram:8' });
      const settledJobs = async (scope: string, window: string) =>
        (await store.ledger.totals({ scope, window })).settledJobs;
      const day = 'day:2026-11-21';
      await store.traces.dropEnded(NOW + DAY_MS);
      expect(await settledJobs(`member:telegram:-100/${ME}`, day)).toBe(1);
      await store.traces.dropEnded(NOW + 3 * DAY_MS);
      expect(await settledJobs(`member:telegram:-100/${ME}`, day)).toBe(0);
      expect(await settledJobs(`member:telegram:-100/${ME}`, 'month:2026-11')).toBe(1);
      expect(await settledJobs('operator', day)).toBe(1);
      await bill('b');
      expect(await settledJobs('member:telegram:-100/telegram:8', day)).toBe(1);
      await store.traces.dropEnded(NOW + 40 * DAY_MS);
      expect(await settledJobs(`member:telegram:-100/${ME}`, 'month:2026-11')).toBe(0);
    });
  });

  describe(`what the chats have noted in ${name}`, need, () => {
    it('goes where it names the member and has an end, and nobody else’s', async () => {
      const { store } = around(await open());
      const kv = store.keyv('telegram');
      const goes = [
        ['half:-100:0:77001122', { image: 'x' }],
        ['seen:-100:ada', 77001122],
        ['expect-next:77001122:0', { what: 'image' }],
      ] as const;
      const stays = [
        ['half:-100:0:770011223', {}],
        ['half:-77001122:0:5', {}],
        ['seen:-100:bob', 5],
      ] as const;
      for (const [key, value] of [...goes, ...stays]) await kv.set(key, value, 3_600_000);
      await kv.set('commands', 'hash of 77001122');
      await store.keyv('weather').set('77001122', {}, 3_600_000);
      expect(await store.traces.forget(ME, UNNAMED)).toBe(true);
      for (const [key] of goes) expect(await kv.get(key), key).toBeUndefined();
      for (const [key] of stays) expect(await kv.get(key), key).toBeDefined();
      expect(await store.traces.forget(ME, UNNAMED)).toBe(false);
      expect(await kv.get('commands')).toBeDefined();
      expect(await store.keyv('weather').get('77001122')).toBeDefined();
    });

    it('stays where it belongs to a job that is on record, as that may be under way', async () => {
      const { store } = around(await open());
      const kv = store.keyv('telegram');
      const job = jobIn('running', { id: 'telegram-77001122-5' });
      await store.jobs.save(job);
      const ref = { chatId: 77001122, messageId: 9 };
      // Its files are on their way.
      const wish = 'telegram-77001122-7';
      await kv.set(`status:${wish}`, ref, 3_600_000);
      await store.inbox.claim('telegram:wish', { kind: 'request', jobId: wish });
      for (const id of [job.id, 'telegram-77001122-6']) {
        await kv.set(`status:${id}`, ref, 3_600_000);
        await store.inbox.claim(`telegram-status:${id}`, {});
      }
      await store.traces.forget(ME, UNNAMED);
      // An offer that went with the member ends in no job that could be told of.
      expect((await store.inbox.pending('telegram-status:')).map(({ id }) => id)).toEqual([
        `telegram-status:${job.id}`,
      ]);
      for (const id of [job.id, wish]) expect(await kv.get(`status:${id}`)).toEqual(ref);
      expect(await kv.get('status:telegram-77001122-6')).toBeUndefined();
    });

    it('goes with a job whose chat is not there to forget it, and no other', async () => {
      const { store } = around(await open());
      const kv = store.keyv('discord');
      for (const id of ['discord:5', 'discord:55', 'discord:6']) {
        await kv.set(`bound:${id}`, { statusMessageId: '1' });
        await store.inbox.claim(`discord-status:${id}`, {});
      }
      await store.traces.forgetJob('discord:5');
      expect(await kv.get('bound:discord:5')).toBeUndefined();
      for (const id of ['discord:55', 'discord:6']) expect(await kv.get(`bound:${id}`)).toBeDefined();
      expect((await store.inbox.pending('discord-status:')).map(({ id }) => id)).toEqual([
        'discord-status:discord:55',
        'discord-status:discord:6',
      ]);
    });
  });
}

describe('what the chats have noted, in the file of SQLite', () => {
  async function onFile() {
    const dataDir = freshFolder();
    return { store: await sqlite.store(dataDir), dataDir };
  }

  it('is written over another time where somebody else reads the database just now', async () => {
    const { store, dataDir } = await onFile();
    await store.keyv('telegram').set('half:1:0:77001122', { text: 'a prompt of mine' }, 3_600_000);
    const other = new DatabaseSync(join(dataDir, 'strut.sqlite'), { readOnly: true });
    other.exec('BEGIN');
    other.prepare('SELECT count(*) FROM keyv').get();
    await store.traces.forget(ME, UNNAMED);
    await store.traces.overwrite();
    expect(onDisk(dataDir)).toContain('a prompt of mine');
    other.close();
    await store.traces.overwrite();
    expect(onDisk(dataDir)).not.toContain('a prompt of mine');
    // Writes still wait for others.
    await store.ping();
  });

  it('goes once its time is over, also where nothing new is noted', async () => {
    const { store, dataDir } = await onFile();
    await store.keyv('telegram').set('half:1:0:77001122', { text: 'a prompt of mine' }, 1);
    await store.traces.dropEnded(Date.now() + 1_000);
    await store.traces.overwrite();
    expect(onDisk(dataDir)).not.toContain('a prompt of mine');
  });

  it('is not to be read in the database afterwards, nor in the log beside it, while the bot goes on', async () => {
    const { store, dataDir } = await onFile();
    await store.keyv('telegram').set('half:1:0:77001122', { text: 'a prompt of mine' }, 3_600_000);
    expect(onDisk(dataDir)).toContain('a prompt of mine');
    await store.traces.forget(ME, UNNAMED);
    await store.traces.overwrite();
    expect(onDisk(dataDir)).toContain('lines_by_member');
    expect(onDisk(dataDir)).not.toContain('a prompt of mine');
  });
});
