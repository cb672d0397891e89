/** The settings of a space as a whole: what holds there, and what can be read of what was found on disk. */
import { z } from 'zod';
import { type LimitRule, sameSubject } from '../limits/limit-rules.ts';
import type { Defaults, OwnSettings, Setting, Settings } from './setting.ts';

/** What holds in a space in which its admins set this. */
export function settle(list: readonly Setting[], own: OwnSettings, defaults: Defaults): Settings {
  const values = list.map((setting) => {
    const preset = setting.preset(defaults);
    const given = own[setting.key];
    if (given === undefined) return [setting.key, preset];
    return [setting.key, setting.combine ? setting.combine(given, preset) : given];
  });
  // Each setting answers for the type of its own key.
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Settings;
}

/** Settings as they lie on disk: what is not in the list belongs to another version and is left out. */
export const ownSchema = (list: readonly Setting[]): z.ZodType<OwnSettings> =>
  z.object(
    Object.fromEntries(list.map(({ key, schema }) => [key, schema.exactOptional()])),
  ) as unknown as z.ZodType<OwnSettings>;

/** Nobody may start anything: what the admins had decided is not known any more. */
const SHUT: LimitRule = { who: { kind: 'space' }, period: 'day', unit: 'jobs', max: 0 };

/**
 * Reads settings as they were found, whatever has become of them. What can't be read is left out and named in `lost`; it may
 * have been what kept somebody out, so then nothing is started in that space until its admins set a limit anew.
 */
export function settingsReader(
  list: readonly Setting[],
): (found: unknown) => { own: OwnSettings; lost: string[] } {
  const schema = ownSchema(list);
  const harmless = new Set<string>(list.filter((setting) => setting.harmless).map(({ key }) => key));
  return (found) => {
    const read = schema.safeParse(found);
    if (read.success) return { own: read.data, lost: [] };
    const lost = [...new Set(read.error.issues.map(({ path: [name] }) => String(name ?? 'all')))];
    const rest = lost.includes('all') ? [] : Object.entries(Object(found));
    const own = schema.parse(Object.fromEntries(rest.filter(([name]) => !lost.includes(name))));
    if (lost.every((name) => harmless.has(name))) return { own, lost };
    const limits = (own.limits ?? []).filter((rule) => !sameSubject(rule, SHUT));
    return { own: { ...own, limits: [...limits, SHUT] }, lost };
  };
}
