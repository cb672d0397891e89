import { afterAll, describe } from 'vitest';
import { createInbox } from '../../src/store/inbox.ts';
import { inboxContract } from '../contracts/inbox.ts';
import { memoryInbox } from '../fakes/inbox.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { bothDatabases } from './open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const clockOf = (time: { now: number }) => ({ now: () => time.now });

for (const { name, need, database } of bothDatabases(postgres))
  describe(`on ${name}`, need, () => {
    inboxContract('the inbox', async () => {
      const time = { now: 1_700_000_000_000 };
      const db = await database();
      return { time, open: () => createInbox(db, clockOf(time)) };
    });
  });

inboxContract('the inbox in memory', () => {
  const time = { now: 1_700_000_000_000 };
  const events = new Map();
  return { time, open: () => memoryInbox(clockOf(time), events) };
});
