import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { secretsIn } from '../../src/config.ts';
import { internet } from '../../src/doctor/internet.ts';
import { disk, media, memory } from '../../src/doctor/machine.ts';
import { findAll, runDoctor } from '../../src/doctor/run.ts';
import { createStore } from '../../src/store/index.ts';
import { freePort } from '../e2e/free-port.ts';
import { freshFolder } from '../fakes/folder.ts';
import { makeDisk, NO_MOUNT } from '../faults/mount.ts';
import { needs } from '../needs.ts';
import { PLANTED, withCertificate } from './planted.ts';

/** Long enough for a program that comes again at once. */
const LISTEN_MS = 3_000;

describe('the doctor names what was planted, with what mends it', () => {
  it.each(PLANTED)('$fault', async ({ check, code, mend, plant }) => {
    const dataDir = join(freshFolder(), 'data');
    const { env, dotEnv, dotEnvMode = 0o600 } = await plant(dataDir);
    const envFile = join(freshFolder(), '.env');
    if (dotEnv) await writeFile(envFile, dotEnv, { mode: dotEnvMode });
    const all = { DATA_DIR: dataDir, ...env };
    const found = await findAll(all, { envFile, checks: [check], listenMs: LISTEN_MS });
    const one = found.find((each) => each.code === code);
    expect(one, JSON.stringify(found)).toMatchObject({ level: expect.stringMatching(/warning|broken/) });
    expect(one?.nextStep).toMatch(mend);
    expect(one?.why).toMatch(/\w/);
    const said = JSON.stringify(found);
    for (const secret of secretsIn(all)) expect(said).not.toContain(secret);
    expect(said).not.toContain('secret-path');
    expect(said).not.toMatch(/\{\w+\}|undefined/);
  });

  const small = makeDisk(20);
  onDone(small);
  it('a disk without room', needs(small !== undefined, NO_MOUNT), async () => {
    const found = await findAll({ DATA_DIR: small?.path ?? '' }, { checks: [disk] });
    expect(found[0]).toMatchObject({ code: 'disk-full', level: 'broken' });
  });

  const frozen = makeDisk(20);
  frozen?.freeze();
  onDone(frozen);
  it('a disk that can’t be written to', needs(frozen !== undefined, NO_MOUNT), async () => {
    const found = await findAll({ DATA_DIR: frozen?.path ?? '' }, { checks: [disk] });
    expect(found[0]).toMatchObject({ code: 'disk-unwritable', nextStep: expect.stringContaining('chown') });
  });

  it('no certificate that is good for months', async () => {
    const { env } = await withCertificate(90 * 24 * 3_600_000);
    const found = await findAll({ DATA_DIR: freshFolder(), ...env }, { checks: [internet] });
    expect(found.filter(({ code }) => code.startsWith('certificate'))).toEqual([
      { code: 'certificate', level: 'ok', what: expect.stringContaining('localhost is good until') },
    ]);
  });

  it('settings that can’t be read, each by its name', async () => {
    const found = await findAll({
      PORT: 'eighty',
      OPERATORS: 'Ada',
      FAL_KEY: 'rpa_ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    });
    expect(found.map(({ code, about }) => [code, about])).toEqual([
      ['settings-bad', 'OPERATORS'],
      ['settings-bad', 'PORT'],
      ['key-elsewhere', 'FAL_KEY'],
    ]);
  });
});

function onDone(disk: Disposable | undefined): void {
  process.once('exit', () => disk?.[Symbol.dispose]());
}

async function run(args: string[], env: Record<string, string>) {
  const printed: string[] = [];
  const status = await runDoctor(args, env, (text) => printed.push(text), { envFile: '/nowhere/.env' });
  return { status, text: printed.join('\n') };
}

describe('npm run doctor', () => {
  it('looks at everything, and ends with 0 where all is well', async () => {
    const dataDir = join(freshFolder(), 'data');
    const { status, text } = await run([], { DATA_DIR: dataDir, PORT: await freePort() });
    // How long that takes is the machine's affair: where it is slow, that is the one thing to warn of.
    const isSlow = /A second of sample video took/.test(text);
    expect(text).toContain(isSlow ? '1 warning.' : 'All is well.');
    expect(text).toMatch(/A second of sample video (?:was made and read back|took)/);
    expect(status).toBe(isSlow ? 1 : 0);
  });

  it('writes JSON for scripts, and ends with 2 where something is broken', async () => {
    const { status, text } = await run(['--json'], { PORT: 'eighty' });
    expect(JSON.parse(text)).toMatchObject({
      status: 'broken',
      found: [{ code: 'settings-bad', about: 'PORT', level: 'broken', nextStep: expect.any(String) }],
    });
    expect(status).toBe(2);
  });

  it('changes nothing in the folder of a bot that stands still', async () => {
    const dataDir = freshFolder();
    await createStore(dataDir, () => {}).close();
    const seen = () => readdirSync(dataDir).map((name) => [name, statSync(join(dataDir, name)).mtimeMs]);
    const before = seen();
    await findAll({ DATA_DIR: dataDir, PORT: await freePort() }, { listenMs: 0 });
    expect(seen()).toEqual(before);
  });

  it('reads the records of a bot that runs, beside it', async () => {
    const dataDir = freshFolder();
    mkdirSync(dataDir, { recursive: true });
    const store = createStore(dataDir, () => {});
    onTestFinished(() => store.close());
    const found = await findAll({ DATA_DIR: dataDir, PORT: await freePort() }, { checks: [memory, media] });
    // It holds the lock, and no page answers.
    expect(found[0]).toMatchObject({ code: 'runs-unseen' });
  });
});
