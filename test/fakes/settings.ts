import { settings } from '../../settings/index.ts';
import type { SettingsStore } from '../../src/core/ports.ts';
import type { AuditEntry, Defaults, OwnSettings, Settings } from '../../src/core/settings/setting.ts';
import { settingsReader, settle as settleWith } from '../../src/core/settings/settings.ts';

/** With the settings that there are. */
export const settle = (own: OwnSettings, defaults: Defaults): Settings => settleWith(settings, own, defaults);
export const readOwnSettings = settingsReader(settings);

/** The settings of the spaces in memory; `known` is what a new incarnation finds. */
export function memorySettings(): SettingsStore & { known: Map<string, OwnSettings> } {
  const known = new Map<string, OwnSettings>();
  const audit: { spaceId: string; entry: AuditEntry }[] = [];
  return {
    known,
    all: async () => [...known],
    get: async (spaceId) => structuredClone(known.get(spaceId) ?? {}),
    async change(spaceId, change) {
      const made = change(structuredClone(known.get(spaceId) ?? {}));
      if (!made) return;
      known.set(spaceId, structuredClone(made.settings));
      audit.push(...made.entries.map((entry) => ({ spaceId, entry: structuredClone(entry) })));
    },
    history: async (spaceId, limit) =>
      audit
        .filter((one) => one.spaceId === spaceId)
        .map(({ entry }) => entry)
        .reverse()
        .slice(0, limit),
  };
}
