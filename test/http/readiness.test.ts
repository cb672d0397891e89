import { describe, expect, it } from 'vitest';
import { FilesUnreachable } from '../../src/store/errors.ts';
import { start } from './harness.ts';

const never = () => new Promise<never>(() => {});

async function readyz(url: string) {
  const answer = await fetch(`${url}/readyz`);
  const { status, components } = (await answer.json()) as {
    status: string;
    components: { name: string; state: string; reason?: string }[];
  };
  return { code: answer.status, status, of: (name: string) => components.find((one) => one.name === name) };
}

describe('whether a bot is ready', () => {
  it('is no while its bucket or shared folder can not be reached, and which it is and why', async () => {
    let trouble: Error | undefined = new FilesUnreachable('s3.example: GET was answered with 503 SlowDown');
    const { url, files } = await start();
    files.ping = async () => {
      if (trouble) throw trouble;
    };
    const away = await readyz(url);
    expect([away.code, away.status]).toEqual([503, 'degraded']);
    expect(away.of('files')).toMatchObject({ state: 'degraded', reason: trouble.message });
    expect(away.of('store')).toMatchObject({ state: 'ok' });
    trouble = undefined;
    const back = await readyz(url);
    expect([back.code, back.of('files')?.state]).toEqual([200, 'ok']);
  });

  it('is ready, and says what else is wrong, where it can do its work all the same', async () => {
    const { url, health } = await start();
    health.set('clock', {
      state: 'degraded',
      reason: 'the clock of this machine is 12 s behind the database’s',
    });
    const found = await readyz(url);
    expect([found.code, found.status]).toEqual([200, 'ok']);
    expect(found.of('clock')).toMatchObject({ state: 'degraded' });
  });

  it('says nothing of the files where they lie on its own disk', async () => {
    const { url } = await start();
    expect((await readyz(url)).of('files')).toBeUndefined();
  });

  it.each([
    ['store', { ping: never }],
    ['files', {}],
  ])('is no where the %s does not answer at all, and is not waited for', async (name, silent) => {
    const { url, files } = await start({ ...silent, readyWithinMs: 1 });
    if (name === 'files') files.ping = never;
    const found = await readyz(url);
    expect(found.code).toBe(503);
    expect(found.of(name)).toMatchObject({ state: 'degraded', reason: 'there is no answer' });
  });

  it('is no where the disk can not be asked how full it is', async () => {
    const { url, files } = await start();
    files.hasRoom = async () => {
      // As Node says it, with the place.
      throw Object.assign(new Error('EIO: i/o error, statfs ‘/srv/ada’'), { code: 'EIO' });
    };
    const found = await readyz(url);
    expect([found.code, found.of('store')?.reason]).toEqual([503, 'it failed (EIO)']);
  });
});

describe('a request while the database is away', () => {
  it('is answered with 503 and when to come again', async () => {
    const { url, world } = await start();
    world.disk.store.get = async () => {
      throw Object.assign(new Error('the database can not be reached'), { retryHelps: true });
    };
    const answer = await fetch(`${url}/api/jobs/1`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await answer.json()).toMatchObject({
      code: 'store-away',
      detail: expect.stringContaining('in a minute'),
    });
  });
});
