import { afterAll, describe, expect, it } from 'vitest';
import { processes } from '../../src/doctor/processes.ts';
import { budget, database, jobs } from '../../src/doctor/records.ts';
import { findAll } from '../../src/doctor/run.ts';
import { createProcessTable } from '../../src/store/postgres-processes.ts';
import { freshFolder } from '../fakes/folder.ts';
import { freshSchema, postgresNeeded, postgresOfFile } from '../postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const CHATS = { TELEGRAM_BOT_TOKEN: '7000000001:AAsimulated-token_of-a-simulated-bot00' };

async function found(url: string, env: Record<string, string> = {}) {
  const all = { DATA_DIR: freshFolder(), STORE_URL: url, ...env };
  return (await findAll(all, { checks: [database, jobs, budget, processes] })).filter(
    ({ code }) => code !== 'stands-still',
  );
}

const process = (id: string, over: object = {}) => ({
  id,
  host: 'one',
  roles: ['page', 'worker', 'telegram'],
  holds: ['front:telegram'],
  version: '0.1.0',
  startedAt: 1,
  ...over,
});

describe('the doctor on PostgreSQL', postgresNeeded, () => {
  it('reads the records, and says that no process is there', async () => {
    await postgres.empty();
    const codes = (await found(await postgres.url())).map(({ code }) => code);
    expect(codes).toEqual(['processes-none', 'database', 'jobs-none', 'budget', 'budget']);
  });

  it('names what no process is there for, and a chat that none has taken', async () => {
    const table = createProcessTable(await postgres.empty());
    await table.say(process('a', { roles: ['page', 'telegram'], holds: [] }));
    await table.say(process('b', { roles: ['page'], holds: [], version: '0.2.0' }));
    const all = await found(await postgres.url(), CHATS);
    expect(all.filter(({ level }) => level !== 'ok')).toMatchObject([
      { code: 'role-missing', about: 'worker', nextStep: expect.stringContaining('ROLES') },
      { code: 'front-missing', about: 'telegram' },
      { code: 'versions-differ', what: expect.stringContaining('0.1.0, 0.2.0') },
    ]);
  });

  it('is content where somebody is there for everything', async () => {
    const table = createProcessTable(await postgres.empty());
    await table.say(process('a'));
    const all = await found(await postgres.url(), CHATS);
    expect(all.map(({ level }) => level)).not.toContain('broken');
    expect(all.map(({ what }) => what)).toContain('Processes that share the work: 1.');
  });

  it('makes nothing in a database that no bot has used yet', async () => {
    const { url, drop } = await freshSchema();
    expect((await found(url)).map(({ code }) => code)).toEqual(['database-new']);
    expect((await found(url)).map(({ code }) => code)).toEqual(['database-new']);
    await drop();
  });

  it('says where the database can’t be reached, without its password', async () => {
    const all = await found('postgres://strut:hidden-password@127.0.0.1:1/strut');
    expect(all).toMatchObject([{ code: 'database-away', nextStep: expect.stringContaining('STORE_URL') }]);
    expect(JSON.stringify(all)).not.toContain('hidden-password');
  });
});
