/** The settings of the spaces: each as it is now, and every change that led there. */
import { z } from 'zod';
import type { SettingsStore } from '../core/ports.ts';
import type { SettingKey } from '../core/settings/setting.ts';
import type { Database } from './sqlite.ts';

const nowRow = z.object({ spaceId: z.string(), settings: z.string() });
const name = z.string().transform((text) => text as SettingKey);
const entryRow = z
  .object({ at: z.number(), by: z.string(), setting: name, change: z.string() })
  .transform(({ change, ...entry }) => ({
    ...entry,
    ...z
      .object({ from: z.unknown().exactOptional(), to: z.unknown().exactOptional() })
      .parse(JSON.parse(change)),
  }));

export function createSettingsStore(db: Database): SettingsStore {
  const select = db.prepare('SELECT space_id AS spaceId, settings FROM settings');
  const upsert = db.prepare(
    `INSERT INTO settings (space_id, settings) VALUES (?, ?)
     ON CONFLICT (space_id) DO UPDATE SET settings = excluded.settings`,
  );
  const insert = db.prepare('INSERT INTO audit (space_id, at, by, setting, change) VALUES (?, ?, ?, ?, ?)');
  const newest = db.prepare(
    'SELECT at, by, setting, change FROM audit WHERE space_id = ? ORDER BY n DESC LIMIT ?',
  );
  return {
    async all() {
      return z
        .array(nowRow)
        .parse(select.all())
        .map(({ spaceId, settings }) => [spaceId, parsed(settings)]);
    },
    async save(spaceId, own, entries) {
      db.transaction(() => {
        upsert.run(spaceId, JSON.stringify(own));
        for (const { at, by, setting, from, to } of entries) {
          insert.run(spaceId, at, by, setting, JSON.stringify({ from, to }));
        }
      });
    },
    async history(spaceId, limit) {
      return z.array(entryRow).parse(newest.all(spaceId, limit));
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
