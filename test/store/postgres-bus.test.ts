import pg from 'pg';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { StoreUnreachable } from '../../src/store/errors.ts';
import { openPostgresBus } from '../../src/store/postgres-bus.ts';
import { busContract } from '../contracts/bus.ts';
import { freshSchema, postgresNeeded, postgresOfFile } from '../postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

async function open({ url, name = 'strut bus', errors = [] as unknown[] }: Partial<Opened> = {}) {
  const address = `${url ?? (await postgres.url())}&application_name=${encodeURIComponent(name)}`;
  const bus = await openPostgresBus(address, (error) => errors.push(error));
  onTestFinished(() => bus.close());
  let gaps = 0;
  bus.onGap(() => {
    gaps += 1;
  });
  const heard: string[] = [];
  bus.subscribe('job', (payload, origin) => origin === 'elsewhere' && heard.push(payload));
  return { bus, heard, gaps: () => gaps };
}
type Opened = { url: string; name: string; errors: unknown[] };

async function run(text: string, ...values: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: await postgres.url() });
  await client.connect();
  await client.query(text, values).finally(() => client.end());
}
/** Ends the connection of the bus that was opened under that name. */
const end = (name: string) =>
  run('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', name);

describe('the bus on PostgreSQL', postgresNeeded, () => {
  busContract('the bus of several processes', async () => {
    const errors: unknown[] = [];
    const opened = await Promise.all([0, 1, 2].map(() => open({ errors })));
    return { buses: opened.map(({ bus }) => bus), errors };
  });

  it('says that there was a gap when its connection is back, and hears again from then on', async () => {
    const [teller, listener] = [await open(), await open({ name: 'cut' })];
    await end('cut');
    await expect.poll(listener.gaps).toBe(1);
    teller.bus.publish('job', 'web:1');
    await expect.poll(() => listener.heard).toEqual(['web:1']);
    expect(teller.gaps()).toBe(0);
  });

  it('tells the others that they have a gap where it could not tell them something', async () => {
    const [teller, listener] = [await open({ name: 'cut' }), await open()];
    await end('cut');
    await expect
      .poll(() => {
        teller.bus.publish('job', 'into the dark');
        return listener.gaps();
      })
      .toBe(1);
    teller.bus.publish('job', 'web:2');
    await expect.poll(() => listener.heard.at(-1)).toBe('web:2');
  });

  it('hears nothing of another bot in the same database', async () => {
    const other = await freshSchema();
    onTestFinished(other.drop);
    const [mine, theirs] = [await open(), await open({ url: other.url })];
    const third = await open();
    theirs.bus.publish('job', 'theirs');
    mine.bus.publish('job', 'ours');
    await expect.poll(() => third.heard).toEqual(['ours']);
  });

  it('lets what is no note of ours pass', async () => {
    const [teller, listener] = [await open(), await open()];
    const channel = `'strut_' || md5(current_schema())`;
    for (const text of ['', 'job', '[]', '["a", 1]', '{}', '["a", "job", "b", "c"]'])
      await run(`SELECT pg_notify(${channel}, $1)`, text);
    teller.bus.publish('job', 'web:1');
    await expect.poll(() => listener.heard).toEqual(['web:1']);
    expect(listener.gaps()).toBe(0);
  });

  it('throws StoreUnreachable where there is no database to begin with', async () => {
    await expect(openPostgresBus('postgres://strut@127.0.0.1:1/strut', () => {})).rejects.toThrow(
      StoreUnreachable,
    );
  });
});
