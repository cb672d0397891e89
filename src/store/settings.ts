/** The settings of the spaces: each as it is now, and every change that led there. */
import { z } from 'zod';
import type { SettingsStore } from '../core/ports.ts';
import type { SettingKey } from '../core/settings/setting.ts';
import type { Sql, Statements } from './sql.ts';

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

export function createSettingsStore(sql: Sql): SettingsStore {
  return {
    async all() {
      return z
        .array(nowRow)
        .parse(await sql.all('SELECT space_id AS "spaceId", settings FROM settings'))
        .map(({ spaceId, settings }) => [spaceId, parsed(settings)]);
    },
    get: (spaceId) => find(sql, spaceId),
    async change(spaceId, change) {
      await sql.transaction('settings', async (tx) => {
        const made = change(await find(tx, spaceId));
        if (!made) return;
        await tx.run(
          `INSERT INTO settings (space_id, settings) VALUES (?, ?)
           ON CONFLICT (space_id) DO UPDATE SET settings = excluded.settings`,
          spaceId,
          JSON.stringify(made.settings),
        );
        for (const { at, by, setting, from, to } of made.entries) {
          await tx.run(
            'INSERT INTO audit (space_id, at, by, setting, change) VALUES (?, ?, ?, ?, ?)',
            ...[spaceId, at, by, setting, JSON.stringify({ from, to })],
          );
        }
      });
    },
    async history(spaceId, limit) {
      const newest = 'SELECT at, by, setting, change FROM audit WHERE space_id = ? ORDER BY n DESC LIMIT ?';
      return z.array(entryRow).parse(await sql.all(newest, spaceId, limit));
    },
  };
}

async function find(on: Statements, spaceId: string): Promise<unknown> {
  const [row] = await on.all(
    'SELECT space_id AS "spaceId", settings FROM settings WHERE space_id = ?',
    spaceId,
  );
  return row === undefined ? {} : parsed(nowRow.parse(row).settings);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
