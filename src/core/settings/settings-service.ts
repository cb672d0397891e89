/**
 * Holds every space's settings in memory and records each change: who, when, from what, to what. A change is made to what
 * is on disk, so that of two processes none undoes what the other has just changed.
 */
import { follow } from '../follow.ts';
import { createLocks } from '../locks.ts';
import type { Clock, SettingsStore } from '../ports.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import type { Sharing } from '../sharing.ts';
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
  /** From now on, it hears of what other processes change, and they of what is changed here. */
  share(sharing: Omit<Sharing, 'locks'>): void;
};

const TOPIC = 'settings';

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
  store: SettingsStore;
  defaults: Defaults;
  clock: Clock;
}): SettingsService {
  const schema = ownSchema(list);
  const read = settingsReader(list);
  const all = new Map<string, OwnSettings>();
  const settled = new Map<string, Settings>();
  let tellOthers = (_spaceId: string): void => {};

  function know(spaceId: string, own: OwnSettings): void {
    all.set(spaceId, own);
    settled.delete(spaceId);
  }
  function take(spaceId: string, settings: unknown): void {
    const { own, lost } = read(settings);
    know(spaceId, own);
    if (lost.length > 0) onLost(spaceId, lost);
  }
  for (const [spaceId, settings] of found) take(spaceId, settings);
  const own = (spaceId: string): OwnSettings => all.get(spaceId) ?? {};

  function of(spaceId: string): Settings {
    const before = settled.get(spaceId);
    if (before) return before;
    const fresh = settle(list, own(spaceId), defaults);
    settled.set(spaceId, fresh);
    return fresh;
  }

  type Made = { settings: OwnSettings; entries: readonly AuditEntry[] };

  /** Whether anything was changed. */
  async function keep(spaceId: string, change: (before: OwnSettings) => Made | undefined): Promise<boolean> {
    let made: Made | undefined;
    await store.change(spaceId, (found) => {
      made = change(read(found).own);
      return made;
    });
    if (!made) return false;
    know(spaceId, made.settings);
    tellOthers(spaceId);
    return true;
  }

  async function change(
    spaceId: string,
    by: string,
    part: string,
    texts: Texts,
  ): Promise<Outcome<AuditEntry[]>> {
    let outcome: Outcome<AuditEntry[]> = accept([]);
    await keep(spaceId, (before) => {
      const wanted = changed(list, before, part, texts, clock.now());
      if (!wanted.ok) {
        outcome = wanted;
        return undefined;
      }
      const checked = schema.safeParse(wanted.value.after);
      if (!checked.success) {
        // The words were read already; what is left here is a number or a name out of its bounds.
        outcome = refuse({ code: 'bad-option', option: part, allowed: [] });
        return undefined;
      }
      const entries = entriesOf(before, checked.data).map((entry) => ({ at: clock.now(), by, ...entry }));
      outcome = accept(entries);
      return entries.length > 0 ? { settings: checked.data, entries } : undefined;
    });
    return outcome;
  }

  async function forget(memberId: string): Promise<boolean> {
    let had = false;
    for (const spaceId of [...all.keys()]) {
      // Looked at here first: only few spaces name anybody.
      if (entriesOf(own(spaceId), without(own(spaceId), memberId)).length === 0) continue;
      const isKept = await keep(spaceId, (before) => {
        const settings = without(before, memberId);
        return entriesOf(before, settings).length > 0 ? { settings, entries: [] } : undefined;
      });
      had ||= isKept;
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
    share(sharing) {
      tellOthers = (spaceId) => sharing.bus.publish(TOPIC, spaceId);
      // What is read must not be older than what is changed here meanwhile.
      follow(sharing.bus, TOPIC, {
        ...sharing,
        read: (spaceId) => alone(async () => take(spaceId, await store.get(spaceId))),
        readAll: () =>
          alone(async () => {
            for (const [spaceId, settings] of await store.all()) take(spaceId, settings);
          }),
      });
    },
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
