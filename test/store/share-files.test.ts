import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSharedFiles } from '../../src/store/files.ts';
import { freshFolder } from '../fakes/folder.ts';
import { startChild } from './children/start.ts';
import { s3World } from './s3/world.ts';
import { recordsIn, shareFiles } from './share-files.ts';

const ROUNDS = Number(process.env.STRUT_ROUNDS || 120);

/** Two processes that keep, name and release the same two files; what they named at the end, and how much was lost. */
async function twoProcesses(how = '') {
  const [root, records] = [freshFolder(), freshFolder()];
  const all = ['1', '2'].map((name) =>
    startChild('share-files.ts', root, records, name, String(ROUNDS), how),
  );
  const ends = await Promise.all(
    all.map(async (child) => JSON.parse((await child.rest()).join('')) as { lost: number; named: string[] }),
  );
  const files = createSharedFiles(root);
  const there: string[] = [];
  for await (const key of files.olderThan(Number.POSITIVE_INFINITY)) there.push(key);
  return {
    lost: ends.reduce((sum, { lost }) => sum + lost, 0),
    named: [...new Set(ends.flatMap(({ named }) => named))].sort(),
    there: there.sort(),
    claims: readdirSync(records).filter((name) => !name.startsWith('named-')),
  };
}

describe('two processes that keep and release the same bytes at once', () => {
  it('never lose a file in a shared folder that a record names, and leave none that nobody names', async () => {
    const { lost, named, there, claims } = await twoProcesses();
    expect(lost).toBe(0);
    expect(there).toEqual(named);
    expect(claims).toEqual([]);
  });

  it('never lose one in a bucket either', async () => {
    const { processOn } = await s3World();
    const records = recordsIn(freshFolder());
    const { objects, files } = processOn();
    const isOnItsWay = async (key: string) => {
      for await (const { name } of objects.list('removed/')) if (name.endsWith(key)) return true;
      return false;
    };
    const ends = await Promise.all(
      ['1', '2', '3'].map((process) =>
        shareFiles({
          files: processOn().files,
          isOnItsWay,
          records,
          process,
          rounds: Math.min(ROUNDS, 25),
          random: Math.random,
        }),
      ),
    );
    expect(ends.map(({ lost }) => lost)).toEqual([0, 0, 0]);
    const there: string[] = [];
    for await (const key of files.olderThan(Number.POSITIVE_INFINITY)) there.push(key);
    expect(there.sort()).toEqual([...new Set(ends.flatMap(({ named }) => named))].sort());
  });
});
