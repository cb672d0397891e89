import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changed, difference, lineOf, readEnvFile, writeEnvFile } from '../../src/setup/env-file.ts';
import { freshFolder } from '../fakes/folder.ts';

const change = (...entries: [string, string | undefined][]) => new Map(entries);

describe('.env, changed by the wizard', () => {
  const before = `# My own words.
OTHER_PROGRAM=keep me
#DISCORD_TOKEN=
export PORT=8080
PORT=9090

# the end
`;

  it('keeps comments and whatever it does not know, and puts a setting where it stood', () => {
    expect(
      changed(before, change(['PORT', '8123'], ['DISCORD_TOKEN', 'a.b.c'], ['TIMEZONE', 'UTC'])),
    ).toBe(`# My own words.
OTHER_PROGRAM=keep me
DISCORD_TOKEN=a.b.c
PORT=8123

# the end
TIMEZONE=UTC
`);
  });

  it('takes a setting out with every line of it', () => {
    expect(parseEnv(changed(before, change(['PORT', undefined])))).toEqual({ OTHER_PROGRAM: 'keep me' });
  });

  it('writes any value so that Node reads the same, or says that it can’t', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(value, (text) => {
        let line: string;
        try {
          line = lineOf('A_SETTING', text);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(parseEnv(line).A_SETTING).toBe(text);
      }),
    );
    for (const usual of ['sim-id:sim-secret', 'a b', 'it’s "so"', 'with#hash', "don't", 'x=y', ''])
      expect(parseEnv(lineOf('A', usual)).A).toBe(usual);
    expect(() => lineOf('A', 'two\nlines')).toThrow(RangeError);
  });

  it('shows what will be different, and of a secret only that it changes', () => {
    const old = 'FAL_KEY=old-secret\nPORT=1\nTIMEZONE=UTC\n';
    const lines = difference(
      old,
      change(['FAL_KEY', 'new-secret'], ['PORT', '2'], ['TIMEZONE', 'UTC'], ['HOST', undefined]),
      (name) => name === 'FAL_KEY',
    );
    expect(lines).toEqual(['- FAL_KEY=(hidden)', '+ FAL_KEY=(hidden)', '- PORT=1', '+ PORT=2']);
  });

  it('is written for its owner alone, whole, and through a link', async () => {
    const folder = freshFolder();
    const [target, link] = [join(folder, 'real.env'), join(folder, '.env')];
    writeFileSync(target, 'PORT=1\n');
    chmodSync(target, 0o644);
    symlinkSync(target, link);
    await writeEnvFile(link, 'PORT=2\n');
    expect(readFileSync(target, 'utf8')).toBe('PORT=2\n');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['.env', 'real.env']);
  });

  it('stays as it was where it can’t be written, with nothing beside it', async () => {
    const folder = freshFolder();
    const path = join(folder, 'a-folder-that-is-not-there', '.env');
    await expect(writeEnvFile(path, 'PORT=2\n')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(folder)).toEqual([]);
    expect(await readEnvFile(path)).toBe('');
  });
});
