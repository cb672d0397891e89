/** Jobs and their next steps in one PostgreSQL: both are saved, or neither. */
import pg from 'pg';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { StaleJob } from '../src/core/job/stale-job.ts';
import { createSteps, openQueues } from '../src/steps.ts';
import { createPostgresStore } from '../src/store/index.ts';
import { freshFolder } from './fakes/folder.ts';
import { jobIn } from './fakes/jobs.ts';
import { CHAT_EVENT } from './fakes/world.ts';
import { freshSchema, postgresNeeded, postgresOfFile } from './postgres/open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const log = { debug() {}, info() {}, warn() {}, error() {} };

async function up() {
  const db = await postgres.empty();
  const url = await postgres.url();
  const store = await createPostgresStore(url, freshFolder(), (error) => expect.fail(error.message));
  onTestFinished(() => store.close());
  const steps = await createSteps(store, await openQueues(store.queues, log), {
    clock: { now: Date.now },
    log,
  });
  onTestFinished(() => steps.stop());
  const schema = `${store.queues?.schema}_steps`;
  await db.run(`DELETE FROM ${schema}.job`);
  const waiting = () =>
    db.all(`SELECT name AS lane, singleton_key AS key, group_id AS space FROM ${schema}.job ORDER BY key`);
  return { db, jobs: store.jobs, steps, schema, waiting };
}

describe('a job that is saved', postgresNeeded, () => {
  it('has its next step, in its lane, until it is over', async () => {
    const { jobs, waiting } = await up();
    const { requester } = CHAT_EVENT;
    const created = await jobs.save(jobIn('created', { id: 'web:1', requester }));
    const step = { lane: 'worker', key: 'web:1', space: requester.spaceId };
    expect(await waiting()).toEqual([step]);
    await jobs.save(created);
    expect(await waiting()).toEqual([step]);
    await jobs.save(jobIn('completed', { id: 'web:2', requester }));
    await jobs.save(jobIn('delivered', { id: 'web:3', requester }));
    expect(await waiting()).toEqual([step, { lane: 'discord', key: 'web:2', space: requester.spaceId }]);
  });

  it('has its step at once, whenever it was due before', async () => {
    const { jobs, steps } = await up();
    await steps.at('web:1', Date.now() + 3_600_000);
    await jobs.save(jobIn('created'));
    const ran: string[] = [];
    await steps.start(async (key) => void ran.push(key));
    await expect.poll(() => ran).toEqual(['web:1']);
  });

  it('needs no other one while a step of it is under way, which is in the queues until its next one is', async () => {
    const { jobs, steps, waiting } = await up();
    const created = await jobs.save(jobIn('created'));
    const { requester } = created;
    const saved = Promise.withResolvers<void>();
    const ending = Promise.withResolvers<void>();
    await steps.start(async (key) => {
      await jobs.save(created);
      await steps.at(key, Date.now() + 3_600_000, { lane: 'discord', group: requester.spaceId });
      saved.resolve();
      await ending.promise;
    });
    await saved.promise;
    expect(await waiting()).toEqual([{ lane: 'worker', key: created.id, space: requester.spaceId }]);
    ending.resolve();
    await expect.poll(waiting).toEqual([{ lane: 'discord', key: created.id, space: requester.spaceId }]);
  });

  it('has none where somebody else saved it before', async () => {
    const { db, jobs, schema, waiting } = await up();
    const created = await jobs.save(jobIn('created'));
    await jobs.save(created);
    await db.run(`DELETE FROM ${schema}.job`);
    await expect(jobs.save(created)).rejects.toThrow(StaleJob);
    expect(await waiting()).toEqual([]);
  });

  it('is not saved where its step can not be', async () => {
    const { db, jobs, schema } = await up();
    const created = await jobs.save(jobIn('created'));
    await db.run(
      `ALTER TABLE ${schema}.job_common ADD CONSTRAINT full_up CHECK (singleton_key <> 'web:2') NOT VALID`,
    );
    onTestFinished(
      async () => void (await db.run(`ALTER TABLE ${schema}.job_common DROP CONSTRAINT full_up`)),
    );
    await expect(jobs.save(jobIn('created', { id: 'web:2' }))).rejects.toThrow('full_up');
    expect(await jobs.get('web:2')).toBeUndefined();
    expect(await jobs.save(created)).toMatchObject({ rev: 2 });
  });

  it('is saved with its step though somebody has removed all that belongs to the queues', async () => {
    const { db, jobs, schema, waiting } = await up();
    await db.run(`DROP SCHEMA ${schema} CASCADE`);
    await jobs.save(jobIn('created'));
    expect(await waiting()).toMatchObject([{ key: 'web:1' }]);
  });

  it('is saved with its step though somebody has removed the queues', async () => {
    const { db, jobs, schema, waiting } = await up();
    await db.run(`TRUNCATE ${schema}.job, ${schema}.queue CASCADE`);
    await jobs.save(jobIn('created'));
    expect(await waiting()).toMatchObject([{ key: 'web:1' }]);
    expect(await jobs.get('web:1')).toMatchObject({ state: 'created' });
  });
});

describe('the queues of a role that may make no schema', postgresNeeded, () => {
  async function asRole() {
    const { url, drop } = await freshSchema();
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    const schema = Object((await owner.query('SELECT current_schema() AS name')).rows[0]).name;
    const role = `role_of_${schema}`;
    await owner.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
    onTestFinished(async () => {
      await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`).finally(() => owner.end());
      await drop();
    });
    const open = async () => {
      const store = await createPostgresStore(url.replace('//strut@', `//${role}@`), freshFolder(), () => {});
      onTestFinished(() => store.close());
      return store;
    };
    return { owner, schema, role, open };
  }

  it('are refused with what to allow, and made where their schema is there', async () => {
    const { owner, schema, role, open } = await asRole();
    await expect(open()).rejects.toThrow(`GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role};`);
    await owner.query(`GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role}`);
    const store = await open();
    const prepare = `CREATE SCHEMA ${schema}_steps AUTHORIZATION ${role};`;
    await expect(openQueues(store.queues, log)).rejects.toThrow(prepare);
    await owner.query(prepare);
    const steps = await createSteps(store, await openQueues(store.queues, log), {
      clock: { now: Date.now },
      log,
    });
    onTestFinished(() => steps.stop());
    await steps.at('web:1', Date.now());
    expect(await steps.size()).toBe(1);
  });
});
