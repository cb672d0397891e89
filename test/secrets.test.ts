import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLocks } from '../src/core/locks.ts';
import { pagePassword, secretKey, secretsInFolder, secretsOn } from '../src/secrets.ts';
import { openSigning } from '../src/signing.ts';
import { freshFolder } from './fakes/folder.ts';
import { memoryKeyValueStore } from './fakes/shelf.ts';

const digestOf = (password: string): string => `digest of ${password}`;

describe('the secrets of a process that is alone', () => {
  it('are made once, in files that nobody else may read', async () => {
    const folder = freshFolder();
    const key = await secretKey(secretsInFolder(folder));
    expect(await secretKey(secretsInFolder(folder))).toBe(key);
    const first = await pagePassword(secretsInFolder(folder), digestOf, undefined);
    expect(first.digest).toBe(digestOf(first.madeNow ?? ''));
    expect(await pagePassword(secretsInFolder(folder), digestOf, undefined)).toEqual({
      digest: first.digest,
    });
    expect((await readdir(folder)).sort()).toEqual(['page-password-digest', 'secret-key']);
    expect(await readFile(join(folder, 'secret-key'), 'utf8')).toBe(`${key}\n`);
    expect((await stat(join(folder, 'secret-key'))).mode & 0o777).toBe(0o600);
  });

  it('are not made where the operator has set one', async () => {
    const folder = freshFolder();
    expect(await pagePassword(secretsInFolder(folder), digestOf, 'mine')).toEqual({
      digest: digestOf('mine'),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the secrets of several processes', () => {
  function setUp() {
    const shelf = memoryKeyValueStore();
    const locks = createLocks();
    return { shelf, process: (folder = freshFolder()) => secretsOn(shelf, locks, folder) };
  }

  it('are the same for all, also where they start at once', async () => {
    const { process } = setUp();
    const keys = await Promise.all([secretKey(process()), secretKey(process()), secretKey(process())]);
    expect(new Set(keys).size).toBe(1);
    const passwords = await Promise.all(
      [process(), process()].map((secrets) => pagePassword(secrets, digestOf, undefined)),
    );
    expect(new Set(passwords.map(({ digest }) => digest)).size).toBe(1);
    // Shown to the operator by one of them, and it is the one that holds.
    const [made, ...more] = passwords.flatMap(({ madeNow }) => madeNow ?? []);
    expect([digestOf(made ?? ''), more]).toEqual([passwords[0]?.digest, []]);
  });

  it('sign videos under one root, and renew what is near its end for all', async () => {
    const { process } = setUp();
    const now = Date.UTC(2026, 11, 2);
    const [here, there] = await Promise.all([
      openSigning(process(), {}, now),
      openSigning(process(), {}, now),
    ]);
    expect(there.signer).toEqual(here.signer);
    const later = now + 4 * 365 * 24 * 3_600_000;
    const renewed = await openSigning(process(), {}, later);
    expect(renewed.roots).toEqual(here.roots);
    expect(renewed.signer).not.toEqual(here.signer);
    expect((await openSigning(process(), {}, later)).signer).toEqual(renewed.signer);
  });

  it('are those of the bot that was alone until now, and leave nothing on the other machines', async () => {
    const { process } = setUp();
    const [old, other] = [freshFolder(), freshFolder()];
    const key = await secretKey(secretsInFolder(old));
    expect(await secretKey(process(old))).toBe(key);
    expect(await secretKey(process(other))).toBe(key);
    expect(await readdir(other)).toEqual([]);
  });
});
