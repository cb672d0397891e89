import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepCopies } from '../src/copies.ts';
import { createHealth } from '../src/core/health.ts';
import { freshFolder } from './fakes/folder.ts';
import { freshDatabase } from './store/open.ts';

const NOW = Date.UTC(2026, 10, 30, 12);

function setUp(over: { STORE_URL?: string; DAILY_COPIES?: number } = {}) {
  const dataDir = freshFolder();
  freshDatabase(dataDir);
  const told: string[] = [];
  const health = createHealth((name, state) => told.push(`${name} ${state.state} ${state.reason ?? ''}`));
  const config = { DATA_DIR: dataDir, DAILY_COPIES: 7, STORE_URL: undefined, ...over };
  return { dataDir, told, health, take: keepCopies(config, health, () => NOW) };
}

describe('the daily copies, as the operator sees them', () => {
  it('are told with their number, their size and where the newest lies', async () => {
    const { take, health } = setUp();
    await take();
    const [backups] = health.all();
    expect(backups).toEqual({
      ...{ name: 'backups', state: 'ok' },
      reason: expect.stringMatching(
        /^1 of the database, [\d.]+ (?:kB|MB), the newest in backups\/strut-2026-11-30\.sqlite$/,
      ),
    });
  });

  it('are told once where there is none today, end nothing, and are made when there is room again', async () => {
    const { dataDir, take, told } = setUp();
    await take();
    rmSync(join(dataDir, 'backups'), { recursive: true });
    // Nothing can be written there.
    writeFileSync(join(dataDir, 'backups'), '');
    await take();
    await take();
    expect(told).toEqual([expect.stringMatching(/^backups degraded no copy of the database today: /)]);
    rmSync(join(dataDir, 'backups'));
    await take();
    expect(told[1]).toContain('backups ok 1 of the database');
  });

  it('are off where the operator wants none, and where the records lie in PostgreSQL', async () => {
    const none = setUp({ DAILY_COPIES: 0 });
    await none.take();
    expect(none.health.all()).toMatchObject([{ state: 'off', reason: 'DAILY_COPIES is 0' }]);
    const elsewhere = setUp({ STORE_URL: 'postgres://db/strut' });
    await elsewhere.take();
    expect(elsewhere.health.all()).toMatchObject([
      { state: 'off', reason: expect.stringContaining('PostgreSQL') },
    ]);
  });
});
