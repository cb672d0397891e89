/** Every space's settings at hand, and each change of them on record: who, when, from what, to what. */

import { createLocks } from './locks.ts';
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
  /** Lets go of what was granted to a member on top. Blocks, limits and lists that name them are the admins' own. False for nothing. */
  forget(memberId: string): Promise<boolean>;
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

  async function keep(spaceId: string, after: OwnSettings, entries: readonly AuditEntry[]): Promise<void> {
    await store.save(spaceId, after, entries);
    all.set(spaceId, after);
    settled.delete(spaceId);
  }

  async function change(spaceId: string, by: string, wanted: Change): Promise<Outcome<AuditEntry[]>> {
    const before = own(spaceId);
    const after = changed(before, wanted, clock.now());
    if (!after.ok) return after;
    const entries = entriesOf(before, after.value).map((entry) => ({ at: clock.now(), by, ...entry }));
    if (entries.length > 0) await keep(spaceId, after.value, entries);
    return accept(entries);
  }

  async function forget(memberId: string): Promise<boolean> {
    let had = false;
    for (const [spaceId, before] of [...all]) {
      const grants = before.grants?.filter(({ who }) => who.kind !== 'member' || who.id !== memberId);
      if (!grants || grants.length === before.grants?.length) continue;
      await keep(spaceId, { ...before, grants }, []);
      had = true;
    }
    return had;
  }

  // One at a time, or of two changes at once the later would undo the earlier.
  const locks = createLocks();
  const alone = <T>(work: () => Promise<T>): Promise<T> => locks.run('settings', work);
  return {
    of,
    own,
    change: (spaceId, by, wanted) => alone(() => change(spaceId, by, wanted)),
    forget: (memberId) => alone(() => forget(memberId)),
    history: store.history,
  };
}

function entriesOf(before: OwnSettings, after: OwnSettings): Omit<AuditEntry, 'at' | 'by'>[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<SettingName>;
  return [...names].flatMap((setting) => {
    const [from, to] = [before[setting], after[setting]];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    return [{ setting, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
}
