import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { moveBot } from '../src/moving.ts';
import { createStore } from '../src/store/index.ts';
import { MOVED } from '../src/store/move/tables.ts';
import { aHold } from './contracts/ledger.ts';
import { freshFolder } from './fakes/folder.ts';
import { jobIn } from './fakes/jobs.ts';
import { postgresNeeded, postgresOfFile } from './postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

/** What it says to the terminal, and its exit code. */
async function run(args: string[], env: Record<string, string> = {}) {
  const said: string[] = [];
  const code = await moveBot(args, env, (line) => said.push(line), { waitMs: 0 });
  return { code, said: said.join('\n') };
}

async function stoppedBot(): Promise<string> {
  const dataDir = freshFolder();
  const store = createStore(dataDir, (error) => expect.fail(error.message));
  await store.isAtHome();
  await store.jobs.save(jobIn('queued'));
  await store.ledger.reserve(aHold());
  await store.ledger.settle('web:1', { micros: 390_000, counts: true, provider: 'fal', at: 2 });
  await using temp = await store.files.temp('mp4');
  writeFileSync(temp.path, 'a video');
  await store.files.keep(temp.path, 'video/mp4');
  await store.close();
  writeFileSync(join(dataDir, 'secret-key'), 'the-key-of-this-bot\n');
  return dataDir;
}

describe('npm run migrate', () => {
  it('says how it is used where it is asked nothing, or wrongly', async () => {
    expect(await run([])).toMatchObject({ code: 0, said: expect.stringContaining('--to env') });
    for (const args of [['--for', 'x'], ['postgres://x'], ['--to']])
      expect(await run(args)).toMatchObject({ code: 1, said: expect.stringContaining('--to env') });
  });

  it('says what is wrong with an address, or that there is none', async () => {
    expect((await run(['--to', 'env'])).said).toBe('STORE_URL is not set, in .env or the environment.');
    expect((await run(['--to', 'mysql://x'])).said).toContain('must be like postgres://');
    const files = await run(['--to', 'postgres://x', '--files', 'env']);
    expect(files.said).toBe('FILES_URL is not set, in .env or the environment.');
    expect((await run(['--to', 'postgres://x', '--files', 'ftp://x'])).said).toContain('file:///mnt/strut');
  });

  it('says that there is nothing to move', async () => {
    const { code, said } = await run(['--to', 'postgres://x'], { DATA_DIR: freshFolder() });
    expect([code, said]).toEqual([1, expect.stringContaining('There is no bot in')]);
  });

  it('does not show a password, and reminds of one on the command line', async () => {
    const address = 'postgres://strut:hunter2hunter2@127.0.0.1:1/strut';
    const DATA_DIR = await stoppedBot();
    const bare = await run(['--to', 'env'], { DATA_DIR, STORE_URL: address });
    expect(bare.code).toBe(1);
    expect(bare.said).toContain('PostgreSQL can not be reached');
    expect(bare.said).not.toContain('history');
    const shown = await run(['--to', address], { DATA_DIR });
    for (const { said } of [bare, shown]) expect(said).not.toContain('hunter2');
    expect(shown.said).toContain('in the history of your shell');
  });

  describe('with a PostgreSQL', postgresNeeded, () => {
    it('tells of every sum in words, what to do next, and why the old bot does not start', async () => {
      const [DATA_DIR, shared] = [await stoppedBot(), freshFolder()];
      const target = await postgres.empty();
      const env = { DATA_DIR, STORE_URL: await postgres.url(), FILES_URL: `file://${shared}` };
      const { code, said } = await run(['--to', 'env', '--files', 'env'], env);
      expect(said).toContain('files: 1 (0 kB), all there');
      expect(said).toContain(
        'lines of the ledger: 1 ($0.42 set aside, $0.39 billed), the same on both sides',
      );
      expect(said).toMatch(/jobs and small records: 2, the same/);
      for (const { name } of MOVED) expect(said).not.toMatch(new RegExp(`^  ${name}:`, 'm'));
      expect(said).toContain('Set STORE_URL and FILES_URL in .env and start Strut.');
      expect(said).toContain('moved-to-postgres');
      expect(code).toBe(0);
      expect(await target.all("SELECT value FROM keyv WHERE key = 'secrets:secret-key'")).toEqual([
        { value: '{"value":"the-key-of-this-bot"}' },
      ]);
      // Nothing of the work is left in the old folder.
      expect(() => mkdirSync(join(DATA_DIR, 'moving'))).not.toThrow();
    });

    it('says so where the bot runs, or the database is another bot’s or another program’s', async () => {
      const [DATA_DIR, STORE_URL] = [await stoppedBot(), await postgres.url()];
      const target = await postgres.empty();
      const ask = () => run(['--to', 'env'], { DATA_DIR, STORE_URL });
      const store = createStore(DATA_DIR, (error) => expect.fail(error.message));
      expect((await ask()).said).toContain('Not moved: a bot is running');
      await store.close();
      await target.run("INSERT INTO settings VALUES ('discord:1', '{}')");
      expect((await ask()).said).toContain('has records of a bot already');
      await target.run('DELETE FROM settings; ALTER TABLE shape RENAME TO other');
      expect((await ask()).said).toContain('tables of another program');
      await target.run('ALTER TABLE other RENAME TO shape');
      expect((await ask()).code).toBe(0);
    });
  });
});
