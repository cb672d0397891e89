import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { REST } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { namedByWaiting } from '../../src/chat/discord/inbound/waiting.ts';
import { createLimits } from '../../src/chat/discord/outbound/limits.ts';
import { createServers } from '../../src/chat/discord/servers.ts';
import type { DiscordTarget } from '../../src/chat/discord/target.ts';
import { namedByOffers } from '../../src/core/intake/offer-store.ts';
import type { LedgerLine } from '../../src/core/limits/ledger.ts';
import { createInbox } from '../../src/store/inbox.ts';
import { createJobStore } from '../../src/store/jobs.ts';
import { keyValueStoreOn } from '../../src/store/keyv-sql.ts';
import { createLedger } from '../../src/store/ledger.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { aHold, SPACE_DAY } from '../contracts/ledger.ts';
import { freshFolder } from '../fakes/folder.ts';
import { jobIn } from '../fakes/jobs.ts';
import { freshDatabase } from './open.ts';

const never = (error: Error) => {
  throw error;
};

/** A database as the first version left it, with these records in it as they lay on disk. */
function ofVersionOne(jobs: { id: string }[]): string {
  const dataDir = freshFolder();
  const db = new DatabaseSync(join(dataDir, 'strut.sqlite'));
  db.exec(MIGRATIONS[0] ?? '');
  db.exec('PRAGMA user_version = 1');
  const insert = db.prepare('INSERT INTO keyv (key, value) VALUES (?, ?)');
  for (const job of jobs) insert.run(`jobs:${job.id}`, JSON.stringify({ value: job }));
  insert.run('history:x', JSON.stringify({ value: 'no job' }));
  db.close();
  return dataDir;
}

describe('a database of the first version', () => {
  it('is brought to the present shape with all its jobs, found in every new way', async () => {
    const done = jobIn('delivered', { id: 'web:done', createdAt: 1 });
    const open = jobIn('queued', { id: 'web:open', createdAt: 2 });
    const store = createJobStore(freshDatabase(ofVersionOne([done, open])), never);
    expect(await store.get('web:done')).toStrictEqual(done);
    expect(await store.ofMember('web:me', 9)).toStrictEqual([open, done]);
    expect(await store.byCode(open.code)).toStrictEqual([open]);
    for (const { key } of [done.inputs.image, done.inputs.clip, done.video])
      expect(await store.uses(key)).toBe(true);
    const stillOpen: string[] = [];
    for await (const job of store.open()) stillOpen.push(job.id);
    expect(stillOpen).toEqual(['web:open']);
  });

  it('has jobs without a record of deliveries, which are taken up all the same', async () => {
    const { rungs: _none, ...old } = jobIn('completed');
    const store = createJobStore(freshDatabase(ofVersionOne([old])), never);
    const ids: string[] = [];
    for await (const job of store.open()) ids.push(job.id);
    expect(ids).toEqual([old.id]);
    expect(await store.get(old.id)).toStrictEqual({ ...old, rungs: [] });
  });

  it('takes new records of every kind afterwards, and is migrated once', async () => {
    const dataDir = ofVersionOne([]);
    const db = freshDatabase(dataDir);
    expect(await createInbox(db, { now: () => 1 }).claim('x', 1)).toBe(true);
    await createJobStore(db, never).save(jobIn('queued'));
    await createLedger(db).reserve(aHold());
    const again = freshDatabase(dataDir);
    expect(await again.all('PRAGMA user_version')).toEqual([{ user_version: MIGRATIONS.length }]);
    expect(await createInbox(again, { now: () => 1 }).claim('x', 1)).toBe(false);
    expect(await createLedger(again).totals(SPACE_DAY)).toMatchObject({ heldJobs: 1 });
  });
});

describe('a book of the first version', () => {
  it('has lines that say nothing of seconds, beside new ones that do', async () => {
    const dataDir = ofVersionOne([]);
    const old = new DatabaseSync(join(dataDir, 'strut.sqlite'));
    old.exec(`INSERT INTO ledger_lines (job_id, state, held_micros, counters, provider, member_id, space_id, held_at)
              VALUES ('web:0', 'held', 5, '[]', 'fal', 'm', '1', 1)`);
    old.close();
    const ledger = createLedger(freshDatabase(dataDir));
    await ledger.reserve(aHold());
    const lines: LedgerLine[] = [];
    for await (const page of ledger.lines({ from: 0, to: 9999 })) lines.push(...page);
    expect(lines.map(({ jobId, seconds }) => [jobId, seconds])).toEqual([
      ['web:0', undefined],
      ['web:1', 4],
    ]);
  });
});

describe('the lists that lay under one key each', () => {
  const OLD = {
    'discord:waiting': [
      { id: 'form:7', keys: ['picture.png'], until: 9e12, userId: '12' },
      { id: '8', keys: ['dance.mp4'], until: 9e12 },
    ],
    'offers:open': [{ id: 'discord-1', expiresAt: 9e12, keys: ['a.png', 'b.mp4'] }],
    'discord:tiers': { 4: { tier: 2, locale: 'de', at: 5 } },
    'discord:limits': { 'channel:4': { bytes: 20_000_000, until: 9e12 }, dm: { bytes: 9, until: 1 } },
  };
  const clock = { now: () => 6 };

  /** A database as the last version before left it. */
  function ofVersionFive() {
    const dataDir = freshFolder();
    const db = new DatabaseSync(join(dataDir, 'strut.sqlite'));
    for (const step of MIGRATIONS.slice(0, 5)) db.exec(step);
    db.exec('PRAGMA user_version = 5');
    const insert = db.prepare('INSERT INTO keyv (key, value) VALUES (?, ?)');
    for (const [key, value] of Object.entries(OLD)) insert.run(key, JSON.stringify({ value }));
    db.close();
    return freshDatabase(dataDir);
  }

  it('are read by those who write each entry alone now, and lie there no more', async () => {
    const db = ofVersionFive();
    const [discord, offers] = [keyValueStoreOn(db, 'discord'), keyValueStoreOn(db, 'offers')];
    for (const key of ['picture.png', 'dance.mp4']) expect(await namedByWaiting(discord)(key)).toBe(true);
    expect(await discord.get('waiting:form:7')).toEqual(OLD['discord:waiting'][0]);
    for (const key of ['a.png', 'b.mp4']) expect(await namedByOffers(offers)(key)).toBe(true);
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const servers = createServers({ rest: new REST(), kv: discord, clock, log: silent });
    await servers.load();
    expect([servers.tierOf('4'), servers.localeOf('4')]).toEqual([2, 'de']);
    const limits = createLimits({ kv: discord, clock, tierOf: servers.tierOf });
    await limits.load();
    expect(limits.of('channel', { guildId: '4' } as DiscordTarget)).toBe(20_000_000);
    expect(await discord.get('limit:dm')).toBeUndefined();
    for (const key of Object.keys(OLD)) {
      const [namespace = '', name = ''] = key.split(':');
      expect(await keyValueStoreOn(db, namespace).get(name)).toBeUndefined();
    }
  });

  it('may be missing', () => {
    expect(() => freshDatabase(ofVersionOne([]))).not.toThrow();
  });
});
