import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreUnwritable } from '../../src/store/errors.ts';
import { createFiles } from '../../src/store/files.ts';
import { freshFolder } from '../fakes/folder.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const bytes = Buffer.from('a picture, let us say');
const hash = createHash('sha256').update(bytes).digest('hex');

async function keepBytes(files: ReturnType<typeof createFiles>, content: Buffer = bytes, mime = 'image/png') {
  await using temp = await files.temp('bin');
  writeFileSync(temp.path, content);
  return await files.keep(temp.path, mime);
}

describe('keeping a file', () => {
  it('moves it under the hash of its bytes, with the extension of its type', async () => {
    const dataDir = freshFolder();
    const files = createFiles(dataDir);
    const file = await keepBytes(files);
    expect(file).toEqual({ key: `${hash}.png`, bytes: bytes.length, mime: 'image/png' });
    expect(await files.path(file)).toBe(join(dataDir, 'files', hash.slice(0, 2), `${hash}.png`));
    expect(readFileSync(await files.path(file)).equals(bytes)).toBe(true);
    expect(await files.has(file)).toBe(true);
    expect(readdirSync(join(dataDir, 'temp'))).toEqual([]);
  });

  it('reads a file of many chunks to the end', async () => {
    const files = createFiles(freshFolder());
    const large = Buffer.alloc(3_000_001, 'chunk');
    const file = await keepBytes(files, large, 'video/mp4');
    expect(file).toEqual({
      key: `${createHash('sha256').update(large).digest('hex')}.mp4`,
      bytes: large.length,
      mime: 'video/mp4',
    });
    expect(readFileSync(await files.path(file)).equals(large)).toBe(true);
  });

  it('keeps a type that it does not know rather than losing a paid video', async () => {
    const files = createFiles(freshFolder());
    const file = await keepBytes(files, bytes, 'video/x-new');
    expect(file.key).toBe(`${hash}.bin`);
    expect(await files.has(file)).toBe(true);
  });

  it('keeps the same bytes once, also when they come many times at once', async () => {
    const dataDir = freshFolder();
    const files = createFiles(dataDir);
    const kept = await Promise.all(Array.from({ length: 8 }, () => keepBytes(files)));
    expect(new Set(kept.map((file) => file.key)).size).toBe(1);
    expect(readdirSync(join(dataDir, 'files', hash.slice(0, 2)))).toEqual([`${hash}.png`]);
    expect(readdirSync(join(dataDir, 'temp'))).toEqual([]);
  });

  it('takes the temporary file away also when the bytes are there already', async () => {
    const files = createFiles(freshFolder());
    await keepBytes(files);
    await using temp = await files.temp('bin');
    writeFileSync(temp.path, bytes);
    await files.keep(temp.path, 'image/png');
    expect(existsSync(temp.path)).toBe(false);
  });

  it('replaces a file that lies there cut short', async () => {
    const files = createFiles(freshFolder());
    const file = await keepBytes(files);
    writeFileSync(await files.path(file), 'cut');
    expect(await files.has(file)).toBe(false);
    await keepBytes(files);
    expect(readFileSync(await files.path(file)).equals(bytes)).toBe(true);
  });

  it('lets nobody else on the machine read it', async () => {
    const dataDir = freshFolder();
    const files = createFiles(dataDir);
    const file = await keepBytes(files);
    expect(modeOf(await files.path(file))).toBe('600');
    for (const folder of ['files', 'temp', join('files', hash.slice(0, 2))]) {
      expect(modeOf(join(dataDir, folder))).toBe('700');
    }
  });

  it('rejects when there is nothing to keep', async () => {
    const files = createFiles(freshFolder());
    await using temp = await files.temp('png');
    await expect(files.keep(temp.path, 'image/png')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('finding a file', () => {
  it.each([
    '../../etc/passwd',
    `${'a'.repeat(64)}/../x.png`,
    `${'A'.repeat(64)}.png`,
    `${'a'.repeat(63)}.png`,
    `${'a'.repeat(64)}.png/..`,
    `${'a'.repeat(64)}.`,
    `${'a'.repeat(64)}.png\n`,
    `/${'a'.repeat(64)}.png`,
    '',
  ])('throws on the key %j, which is none of ours', async (key) => {
    const files = createFiles(freshFolder());
    await expect(files.path({ key })).rejects.toThrow(RangeError);
  });

  it('knows that a file was never kept', async () => {
    const files = createFiles(freshFolder());
    expect(await files.has({ key: `${hash}.png`, bytes: bytes.length, mime: 'image/png' })).toBe(false);
  });
});

describe('temporary files', () => {
  it('are fresh paths on the same disk, removed when disposed of', async () => {
    const dataDir = freshFolder();
    const files = createFiles(dataDir);
    const paths: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      await using temp = await files.temp('mp4');
      expect(temp.path).toMatch(/\.mp4$/);
      expect(existsSync(temp.path)).toBe(false);
      writeFileSync(temp.path, 'half a video');
      paths.push(temp.path);
    }
    expect(new Set(paths).size).toBe(2);
    expect(paths.some((path) => existsSync(path))).toBe(false);
  });

  it('need not exist when disposed of', async () => {
    const temp = await createFiles(freshFolder()).temp('mp4');
    await expect(temp[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });

  it.each(['../x', 'a/b', 'MP4', '', '.mp4'])('throw on the extension %j', async (extension) => {
    await expect(createFiles(freshFolder()).temp(extension)).rejects.toThrow(RangeError);
  });

  it('of a process that crashed are gone at the next start, kept files are not', async () => {
    const dataDir = freshFolder();
    const first = createFiles(dataDir);
    const file = await keepBytes(first);
    const temp = await first.temp('mp4');
    writeFileSync(temp.path, 'half a video');
    mkdirSync(join(dataDir, 'temp', 'folder'));
    const second = createFiles(dataDir);
    expect(readdirSync(join(dataDir, 'temp'))).toEqual([]);
    expect(await second.has(file)).toBe(true);
  });

  it('throw StoreUnwritable where no folder can be made', () => {
    const dataDir = freshFolder();
    writeFileSync(join(dataDir, 'taken'), '');
    expect(() => createFiles(join(dataDir, 'taken'))).toThrow(StoreUnwritable);
  });
});

describe('removing a file', () => {
  it('takes it off the disk, once or twice, and lets it be kept anew', async () => {
    const files = createFiles(freshFolder());
    const file = await keepBytes(files);
    await files.remove(file.key);
    await files.remove(file.key);
    expect(await files.has(file)).toBe(false);
    expect(existsSync(await files.path(file))).toBe(false);
    expect(await keepBytes(files)).toEqual(file);
    expect(await files.has(file)).toBe(true);
  });

  it('can not be talked into removing anything else', async () => {
    const files = createFiles(freshFolder());
    for (const key of ['../../strut.sqlite', `${hash}.png/../x`, '', hash])
      await expect(files.remove(key)).rejects.toThrow(RangeError);
  });
});
