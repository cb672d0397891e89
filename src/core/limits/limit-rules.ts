/** Limits and grants: whom they are for, how much, and for how long. */
import { z } from 'zod';
import { PERIODS } from './windows.ts';

export const UNITS = ['usd', 'jobs'] as const;

export const idSchema = z.string().min(1).max(64);

const amount = z.discriminatedUnion('unit', [
  z.object({ unit: z.literal('usd'), max: z.int().nonnegative() }),
  z.object({ unit: z.literal('jobs'), max: z.int().nonnegative() }),
]);
/** `off` says "no limit" aloud: it takes away a limit that would hold otherwise. */
const cap = z.discriminatedUnion('unit', [
  z.object({ unit: z.literal('usd'), max: z.int().nonnegative().or(z.literal('off')) }),
  z.object({ unit: z.literal('jobs'), max: z.int().nonnegative().or(z.literal('off')) }),
]);

/** `space` is everybody together, `everyone` each member by themselves. */
const who = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('space') }),
  z.object({ kind: z.literal('everyone') }),
  z.object({ kind: z.literal('channel'), id: idSchema }),
  z.object({ kind: z.literal('role'), id: idSchema }),
  z.object({ kind: z.literal('member'), id: idSchema }),
]);

export const limitRuleSchema = z.intersection(z.object({ who, period: z.enum(PERIODS) }), cap);
export const grantSchema = z.intersection(
  z.object({
    who: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('role'), id: idSchema }),
      z.object({ kind: z.literal('member'), id: idSchema }),
    ]),
    until: z.number(),
  }),
  amount,
);

export type LimitTarget = z.infer<typeof who>;
export type LimitRule = z.infer<typeof limitRuleSchema>;
export type Grant = z.infer<typeof grantSchema>;

/** Whether two rules say something about the same thing, so that one takes the place of the other. */
export const sameSubject = (a: LimitRule, b: LimitRule): boolean =>
  a.period === b.period && a.unit === b.unit && sameWho(a.who, b.who);

export const sameWho = (a: LimitTarget, b: LimitTarget): boolean =>
  a.kind === b.kind && ('id' in a ? a.id : '') === ('id' in b ? b.id : '');
