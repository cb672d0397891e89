/** The rows behind the admission queue: each job's, and what is counted of its space and of its member there. */
import { z } from 'zod';
import type { AdmissionLimits } from '../core/limits/admission-queue.ts';
import type { Statements } from './sql.ts';

/** Whoever was let in so many admissions ago, and has nothing in the queue since, counts as never served. */
const KEPT_TURNS = 10_000;

const STANDING = 'SELECT inside_at AS at FROM admissions WHERE job_id = ?';
const ADD = 'INSERT INTO admissions (job_id, space_id, member_id, since, inside_at) VALUES (?, ?, ?, ?, ?)';
const LET_IN = 'UPDATE admissions SET inside_at = ? WHERE job_id = ?';
const REMOVE = `DELETE FROM admissions WHERE job_id = ?
  RETURNING space_id AS "spaceId", member_id AS "memberId", inside_at AS at`;

/** What moves is added to what is counted; `since` is that of the first one who waits. */
const counted = (table: string): string =>
  `inside = ${table}.inside + excluded.inside, waiting = ${table}.waiting + excluded.waiting,
   turn = CASE WHEN excluded.turn > 0 THEN excluded.turn ELSE ${table}.turn END,
   since = CASE WHEN excluded.waiting > 0 AND (${table}.waiting = 0 OR excluded.since < ${table}.since)
     THEN excluded.since ELSE ${table}.since END`;
const COUNT_SPACE = `INSERT INTO admission_spaces (space_id, own, inside, waiting, turn, since)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (space_id) DO UPDATE SET ${counted('admission_spaces')}`;
const COUNT_MEMBER = `INSERT INTO admission_members (space_id, member_id, inside, waiting, turn, since)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (space_id, member_id) DO UPDATE SET ${counted('admission_members')}`;
/** After one who waited has gone, who may have been the first. */
const SINCE_OF_MEMBER = `UPDATE admission_members SET since = COALESCE((SELECT MIN(a.since) FROM admissions AS a
    WHERE a.space_id = admission_members.space_id AND a.member_id = admission_members.member_id
      AND a.inside_at IS NULL), 0)
  WHERE space_id = ? AND member_id = ?`;
const SINCE_OF_SPACE = `UPDATE admission_spaces SET since = COALESCE((SELECT MIN(m.since) FROM admission_members AS m
    WHERE m.space_id = admission_spaces.space_id AND m.waiting > 0), 0)
  WHERE space_id = ?`;

const LAST_TURN = '(SELECT COALESCE(MAX(turn), 0) FROM admission_spaces)';
const ROOM = `SELECT (SELECT COUNT(*) FROM admissions WHERE job_id = ?) AS known,
    (SELECT inside_at FROM admissions WHERE job_id = ?) AS at,
    (SELECT COUNT(*) FROM admissions WHERE inside_at IS NOT NULL) AS overall,
    COALESCE((SELECT inside FROM admission_spaces WHERE space_id = ?), 0) AS "inSpace",
    COALESCE((SELECT inside FROM admission_members WHERE space_id = ? AND member_id = ?), 0) AS "ofMember",
    (SELECT COUNT(*) FROM (SELECT 1 FROM admission_spaces WHERE waiting > 0 LIMIT 1) AS one) AS waiting,
    ${LAST_TURN} AS turn`;

/** Of the turn, which always is, only so that the database reads the index of those who wait, and not the whole space. */
const WAITING_IN_SPACE = (member: string): string => `${member}.waiting > 0 AND ${member}.turn >= 0`;
const FITTING = (member: string): string =>
  `FROM admission_members AS ${member} WHERE ${member}.space_id = s.space_id AND ${WAITING_IN_SPACE(member)}
     AND (s.own = 1 OR ${member}.inside < ?)`;
/** The space served longest ago that has a member with room, and of those the member served longest ago. */
const NEXT = `SELECT s.space_id AS "spaceId",
    (SELECT m.member_id ${FITTING('m')} ORDER BY m.turn, m.since, m.member_id LIMIT 1) AS "memberId"
  FROM admission_spaces AS s
  WHERE s.waiting > 0 AND (s.own = 1 OR s.inside < ?) AND EXISTS (SELECT 1 ${FITTING('f')})
  ORDER BY s.turn, s.since, s.space_id LIMIT 1`;
