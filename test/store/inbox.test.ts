import { createInbox } from '../../src/store/inbox.ts';
import { inboxContract } from '../contracts/inbox.ts';
import { memoryInbox } from '../fakes/inbox.ts';
import { freshDatabase } from './open.ts';

const clockOf = (time: { now: number }) => ({ now: () => time.now });

inboxContract('the inbox on SQLite', () => {
  const time = { now: 1_700_000_000_000 };
  const db = freshDatabase();
  return { time, open: () => createInbox(db, clockOf(time)) };
});

inboxContract('the inbox in memory', () => {
  const time = { now: 1_700_000_000_000 };
  const events = new Map();
  return { time, open: () => memoryInbox(clockOf(time), events) };
});
