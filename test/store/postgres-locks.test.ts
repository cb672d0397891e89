import pg from 'pg';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { StoreUnreachable } from '../../src/store/errors.ts';
import { openPostgresLocks } from '../../src/store/postgres-locks.ts';
import { locksContract } from '../contracts/locks.ts';
import { freshSchema, postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { wireTo } from '../postgres/wire.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

async function open({ url, name = 'strut locks', ...options }: Partial<Options> = {}) {
  const address = `${url ?? (await postgres.url())}&application_name=${encodeURIComponent(name)}`;
  const locks = await openPostgresLocks(address, options);
  onTestFinished(() => locks.close());
  return locks;
}
type Options = { url: string; name: string; withinMs: number };

async function endConnections(name: string): Promise<void> {
  const client = new pg.Client({ connectionString: await postgres.url() });
  await client.connect();
  const end = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1';
  await client.query(end, [name]).finally(() => client.end());
}

describe('locks on PostgreSQL', postgresNeeded, () => {
  locksContract('the locks of several processes', () => Promise.all([open(), open(), open()]));

  it('are free for the others when the process that had them is gone in the middle of its work', async () => {
    const [dead, other] = [await open({ name: 'dies' }), await open()];
    const started = Promise.withResolvers<void>();
    void dead.run('web:1', () => {
      started.resolve();
      return new Promise(() => {});
    });
    await started.promise;
    expect(await other.isBusy('web:1')).toBe(true);
    await dead.close();
    expect(await other.run('web:1', async () => 'done')).toBe('done');
  });

  it('are had again where the connection has ended, and work that was under way then ends well', async () => {
    const locks = await open({ name: 'cut' });
    const order: string[] = [];
    await locks.run('web:1', async () => {
      await endConnections('cut');
      order.push('first');
    });
    await locks.run('web:1', async () => void order.push('second'));
    expect(order).toEqual(['first', 'second']);
    expect(await (await open()).isBusy('web:1')).toBe(false);
  });

  it('say that the database is away where they can not be had, and begin nothing', async () => {
    const wire = await wireTo(await postgres.url());
    const locks = await open({ url: wire.url, name: 'lost', withinMs: 0 });
    wire.cut();
    await endConnections('lost');
    let isBegun = false;
    const begin = async () => {
      isBegun = true;
    };
    const refused = expect(locks.run('web:1', begin)).rejects.toThrow(StoreUnreachable);
    // The server is gone, but nobody has said so.
    await locks.close();
    await refused;
    expect(isBegun).toBe(false);
  });

  it('of two bots in one database have nothing to do with each other', async () => {
    const schema = await freshSchema();
    onTestFinished(schema.drop);
    const [mine, theirs] = [await open(), await open({ url: schema.url })];
    await mine.run('web:1', async () => expect(await theirs.isBusy('web:1')).toBe(false));
  });
});