const HEAD = `SELECT job_id AS id, since FROM admissions
  WHERE space_id = ? AND member_id = ? AND inside_at IS NULL ORDER BY since, job_id LIMIT 1`;

/** How many come before one at `round` of its own list, where one of each is taken in turns. */
const ahead = (table: string, key: string, which: string): string =>
  `SELECT CAST(COALESCE(SUM(CASE WHEN waiting < rounds THEN waiting ELSE rounds END), 0) AS BIGINT) AS count FROM (
     SELECT waiting, CAST(? AS BIGINT) + CASE WHEN (turn, since, ${key}) < (?, ?, ?) THEN 1 ELSE 0 END AS rounds
     FROM ${table} AS one WHERE ${which}) AS others`;
const BEFORE_IN_SPACE = ahead(
  'admission_members',
  'member_id',
  `${WAITING_IN_SPACE('one')} AND space_id = ?`,
);
const BEFORE = ahead('admission_spaces', 'space_id', 'waiting > 0');
const WAITER = `SELECT a.space_id AS "spaceId", a.member_id AS "memberId", a.since,
    m.turn AS "memberTurn", m.since AS "memberSince", s.turn AS "spaceTurn", s.since AS "spaceSince"
  FROM admissions AS a
  JOIN admission_members AS m ON m.space_id = a.space_id AND m.member_id = a.member_id
  JOIN admission_spaces AS s ON s.space_id = a.space_id
  WHERE a.job_id = ? AND a.inside_at IS NULL`;
const ROUND = `SELECT COUNT(*) AS count FROM admissions
  WHERE space_id = ? AND member_id = ? AND inside_at IS NULL AND (since, job_id) < (?, ?)`;

const idle = (table: string): string => `DELETE FROM ${table} WHERE waiting = 0 AND inside = 0 AND turn < ?`;
const FORGET_SPACES = idle('admission_spaces');
const FORGET_MEMBERS = idle('admission_members');
const ANYBODY = `SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM admissions LIMIT 1) AS one) AS count,
  ${LAST_TURN} AS turn`;
const INSIDE = 'SELECT job_id AS id FROM admissions WHERE inside_at IS NOT NULL ORDER BY inside_at, job_id';
const ALL = 'SELECT job_id AS id FROM admissions ORDER BY job_id';

/** A test asks the database by which index it goes about each. */
export const ADMISSIONS = {
  NEXT,
  HEAD,
  INSIDE,
  BEFORE,
  BEFORE_IN_SPACE,
  ROUND,
  FORGET_SPACES,
  FORGET_MEMBERS,
};

export type Owner = { spaceId: string; memberId: string };
type Waiter = Owner & { id: string; since: number };

const owner = { spaceId: z.string(), memberId: z.string() };
const standingRow = z.object({ at: z.int().nullable() });
const removedRow = z.object({ ...owner, at: z.int().nullable() });
const roomRow = z.object({
  known: z.int().transform((rows) => rows > 0),
  at: z.int().nullable(),
  overall: z.int(),
  inSpace: z.int(),
  ofMember: z.int(),
  waiting: z.int(),
  turn: z.int(),
});
const nextRow = z.object(owner);
const headRow = z.object({ id: z.string(), since: z.int() });
const waiterRow = z.object({
  ...owner,
  since: z.int(),
  memberTurn: z.int(),
  memberSince: z.int(),
  spaceTurn: z.int(),
  spaceSince: z.int(),
});
const countRow = z.object({ count: z.int() });
const anybodyRow = z.object({ count: z.int(), turn: z.int() });
const idRow = z.object({ id: z.string() });

/** How a job stands: whether it is in the queue, since when inside, and how many others are beside it. */
export type Room = z.infer<typeof roomRow>;

/** Undefined for one who is not in it, `at` null for one who waits. */
export async function standingOf(on: Statements, id: string): Promise<{ at: number | null } | undefined> {
  const [row] = await on.all(STANDING, id);
  return row === undefined ? undefined : standingRow.parse(row);
}

