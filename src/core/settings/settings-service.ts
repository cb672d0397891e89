/** Holds every space's settings in memory and records each change: who, when, from what, to what. */

import { createLocks } from '../locks.ts';
import type { Clock, SettingsStore } from '../ports.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import type { AuditEntry, Defaults, OwnSettings, Setting, SettingKey, Settings, Texts } from './setting.ts';
import { ownSchema, settingsReader, settle } from './settings.ts';
import { changed } from './settings-parts.ts';

export type SettingsService = {
  /** Every setting there is. */
  list: readonly Setting[];
  /** What holds in a space right now. */
  of(spaceId: string): Settings;
  /** What was set there by its admins. */
  own(spaceId: string): OwnSettings;
  /** Makes a change, or says why it can't be. Answers what was changed; an empty list where nothing was. */
  change(spaceId: string, by: string, part: string, texts: Texts): Promise<Outcome<AuditEntry[]>>;
  /** Lets go of what was granted to a member on top. Blocks, limits and lists that name them are the admins' own. False for nothing. */
  forget(memberId: string): Promise<boolean>;
  /** What admins have set about a member, in every space: of a list the entries that name them. */
  about(memberId: string): { spaceId: string; setting: SettingKey; value: unknown }[];
  /** The newest changes, newest first. */
  history(spaceId: string, limit: number): Promise<AuditEntry[]>;
};

/** `found`: what the store had at the start, read as far as it can be; `onLost` hears of what can't. */
export function createSettingsService({
  list,
  found,
  onLost,
  store,
  defaults,
  clock,
}: {
  list: readonly Setting[];
  found: Iterable<[spaceId: string, settings: unknown]>;
  onLost(spaceId: string, lost: string[]): void;
  store: Pick<SettingsStore, 'save' | 'history'>;
  defaults: Defaults;
  clock: Clock;
}): SettingsService {
  const schema = ownSchema(list);
  const read = settingsReader(list);
  const all = new Map<string, OwnSettings>();
  for (const [spaceId, settings] of found) {
    const { own, lost } = read(settings);
    all.set(spaceId, own);
    if (lost.length > 0) onLost(spaceId, lost);
  }
  const settled = new Map<string, Settings>();
  const own = (spaceId: string): OwnSettings => all.get(spaceId) ?? {};

  function of(spaceId: string): Settings {
    const before = settled.get(spaceId);
    if (before) return before;
    const fresh = settle(list, own(spaceId), defaults);
    settled.set(spaceId, fresh);
    return fresh;
  }

  async function keep(spaceId: string, after: OwnSettings, entries: readonly AuditEntry[]): Promise<void> {
    await store.save(spaceId, after, entries);
    all.set(spaceId, after);
    settled.delete(spaceId);
  }

  async function change(
    spaceId: string,
    by: string,
    part: string,
    texts: Texts,
  ): Promise<Outcome<AuditEntry[]>> {
    const before = own(spaceId);
    const wanted = changed(list, before, part, texts, clock.now());
    if (!wanted.ok) return wanted;
    const checked = schema.safeParse(wanted.value.after);
    // The words were read already; what is left here is a number or a name out of its bounds.
    if (!checked.success) return refuse({ code: 'bad-option', option: part, allowed: [] });
    const entries = entriesOf(before, checked.data).map((entry) => ({ at: clock.now(), by, ...entry }));
    if (entries.length > 0) await keep(spaceId, checked.data, entries);
    return accept(entries);
  }

  async function forget(memberId: string): Promise<boolean> {
    let had = false;
    for (const [spaceId, before] of [...all]) {
      const after = without(before, memberId);
      if (entriesOf(before, after).length === 0) continue;
      await keep(spaceId, after, []);
      had = true;
    }
    return had;
  }

  function about(memberId: string): { spaceId: string; setting: SettingKey; value: unknown }[] {
    const names = (value: unknown): boolean => JSON.stringify(value).includes(JSON.stringify(memberId));
    return [...all].flatMap(([spaceId, own]) =>
      list.flatMap(({ key }) => {
        const value: unknown = own[key];
        if (value === undefined || !names(value)) return [];
        return [{ spaceId, setting: key, value: Array.isArray(value) ? value.filter(names) : value }];
      }),
    );
  }

  /** What was never set stays so. */
  function without(before: OwnSettings, memberId: string): OwnSettings {
    const changed = list.flatMap((setting) => {
      const value = before[setting.key];
      return value === undefined || !setting.forget ? [] : [[setting.key, setting.forget(value, memberId)]];
    });
    return { ...before, ...Object.fromEntries(changed) };
  }

  // One at a time, or of two changes at once the later would undo the earlier.
  const locks = createLocks();
  const alone = <T>(work: () => Promise<T>): Promise<T> => locks.run('settings', work);
  return {
    list,
    of,
    own,
    change: (...args) => alone(() => change(...args)),
    forget: (memberId) => alone(() => forget(memberId)),
    about,
    history: store.history,
  };
}

function entriesOf(before: OwnSettings, after: OwnSettings): Omit<AuditEntry, 'at' | 'by'>[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<SettingKey>;
  return [...names].flatMap((setting) => {
    const [from, to] = [before[setting], after[setting]];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    return [{ setting, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  });
}
