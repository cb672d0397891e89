import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createFileUse } from '../../src/core/intake/file-use.ts';
import { sweepOrphans } from '../../src/core/upkeep/orphans.ts';
import { createFiles } from '../../src/store/files.ts';
import { freshFolder } from '../fakes/folder.ts';

const DAY_MS = 24 * 3_600_000;

/** True files of set ages, of which some are named by a record. */
function up() {
  const dataDir = freshFolder();
  const files = createFiles(dataDir);
  const named = new Set<string>();
  const told: string[] = [];
  const tell = (_facts: object, message: string) => void told.push(message);
  const log = { debug: tell, info: tell, warn: tell, error: tell };
  const fileUse = createFileUse({ files, records: [async (key) => named.has(key)], log });
  const clock = { now: Date.now };
  let count = 0;
  async function lie({ days, name }: { days: number; name?: boolean }) {
    await using temp = await files.temp('bin');
    count += 1;
    writeFileSync(temp.path, `file ${count}`);
    const file = await files.keep(temp.path, 'image/png');
    const at = (Date.now() - days * DAY_MS) / 1000;
    utimesSync(await files.path(file), at, at);
    if (name) named.add(file.key);
    return file;
  }
  const sweep = (isAtHome = true) => sweepOrphans({ files, fileUse, clock, log }, isAtHome);
  const left = () =>
    readdirSync(`${dataDir}/files`, { recursive: true }).filter((name) => String(name).endsWith('.png'))
      .length;
  return { files, fileUse, lie, sweep, left, told };
}

describe('a file that no record names', () => {
  it('is deleted after a day; one that a record names and a recent one stay', async () => {
    const { files, lie, sweep } = up();
    const [old, named, young] = [
      await lie({ days: 2 }),
      await lie({ days: 2, name: true }),
      await lie({ days: 0.9 }),
    ];
    expect(await sweep()).toBe(1);
    expect([await files.has(old), await files.has(named), await files.has(young)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('stays while work under way has it', async () => {
    const { files, fileUse, lie, sweep } = up();
    const old = await lie({ days: 2 });
    const work = fileUse.begin();
    await work.hold(old);
    expect(await sweep()).toBe(0);
    expect(await files.has(old)).toBe(true);
  });
});

describe('no file is deleted', () => {
  it('when the database is not that of the files', async () => {
    const { lie, sweep, left, told } = up();
    await lie({ days: 400 });
    expect(await sweep(false)).toBe(0);
    expect([left(), told.length]).toEqual([1, 1]);
  });

  it('when it would be many: then the records are missing, as after an old backup', async () => {
    const { lie, sweep, left, told } = up();
    for (let n = 0; n < 21; n += 1) await lie({ days: 2 });
    await lie({ days: 2, name: true });
    expect(await sweep()).toBe(0);
    expect([left(), told.length]).toEqual([22, 1]);
  });

  it('that is no file of ours', async () => {
    const { files, lie, sweep, left } = up();
    await lie({ days: 2 });
    const ours = await files.path({ key: `${'0'.repeat(64)}.png` });
    const stranger = ours.replace(/0+\.png$/, 'mine.png');
    mkdirSync(stranger.replace(/[^/]*$/, ''), { recursive: true });
    writeFileSync(stranger, 'x');
    utimesSync(stranger, 1, 1);
    expect(await sweep()).toBe(1);
    expect(left()).toBe(1);
  });
});
