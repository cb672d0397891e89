/** What the admins of a space decide, what holds where they decided nothing, and how one becomes the other. */
import { z } from 'zod';
import type { Micros } from './money.ts';
import { isTimeZone, PERIODS } from './windows.ts';

const id = z.string().min(1).max(64);
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
  z.object({ kind: z.literal('channel'), id }),
  z.object({ kind: z.literal('role'), id }),
  z.object({ kind: z.literal('member'), id }),
]);
const rule = z.intersection(z.object({ who, period: z.enum(PERIODS) }), cap);
const grant = z.intersection(
  z.object({
    who: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('role'), id }),
      z.object({ kind: z.literal('member'), id }),
    ]),
    until: z.number(),
  }),
  amount,
);
const block = z.object({ member: id, until: z.number().exactOptional() });

/** What was set in one space; what is missing was never set. */
export const ownSettingsSchema = z.object({
  limits: z.array(rule).exactOptional(),
  grants: z.array(grant).exactOptional(),
  channels: z.array(id).exactOptional(),
  roles: z.array(id).exactOptional(),
  members: z.array(id).exactOptional(),
  blocked: z.array(block).exactOptional(),
  providers: z.array(z.string()).exactOptional(),
  /** The best quality that members may choose. */
  quality: z.enum(['standard', 'pro']).exactOptional(),
  confirmAboveMicros: z.int().nonnegative().exactOptional(),
  notify: z.boolean().exactOptional(),
  logChannel: id.exactOptional(),
  timeZone: z.string().refine(isTimeZone).exactOptional(),
  retentionDays: z.int().min(1).max(365).exactOptional(),
});

export type Who = z.infer<typeof who>;
export type LimitRule = z.infer<typeof rule>;
export type Grant = z.infer<typeof grant>;
export type OwnSettings = z.infer<typeof ownSettingsSchema>;
export type SettingName = keyof OwnSettings;

/** Nobody may start anything: what the admins had decided is not known any more. */
const SHUT: LimitRule = { who: { kind: 'space' }, period: 'day', unit: 'jobs', max: 0 };

/** What may be lost without letting anybody in: a Node of another age may not know a time zone. */
const KEEP_NOBODY_OUT: ReadonlySet<string> = new Set<SettingName>([
  'notify',
  'logChannel',
  'timeZone',
  'retentionDays',
]);

/**
 * Settings as they were found, whatever has become of them. What can't be read is left out and named in `lost`; it may
 * have been what kept somebody out, so then nothing is started in that space until its admins set a limit anew.
 */
export function readOwnSettings(found: unknown): { own: OwnSettings; lost: string[] } {
  const read = ownSettingsSchema.safeParse(found);
  if (read.success) return { own: read.data, lost: [] };
  const lost = [...new Set(read.error.issues.map(({ path: [name] }) => String(name ?? 'all')))];
  const rest = lost.includes('all') ? [] : Object.entries(Object(found));
  const own = ownSettingsSchema.parse(Object.fromEntries(rest.filter(([name]) => !lost.includes(name))));
  if (lost.every((name) => KEEP_NOBODY_OUT.has(name))) return { own, lost };
  const limits = (own.limits ?? []).filter((rule) => !sameSubject(rule, SHUT));
  return { own: { ...own, limits: [...limits, SHUT] }, lost };
}

/** What holds in a space. A list of channels, roles or members that is empty lets all in. */
export type Settings = Required<Omit<OwnSettings, 'logChannel' | 'providers'>> &
  Pick<OwnSettings, 'logChannel' | 'providers'>;

/** What holds where nothing was set: the operator's choices, and ours. */
export type Defaults = { limits: readonly LimitRule[]; timeZone: string };

const CONFIRM_ABOVE_MICROS: Micros = 1_000_000;
const RETENTION_DAYS = 30;

export function settle(own: OwnSettings, defaults: Defaults): Settings {
  return {
    grants: [],
    channels: [],
    roles: [],
    members: [],
    blocked: [],
    quality: 'pro',
    confirmAboveMicros: CONFIRM_ABOVE_MICROS,
    notify: true,
    timeZone: defaults.timeZone,
    retentionDays: RETENTION_DAYS,
    ...own,
    // A rule of the space takes the place of the operator's for the same people, period and unit.
    limits: [
      ...defaults.limits.filter((given) => !(own.limits ?? []).some((rule) => sameSubject(rule, given))),
      ...(own.limits ?? []),
    ],
  };
}

/** Whether two rules say something about the same thing, so that one takes the place of the other. */
export const sameSubject = (a: LimitRule, b: LimitRule): boolean =>
  a.period === b.period && a.unit === b.unit && sameWho(a.who, b.who);

export const sameWho = (a: Who, b: Who): boolean =>
  a.kind === b.kind && ('id' in a ? a.id : '') === ('id' in b ? b.id : '');
