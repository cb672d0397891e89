/** One Discord bot that is several processes: one has the chat, any takes what comes in, and they share the shards. */
import { REST } from 'discord.js';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../../src/store/sql.ts';
import { postgresNeeded, postgresOfFile } from '../../postgres/open.ts';
import { textOf } from './harness.ts';
import { startProcesses } from './processes.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());
afterEach(() => {
  vi.restoreAllMocks();
});

/** The sessions that have the chat. */
async function holders(db: Database): Promise<number[]> {
  const rows = await db.all(
    `SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE locktype = 'advisory' AND granted AND application_name = 'strut holds'
      AND l.objid::bigint = (hashtext(current_schema() || ' front:discord')::bigint & 4294967295)`,
  );
  return rows.map((row) => Number(Object(row).pid));
}

const shardsOf = (held: readonly string[]) => held.filter((name) => name.startsWith('shard:')).toSorted();

describe('Discord with several processes', postgresNeeded, () => {
  it('is had by one of them, and by the next one once that has ended', async () => {
    const { discord, start, ada, channel } = await startProcesses(postgres);
    const first = await start();
    await expect.poll(first.has).toBe(true);
    const second = await start();
    await discord.waitFor(() => discord.gateway.connected() === 1 && discord.commands().length > 0);
    const before = await discord.slash(ada, channel, '/help');
    await discord.waitFor(() => textOf(before.original).includes('/animate'));
    expect([first.has(), second.has()]).toEqual([true, false]);
    await first.stop();
    await expect.poll(second.has).toBe(true);
    await discord.waitFor(() => discord.gateway.connected() === 1);
    const after = await discord.slash(ada, channel, '/help');
    await discord.waitFor(() => textOf(after.original).includes('/animate'));
  });

  it('takes a command at any of them: its first answer comes from there, the rest from the one that has the chat', async () => {
    const { discord, start, callsTo, ada, channel } = await startProcesses(postgres);
    const called = await start({ isFront: false, isCalled: true });
    await callsTo(() => called);
    const front = await start({ parts: { interactions: 'http' } });
    await expect.poll(front.has).toBe(true);
    await discord.waitFor(() => discord.endpoint.url() !== null && discord.commands().length > 0);
    const asked = await discord.slash(ada, channel, '/help');
    await discord.waitFor(() => textOf(asked.original).includes('/animate'));
    expect(called.has()).toBe(false);
  });

  it('keeps a command that came while nobody had the chat, and answers it once somebody has', async () => {
    const { discord, start, callsTo, ada, channel, waiting } = await startProcesses(postgres);
    const called = await start({ isFront: false, isCalled: true, parts: { interactions: 'http' } });
    await callsTo(() => called);
    const before = await start();
    await discord.waitFor(() => discord.endpoint.url() !== null && discord.commands().length > 0);
    await before.stop();
    const asked = await discord.slash(ada, channel, '/help');
    await discord.waitFor(() => asked.original?.thinking);
    await expect.poll(waiting).toBe(1);
    const front = await start();
    await discord.waitFor(() => textOf(asked.original).includes('/animate'));
    await expect.poll(waiting).toBe(0);
    expect(front.has()).toBe(true);
  });

  it('is had by another one where the one that has it gives it up, which then takes what comes in for the other', async () => {
    const { discord, start, callsTo, ada, channel } = await startProcesses(postgres);
    const first = await start({ isCalled: true, parts: { interactions: 'http' } });
    await expect.poll(first.has).toBe(true);
    await callsTo(() => first);
    const second = await start();
    await discord.waitFor(() => discord.endpoint.url() !== null);
    const db = await postgres.db();
    // Its connection ends; who of the two is back first, or looks first, does not depend on us.
    for (let tries = 0; !second.has(); tries += 1) {
      if (tries > 100) expect.fail('the second process never got it');
      const [before] = await holders(db);
      await db.all('SELECT pg_terminate_backend(?::int)', before ?? null);
      await expect
        .poll(async () => (await holders(db)).every((pid) => pid !== before) && first.has() !== second.has())
        .toBe(true);
    }
    await expect.poll(() => first.started.length).toBeGreaterThan(1);
    const asked = await discord.slash(ada, channel, '/help');
    await discord.waitFor(() => textOf(asked.original).includes('/animate'));
  });

  it('shares its shards: each has one process, and those of one that ends go to the others', async () => {
    const { discord, start } = await startProcesses(postgres, { settings: { maxConcurrency: 4, shards: 4 } });
    const first = await start();
    await expect.poll(() => shardsOf(first.holds.held())).toHaveLength(4);
    const second = await start();
    await expect
      .poll(() => [first, second].map(({ holds }) => shardsOf(holds.held()).length))
      .toEqual([2, 2]);
    const all = [first, second].flatMap(({ holds }) => shardsOf(holds.held()));
    expect(all.toSorted()).toEqual(['shard:0/4', 'shard:1/4', 'shard:2/4', 'shard:3/4']);
    await discord.waitFor(() => discord.gateway.connected() === 4);
    await first.stop();
    await expect.poll(() => shardsOf(second.holds.held())).toHaveLength(4);
    await discord.waitFor(() => discord.gateway.connected() === 4);
  });

  it('leaves each process the shards that it is told, with another one beside it in case', async () => {
    const { discord, start } = await startProcesses(postgres);
    const parts = { shards: { shards: [0, 1], shardCount: 4 } };
    const first = await start({ parts });
    await expect.poll(() => shardsOf(first.holds.held())).toEqual(['shard:0/4', 'shard:1/4']);
    const beside = await start({ parts });
    const other = await start({ parts: { shards: { shards: [2, 3], shardCount: 4 } } });
    await expect.poll(() => shardsOf(other.holds.held())).toEqual(['shard:2/4', 'shard:3/4']);
    expect(shardsOf(beside.holds.held())).toEqual([]);
    await first.stop();
    await expect.poll(() => shardsOf(beside.holds.held())).toEqual(['shard:0/4', 'shard:1/4']);
    await discord.waitFor(() => discord.gateway.connected() === 4);
  });

  it('logs each shard in when its turn has come, of as many at once as Discord allows', async () => {
    const { discord, start } = await startProcesses(postgres, { settings: { maxConcurrency: 2, shards: 4 } });
    const may = Promise.withResolvers<void>();
    const turns: string[] = [];
    const onTurn = (name: string) => {
      turns.push(name);
      return may.promise;
    };
    await Promise.all([start({ onTurn }), start({ onTurn })]);
    await expect
      .poll(() => turns.toSorted())
      .toEqual(['identify:0', 'identify:0', 'identify:1', 'identify:1']);
    expect(discord.gateway.sessions).toEqual([]);
    may.resolve();
    await discord.waitFor(() => discord.gateway.connected() === 4);
  });

  it('is asked by each process no more than its share of what the bot may ask in a second', async () => {
    const made = vi.spyOn(REST.prototype, 'setToken');
    const shares = () => made.mock.contexts.map((of) => (of as REST).options.globalRequestsPerSecond);
    const { start } = await startProcesses(postgres);
    const first = await start();
    await expect.poll(first.has).toBe(true);
    await expect.poll(shares).not.toContain(2);
    const second = await start();
    await expect.poll(shares).toContain(2);
    await first.stop();
    await expect.poll(second.has).toBe(true);
    await expect.poll(shares).not.toContain(2);
  });
});
