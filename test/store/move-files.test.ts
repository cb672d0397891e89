import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { placeOf } from '../../src/store/file-keys.ts';
import { type OpenPlace, openPlace } from '../../src/store/files-place.ts';
import { moveFiles } from '../../src/store/move/files.ts';
import { freshFolder } from '../fakes/folder.ts';
import { placeOn, s3World } from './s3/world.ts';

const HOME = 'the-home';

/** The place of a stopped bot with files of these contents in it. */
async function placeWith(
  ...contents: string[]
): Promise<OpenPlace & { put(content: string, name?: string): string }> {
  const dataDir = freshFolder();
  const place = openPlace(dataDir, undefined);
  await place.texts.write('home', HOME);
  const put = (content: string, name = content): string => {
    const key = `${createHash('sha256').update(name).digest('hex')}.mp4`;
    const path = join(dataDir, 'files', placeOf(key));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return key;
  };
  for (const content of contents) put(content);
  return { ...place, put };
}

function folder(root = freshFolder()): OpenPlace {
  const place = openPlace(freshFolder(), { kind: 'folder', path: root });
  onTestFinished(place.stop);
  return place;
}

async function keysIn(place: OpenPlace): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of place.files.olderThan(Number.POSITIVE_INFINITY)) keys.push(key);
  return keys;
}

describe('moving the files of a bot', () => {
  it('brings all of them, with the mark of their database, and counts them', async () => {
    const [from, to] = [await placeWith('one', 'three'), folder()];
    expect(await moveFiles(from, to, HOME)).toEqual({ count: 2, bytes: 8, damaged: 0 });
    expect((await keysIn(to)).sort()).toEqual((await keysIn(from)).sort());
    expect(await to.texts.read('home')).toBe(HOME);
  });

  it('goes on where it was interrupted, and leaves what is there already', async () => {
    const { sim } = await s3World();
    const from = await placeWith('one', 'two', 'three');
    const to = openPlace(freshFolder(), {
      ...{ kind: 's3', cacheBytes: 1e6, ...placeOn(sim), publicEndpoint: undefined },
    });
    onTestFinished(to.stop);
    sim.fault({ method: 'PUT', path: /\.mp4$/, how: { chunkMs: 1 }, times: 2 });
    sim.fault({ method: 'PUT', path: /\.mp4$/, how: { status: 403, text: '<Code>AccessDenied</Code>' } });
    await expect(moveFiles(from, to, HOME)).rejects.toThrow('AccessDenied');
    expect(await keysIn(to)).toHaveLength(2);
    const sent = sim.requestsTo('PUT', /\.mp4$/).length;
    expect(await moveFiles(from, to, HOME)).toMatchObject({ count: 3, damaged: 0 });
    expect(sim.requestsTo('PUT', /\.mp4$/)).toHaveLength(sent + 1);
    const [type] = sim.requestsTo('PUT', /\.mp4$/).map(({ headers }) => headers['content-type']);
    expect(type).toBe('video/mp4');
  });

  it('leaves behind what is damaged, and says how many', async () => {
    const [from, to] = [await placeWith('one'), folder()];
    from.put('half a vid', 'a video');
    expect(await moveFiles(from, to, HOME)).toEqual({ count: 1, bytes: 3, damaged: 1 });
    expect(await keysIn(to)).toHaveLength(1);
  });

  it('says so where files that were sent are not there in the end', async () => {
    const [from, root] = [await placeWith('one'), freshFolder()];
    const to = folder(root);
    const keep: typeof to.files.keep = async (...args) => {
      const kept = await to.files.keep(...args);
      rmSync(join(root, placeOf(kept.key)));
      return kept;
    };
    const lossy = { ...to, files: { ...to.files, keep } };
    await expect(moveFiles(from, lossy, HOME)).rejects.toThrow('1 files were sent, and are not there');
  });

  it('refuses a place of another bot, one whose files nobody knows, and files of another database', async () => {
    const from = await placeWith('one');
    const others = folder();
    await others.texts.write('home', 'another');
    await expect(moveFiles(from, others, HOME)).rejects.toThrow('belong to another bot');
    const nobodys = freshFolder();
    const key = from.put('whose');
    mkdirSync(join(nobodys, key.slice(0, 2)));
    writeFileSync(join(nobodys, placeOf(key)), 'whose');
    await expect(moveFiles(from, folder(nobodys), HOME)).rejects.toThrow('nothing says whose');
    const empty = freshFolder();
    await expect(moveFiles(from, folder(empty), 'of-another-database')).rejects.toThrow('do not belong');
    await expect(moveFiles(from, folder(empty), undefined)).rejects.toThrow('do not belong');
    expect(readdirSync(empty).sort()).toEqual(['check', 'removed', 'temp']);
  });
});
