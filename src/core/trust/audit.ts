/**
 * What was consented to, reported and decided, kept longer than the media that it is about, and without any of it: no
 * picture, no prompt, no file. It is only ever added to. A new kind of record is a line in the list below.
 */
import { z } from 'zod';
import { REPORT_REASONS } from '../job/job.ts';
import { CONSENT_ANSWERS } from './consent-answers.ts';

const DAY_MS = 24 * 3_600_000;
/** Twelve months, longer than any leap year takes. */
export const AUDIT_KEPT_MS = 366 * DAY_MS;

/** In place of a member who asked to be forgotten: that somebody did it stays. */
export const FORGOTTEN = 'forgotten';

/** `by`: whose doing it was, `about`: whom else it concerns, both with their platform. Nothing else may name a member. */
const base = {
  atMs: z.int(),
  spaceId: z.string(),
  by: z.string(),
  about: z.string().exactOptional(),
  jobCode: z.string().exactOptional(),
};

const kind = <K extends string, Facts extends z.core.$ZodLooseShape>(name: K, facts: Facts) =>
  z.object({ kind: z.literal(name), ...base, ...facts });

export const auditRecord = z.discriminatedUnion('kind', [
  kind('consent-given', {
    answer: z.enum(CONSENT_ANSWERS),
    wordsVersion: z.int(),
    language: z.string(),
    provider: z.string(),
  }),
  kind('opted-out', {}),
  kind('opted-in', {}),
  /** By whom is for the operator alone, so these two stand in the operator's own space. */
  kind('reported', { reason: z.enum(REPORT_REASONS) }),
  kind('reports-limited', {}),
  kind('hidden', { reason: z.enum(REPORT_REASONS) }),
  kind('restored', {}),
  kind('removed', {}),
  kind('asker-blocked', {}),
  /** Written by a later version of this program. */
  kind('unreadable', {}),
]);

export type AuditRecord = z.infer<typeof auditRecord>;
export type AuditKind = AuditRecord['kind'];
export type AuditRecordOf<K extends AuditKind> = Extract<AuditRecord, { kind: K }>;

/** `spaceId`: of one space; `memberId`: by or about that member. */
export type AuditScope = { spaceId?: string; memberId?: string };

/** The audit log on disk. What `append` has answered survives a power cut. */
export type AuditLog = {
  append(record: AuditRecord): Promise<void>;
  /** The newest of that kind by that member; `aboutNobody`: of those that concern no one else. */
  last<K extends AuditKind>(
    kind: K,
    by: string,
    only?: { aboutNobody: true },
  ): Promise<AuditRecordOf<K> | undefined>;
  /** In the order in which they were appended, in pieces. */
  read(scope: AuditScope): AsyncIterable<readonly AuditRecord[]>;
  /** Takes the member's name off every record, and that of a space where nobody else is. False where there was none. */
  forget(memberId: string): Promise<boolean>;
  /** Lets go of what is older. Answers how many records went. */
  dropBefore(atMs: number): Promise<number>;
};
