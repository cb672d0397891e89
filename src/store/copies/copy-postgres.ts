/**
 * Copies records out of PostgreSQL as they are at one moment, into a database of SQLite: so there is one kind of backup, and a
 * bot may be put back on either.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { POSTGRES, SQLITE } from '../move/kinds.ts';
import { MOVE_MARK } from '../move/records.ts';
import type { Row } from '../move/rows.ts';
import { copyTable, type Source } from '../move/table.ts';
import { MOVED, SECRETS_START } from '../move/tables.ts';
import { readSnapshot } from '../postgres-to-read.ts';
import { openDatabase } from '../sqlite.ts';
import { markCopy } from './mark.ts';

const secretRows = z.array(z.object({ key: z.string(), value: z.string() }));
const secretValue = z.object({ value: z.string() });

export type PostgresCopy = {
  path: string;
  bytes: number;
  /** What the bot made for itself at its first start, by its name: beside the copy, and not in it. */
  secrets: ReadonlyMap<string, string>;
};

/** `folder`: one in which nothing is yet. Undefined where there are no records. Throws StoreError. */
export async function copyPostgres(
  url: string,
  folder: string,
  at: number,
): Promise<PostgresCopy | undefined> {
  const secrets = await readSnapshot(url, async (source) => {
    const database = openDatabase(folder);
    try {
      await database.transaction('migrate', async (tx) => {
        const way = { from: { on: source, kind: POSTGRES }, to: { on: tx, kind: SQLITE } };
        for (const table of MOVED) await copyTable(way, table, table.name === 'keyv' ? isKept : undefined);
      });
    } finally {
      await database.close();
    }
    return secretsIn(source);
  });
  if (!secrets) return undefined;
  const path = join(folder, 'strut.sqlite');
  markCopy(path, at);
  return { path, bytes: statSync(path).size, secrets };
}

/** Neither what is not for everybody who has a backup, nor what says that these records may be replaced. */
const isKept = ([key]: Row): boolean => !String(key).startsWith(SECRETS_START) && key !== MOVE_MARK;

async function secretsIn(source: Source): Promise<Map<string, string>> {
  const rows = await source.all(
    'SELECT key, value FROM keyv WHERE starts_with(key, ?) ORDER BY key',
    SECRETS_START,
  );
  return new Map(
    secretRows
      .parse(rows)
      .map(({ key, value }) => [key.slice(SECRETS_START.length), secretValue.parse(JSON.parse(value)).value]),
  );
}
