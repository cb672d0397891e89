/** What a process does with files that others have too: keeps the same few, names some, forgets them, all the time. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileClaims, sharedClaims } from '../../src/core/intake/file-claims.ts';
import { createFileUse } from '../../src/core/intake/file-use.ts';
import type { Files, KeyValueStore } from '../../src/core/ports.ts';

const log = { debug() {}, info() {}, warn() {}, error: (facts: object) => console.error(facts) };

/** Records that several processes see, each a file of its own. What is written is there for all from then on. */
export function recordsIn(folder: string): Pick<KeyValueStore, 'set' | 'delete' | 'startingWith'> {
  return {
    set: async (key) => writeFileSync(join(folder, key), ''),
    delete: async (key) => rmSync(join(folder, key), { force: true }),
    startingWith: async <T>(prefix: string) =>
      new Map(readdirSync(folder).flatMap((name) => (name.startsWith(prefix) ? [[name, true as T]] : []))),
  };
}

type Sharing = {
  files: Files;
  /** Whether a file of that key is neither in its place nor gone for good. */
  isOnItsWay(key: string): Promise<boolean>;
  records: Pick<KeyValueStore, 'set' | 'delete' | 'startingWith'>;
  /** A name that no other process has. */
  process: string;
  rounds: number;
  random(): number;
  claims?: FileClaims;
};

/** Answers how often a file that a record of ours named was gone, and the keys that it still names. */
export async function shareFiles({ files, isOnItsWay, records, process, rounds, random, ...more }: Sharing) {
  const kv = { ...records, get: async () => undefined };
  const { claims = sharedClaims(kv, `work-${process}`) } = more;
  const nameOf = (key: string) => `named-${key}:${process}`;
  const use = createFileUse({
    files,
    records: [async (key) => (await records.startingWith(`named-${key}:`)).size > 0],
    claims,
    log,
  });
  const named = new Set<string>();
  let lost = 0;
  for (let round = 0; round < rounds; round += 1) {
    const content = `file ${Math.floor(random() * 2)}`;
    await using work = use.begin();
    await using temp = await files.temp('bin');
    writeFileSync(temp.path, content);
    const file = await work.keep(temp.path, 'image/png');
    if (random() < 0.5) {
      await records.set(nameOf(file.key), true);
      named.add(file.key);
      const isLost = async () =>
        !(await files.has(file)) && !(await isOnItsWay(file.key)) && !(await files.has(file));
      if (await isLost()) lost += 1;
    }
    for (const key of named) {
      if (random() < 0.5) continue;
      named.delete(key);
      await records.delete(nameOf(key));
      await use.release([key]);
    }
  }
  return { lost, named: [...named] };
}