export async function roomFor(
  on: Statements,
  { id, spaceId, memberId }: Owner & { id: string },
): Promise<Room> {
  return roomRow.parse((await on.all(ROOM, id, id, spaceId, spaceId, memberId))[0]);
}

type Change = { inside?: number; waiting?: number; turn?: number; since?: number; own?: boolean };

async function count(tx: Statements, { spaceId, memberId }: Owner, change: Change): Promise<void> {
  const { inside = 0, waiting = 0, turn = 0, since = 0, own = false } = change;
  await tx.run(COUNT_SPACE, spaceId, own ? 1 : 0, inside, waiting, turn, since);
  await tx.run(COUNT_MEMBER, spaceId, memberId, inside, waiting, turn, since);
}

export async function add(
  tx: Statements,
  one: Waiter & { own: boolean },
  inside?: { at: number; turn: number },
): Promise<void> {
  const { id, spaceId, memberId, since, own } = one;
  await tx.run(ADD, id, spaceId, memberId, since, inside?.at ?? null);
  await count(tx, one, { own, since, ...(inside ? { inside: 1, turn: inside.turn } : { waiting: 1 }) });
}

/** One who has waited. */
export async function letIn(
  tx: Statements,
  one: Owner & { id: string },
  at: number,
  turn: number,
): Promise<void> {
  await tx.run(LET_IN, at, one.id);
  await count(tx, one, { inside: 1, waiting: -1, turn });
}

/** Answers whether a place is free by it; undefined where there was nobody. */
export async function remove(tx: Statements, id: string): Promise<{ wasInside: boolean } | undefined> {
  const [row] = await tx.all(REMOVE, id);
  if (row === undefined) return undefined;
  const { at, ...who } = removedRow.parse(row);
  await count(tx, who, at === null ? { waiting: -1 } : { inside: -1 });
  if (at === null) {
    await tx.run(SINCE_OF_MEMBER, who.spaceId, who.memberId);
    await tx.run(SINCE_OF_SPACE, who.spaceId);
  }
  return { wasInside: at !== null };
}

/** Of those who wait, the first one whose space and who itself has room. */
export async function nextOf(
  tx: Statements,
  { perMember, perSpace }: AdmissionLimits,
): Promise<Waiter | undefined> {
  const [row] = await tx.all(NEXT, perMember, perSpace, perMember);
  if (row === undefined) return undefined;
  const who = nextRow.parse(row);
  const [head] = await tx.all(HEAD, who.spaceId, who.memberId);
  return { ...who, ...headRow.parse(head) };
}

/** 1 is next; undefined for one who does not wait. Limits don't count here: whoever is at one is passed by. */
export async function placeOf(on: Statements, id: string): Promise<number | undefined> {
  const [row] = await on.all(WAITER, id);
  if (row === undefined) return undefined;
  const { spaceId, memberId, since, memberTurn, memberSince, spaceTurn, spaceSince } = waiterRow.parse(row);
  const counted = async (text: string, ...values: (string | number)[]): Promise<number> =>
    countRow.parse((await on.all(text, ...values))[0]).count;
  const round = await counted(ROUND, spaceId, memberId, since, id);
  const inSpace = await counted(BEFORE_IN_SPACE, round, memberTurn, memberSince, memberId, spaceId);
  return (await counted(BEFORE, inSpace, spaceTurn, spaceSince, spaceId)) + 1;
}

/** Forgets who was served long ago, and everybody where the queue is empty. */
export async function forgetIdle(tx: Statements): Promise<void> {
  const { count: left, turn } = anybodyRow.parse((await tx.all(ANYBODY))[0]);
  const before = left > 0 ? turn - KEPT_TURNS : turn + 1;
  if (before <= 0) return;
  await tx.run(FORGET_MEMBERS, before);
  await tx.run(FORGET_SPACES, before);
}

export async function idsOf(on: Statements, which: 'inside' | 'all'): Promise<string[]> {
  const rows = await on.all(which === 'inside' ? INSIDE : ALL);
  return rows.map((row) => idRow.parse(row).id);
}
