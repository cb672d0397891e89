import { readdirSync, readlinkSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSignIn, digestOf } from '../../src/http/sign-in.ts';
import { LOCALES, wordsFor } from '../../src/words/index.ts';
import { zipOf } from '../../src/zip.ts';
import { freshFolder } from '../fakes/folder.ts';
import { readZip } from '../read-zip.ts';
import { form, post, raw, start, VIDEO } from './harness.ts';

describe('the page of what is kept', () => {
  it('is there for everybody, signed in or not, and names whom files go to', async () => {
    const signIn = createSignIn(digestOf('secret'), 'a key');
    const { url } = await start({ signIn });
    const answer = await fetch(`${url}/privacy`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
    const text = await answer.text();
    expect(text).toContain('<h1>What is kept</h1>');
    expect(text).toContain('go to: paid.');
    expect(text).toContain('12 months');
  });

  it.each(LOCALES)('is written in %s for whoever reads that', async (locale) => {
    const { url } = await start();
    const { t, language } = wordsFor(locale);
    const byLink = await (await fetch(`${url}/privacy?lang=${locale}`)).text();
    expect(byLink).toContain(`<html lang="${language}">`);
    expect(byLink).toContain(t('privacy.optout').replaceAll('"', '&quot;'));
    const headers = { 'accept-language': `${locale},en;q=0.5` };
    expect(await (await fetch(`${url}/privacy`, { headers })).text()).toBe(byLink);
  });
});

describe("the page's own data", () => {
  it('comes as an archive with all that is known and every file', async () => {
    const { url, life } = await start({}, { consents: 'asked' });
    await post(`${url}/api/jobs`, form({ consent: 'self', prompt: 'a dance' }));
    await life.scheduler.runAll();
    const answer = await fetch(`${url}/api/privacy/export`);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="my-data.zip"');
    const files = readZip(Buffer.from(await answer.arrayBuffer()));
    const [job] = JSON.parse(String(files.get('jobs.json')));
    expect(job).toMatchObject({ state: 'delivered', request: { prompt: 'a dance' } });
    expect(files.get(`${job.code}/video.mp4`)).toEqual(VIDEO);
    expect(String(files.get(`${job.code}/picture.jpg`))).toBe('an image');
    expect(JSON.parse(String(files.get('consents.json')))).toMatchObject([
      { answer: 'self', jobCode: job.code },
    ]);
    expect(JSON.parse(String(files.get('ledger.json')))).toMatchObject([{ state: 'settled' }]);
    expect(JSON.parse(String(files.get('about.json')))).toMatchObject({
      memberId: 'web:operator',
      optedOut: false,
    });
  });

  it('is for whoever is signed in alone', async () => {
    const signIn = createSignIn(digestOf('secret'), 'a key');
    const { url } = await start({ signIn });
    expect(await raw(`${url}/api/privacy/export`, {})).toBe(401);
  });
});

describe('an archive', () => {
  it('leaves out what has gone from the disk, and holds the rest', async () => {
    const path = join(freshFolder(), 'there');
    await writeFile(path, 'here');
    async function* files() {
      yield { name: 'gone.mp4', atMs: 0, path: `${path}-not` };
      yield { name: 'ünï.txt', atMs: Date.UTC(2026, 10, 29), text: 'words' };
      yield { name: 'a/there.bin', atMs: Date.UTC(2026, 10, 29), path };
    }
    const pieces: Buffer[] = [];
    for await (const piece of zipOf(files())) pieces.push(piece);
    const read = readZip(Buffer.concat(pieces));
    expect([...read].map(([name, bytes]) => [name, String(bytes)])).toEqual([
      ['ünï.txt', 'words'],
      ['a/there.bin', 'here'],
    ]);
  });

  it('reads a file only as fast as it is taken', async () => {
    const path = join(freshFolder(), 'large');
    await writeFile(path, Buffer.alloc(64 * 1024 * 1024));
    let given = 0;
    const { size } = await stat(path);
    async function* files() {
      yield { name: 'large', atMs: 0, path };
      given += 1;
      yield { name: 'after', atMs: 0, text: 'x' };
    }
    const archive = zipOf(files());
    const first = await archive[Symbol.asyncIterator]().next();
    expect(first.done).toBe(false);
    expect(archive.readableLength).toBeLessThan(size / 8);
    expect(given).toBe(0);
    archive.destroy();
    if (process.platform === 'linux') await expect.poll(() => isOpen(path)).toBe(false);
  });
});

const isOpen = (path: string): boolean =>
  readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  });
