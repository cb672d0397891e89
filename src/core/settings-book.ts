/** Every space's settings at hand, and each change of them on record: who, when, from what, to what. */

import type { Clock, SettingsStore } from './ports.ts';
import { accept, type Outcome } from './refusals.ts';
import { type Defaults, type OwnSettings, type SettingName, type Settings, settle } from './settings.ts';
import { type Change, changed } from './settings-change.ts';

/** One change, as it is kept for ever. `from` and `to` are what was set, undefined where nothing was. */
export type AuditEntry = { at: number; by: string; setting: SettingName; from?: unknown; to?: unknown };

export type SettingsBook = {
  /** What holds in a space right now. */
  of(spaceId: string): Settings;
  /** What was set there by its admins. */
  own(spaceId: string): OwnSettings;
  /** Makes a change, or says why it can't be. Answers what was changed; an empty list where nothing was. */
  change(spaceId: string, by: string, change: Change): Promise<Outcome<AuditEntry[]>>;
  /** Lets go of what was granted to a member on top. Blocks, limits and lists that name them are the admins' own. */
  forget(memberId: string): Promise<void>;
  /** The newest changes, newest first. */
  history(spaceId: string, limit: number): Promise<AuditEntry[]>;
};

/** `known`: what the store had at the start. */
export function createSettingsBook({
  known,
  store,
  defaults,
  clock,
}: {
  known: Iterable<[spaceId: string, settings: OwnSettings]>;
  store: Pick<SettingsStore, 'save' | 'history'>;
  defaults: Defaults;
  clock: Clock;
}): SettingsBook {
  const all = new Map(known);
  const settled = new Map<string, Settings>();
  const own = (spaceId: string): OwnSettings => all.get(spaceId) ?? {};

  function of(spaceId: string): Settings {
    const before = settled.get(spaceId);
    if (before) return before;
    const fresh = settle(own(spaceId), defaults);
    settled.set(spaceId, fresh);
    return fresh;
  }

  return {
    of,
    own,
    async change(spaceId, by, change) {
      const before = own(spaceId);
      const after = changed(before, change, clock.now());
      if (!after.ok) return after;
      const names = new Set([...Object.keys(before), ...Object.keys(after.value)]) as Set<SettingName>;
      const entries = [...names].flatMap((setting): AuditEntry[] => {
        const [from, to] = [before[setting], after.value[setting]];
        if (JSON.stringify(from) === JSON.stringify(to)) return [];
        return [
          {
            at: clock.now(),
            by,
            setting,
            ...(from === undefined ? {} : { from }),
            ...(to === undefined ? {} : { to }),
          },
        ];
      });
      if (entries.length > 0) {
        await store.save(spaceId, after.value, entries);
        all.set(spaceId, after.value);
        settled.delete(spaceId);
      }
      return accept(entries);
    },
    async forget(memberId) {
      for (const [spaceId, before] of all) {
        const grants = before.grants?.filter(({ who }) => who.kind !== 'member' || who.id !== memberId);
        if (!grants || grants.length === before.grants?.length) continue;
        const after = { ...before, grants };
        await store.save(spaceId, after, []);
        all.set(spaceId, after);
        settled.delete(spaceId);
      }
    },
    history: store.history,
  };
}
