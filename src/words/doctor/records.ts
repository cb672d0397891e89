/** Of the records: the database, jobs, money. */
import type { Table } from './table.ts';

export const RECORDS = {
  database: { level: 'ok', what: 'The database is whole: shape {version}, {size}.' },
  'database-in-use': { level: 'ok', what: 'The database is in use; it was whole when the bot opened it.' },
  'database-new': { level: 'ok', what: 'There is no database yet; the first start makes it.' },
  'database-damaged': {
    level: 'broken',
    what: 'The database is damaged.',
    why: 'Jobs under way and the book of what was spent are in there; Strut does not start on it.',
    next: 'Stop Strut, put the newest copy in its place, or repair it (sqlite3 strut.sqlite .recover). Keep the damaged file until it works.',
  },
  'database-newer': {
    level: 'broken',
    what: 'The database has shape {version}; this version of Strut knows up to {known}.',
    why: 'It was written by a later version, which this one could only damage.',
    next: 'Start that later version, or put back a copy of the database from before its update.',
  },
  'database-older': {
    level: 'warning',
    what: 'The database has shape {version}; this version of Strut brings it to {known} at its start.',
    why: 'An older version can’t read it afterwards. Until then, what is in it can’t be looked at here.',
    next: 'Start Strut once with this version.',
  },
  'database-away': {
    level: 'broken',
    what: 'The database can’t be reached: {problem}',
    why: 'Every job is written there first: without it Strut does nothing.',
    next: 'See that PostgreSQL runs and lets this machine in, and that STORE_URL is right.',
  },
  'database-moved': {
    level: 'broken',
    what: 'The records in DATA_DIR were moved to PostgreSQL.',
    why: 'Two bots on the same jobs would each send them, so Strut does not start on the old ones.',
    next: 'Set STORE_URL in .env to that database.',
  },
  'database-unreadable': {
    level: 'broken',
    what: 'The database can’t be read: {problem}',
    why: 'Strut does not start without it.',
    next: 'See that the user that runs Strut owns strut.sqlite in DATA_DIR, and that no other program holds it.',
  },
  'jobs-open': { level: 'ok', what: 'Jobs under way: {open}, the oldest for {age}.' },
  'jobs-none': { level: 'ok', what: 'No job is under way.' },
  'jobs-old': {
    level: 'warning',
    what: 'Job {codes} has been under way for {age}, longer than JOB_DEADLINE_MINUTES.',
    why: 'Its member waits, and its price is held against your budget.',
    next: 'Where the bot is stopped, start it: it takes up what is open. Where it runs, look for that code in the log.',
  },
  'jobs-unknown': {
    level: 'warning',
    what: 'Jobs of which nobody knows whether the provider took them: {count} ({codes}).',
    why: 'They are never sent again, as they would be paid twice; their price stays held until news comes or their time is over.',
    next: 'Nothing to do, unless there are ever more of them: then look at the provider’s own list of requests, and at your network.',
  },
  'jobs-undelivered': {
    level: 'warning',
    what: 'Finished videos that could not be delivered: {count} ({codes}).',
    why: 'They are paid for, and their members wait.',
    next: 'See that the bot may write and attach files where they were asked for. Members get them with /jobs; on the page, open a job by its code.',
  },
  'jobs-unreadable': {
    level: 'warning',
    what: 'Records of jobs that can’t be read: {count}.',
    why: 'These jobs go no further; all others do.',
    next: 'Look for “cannot be read” in the log. If you have gone back to an older version, go on with the newer one.',
  },
  'holds-stray': {
    level: 'warning',
    what: 'Prices that are held for jobs that do not exist: {count}.',
    why: 'A crash has left them: so much less can be spent until they are freed.',
    next: 'Start the bot, which frees them within minutes. If they stay while it runs, look at the log.',
  },
  budget: { level: 'ok', what: 'Of the budget, {spent} of {max} are used {period}.' },
  'budget-low': {
    level: 'warning',
    what: 'Of the budget, {spent} of {max} are used {period}.',
    why: 'Once it is used up, every paid job is refused until {until}.',
    next: 'Raise {setting} in .env and restart, or wait.',
  },
  'budget-spent': {
    level: 'warning',
    what: 'The budget is used up {period}: {spent} of {max}.',
    why: 'Every paid job is refused until {until}.',
    next: 'Raise {setting} in .env and restart, or wait.',
  },
  suspense: {
    level: 'warning',
    what: 'Jobs that ended without a bill that anybody knows: {count}; {sum} stays held for them.',
    why: 'That much of your budget can’t be used.',
    next: 'Compare with the provider’s own bill: the page lists them under Usage, Suspense.',
  },
  lesson: {
    level: 'ok',
    what: 'The coach has said “{finding}” of {jobs} jobs; {spoiled} of them were refused or came out short.',
  },
} as const satisfies Table;
