/** One of two processes loses sight of PostgreSQL alone: the chats, the provider and the page still reach it. */
import { describe, expect, it } from 'vitest';
import { freshSchema, postgresNeeded } from '../../postgres/open.ts';
import { type PostgresProxy, startPostgresProxy } from '../../postgres/proxy.ts';
import { TEST_MS } from '../../timeouts.ts';
import { LONG, tell } from '../board.ts';
import type { HookedBot } from '../bot.ts';
import { endingOf, wrongInAll } from '../ending.ts';
import { until } from '../record.ts';
import { isDispossessed } from './freeze.ts';
import { countOf, jobSince, untilOver } from './kill.ts';
import { EVERY_MS, type SeveralStage, startSeveral } from './stage.ts';

/** What is done to a job, beside showing how it stands. */
const OF_A_STEP = /^(jobs|ledger|provider|result|media|chat)\./;
const RUNS_MS = 20_000;
/** What gets lost on the way. That answers do is the harder one: what was asked for is done. */
const WAYS = LONG ? (['statements', 'answers'] as const) : (['answers'] as const);

/** Whose look at the job that `ask` brings to the provider gets no answer. */
async function whoLooks(
  { processes, provider, log }: SeveralStage,
  ask: () => Promise<void>,
): Promise<HookedBot> {
  // From before the job is there: of a look that has begun already, only the end would be seen.
  const passed = await processes.record(async () => {
    await ask();
    provider.fault({ method: 'GET', path: provider.paths.status, how: 'hang' });
    await until('a look at the job', () => provider.faultsLeft() === 0, { describe: log });
  });
  const looks = [...passed].filter(
    ([, points]) =>
      points.lastIndexOf('provider.status, before') > points.lastIndexOf('provider.status, after'),
  );
  const [found] = looks.map(([bot]) => bot);
  if (!found) throw new Error(`nobody looks at the job: ${JSON.stringify([...passed.values()])}`);
  return found;
}

/** Cuts off whoever is at a job, and answers with what that one still did once the other had everything. */
async function cutOff(
  stage: SeveralStage,
  proxyOf: (bot: HookedBot) => PostgresProxy,
  only: 'statements' | 'answers',
) {
  const { processes, provider, fronts, log } = stage;
  const look = { everyMs: EVERY_MS, describe: log };
  const before = await countOf(stage);
  provider.next({ runMs: RUNS_MS });
  const atProvider = async () =>
    ['queued', 'running'].includes(jobSince(await stage.record(), before)?.state ?? '');
  const asking = Promise.withResolvers<Awaited<ReturnType<typeof fronts.telegram.ask>>>();
  const cut = await whoLooks(stage, async () => {
    asking.resolve(await fronts.telegram.ask());
    await until('the render', atProvider, look);
  });
  const asked = await asking.promise;
  proxyOf(cut).freeze(only);
  await until(
    'the other one to have everything',
    () => isDispossessed(stage, processes.all.length - 1),
    look,
  );
  const done = await cut.record(() => untilOver(stage, before));
  await proxyOf(cut).open();
  await until('it to be back', async () => (await fetch(`${cut.url}/readyz`)).status === 200, look);
  const { id } = await untilOver(stage, before);
  const ending = await endingOf(stage, asked, { id, submits: provider.submits() - before.submits });
  return { done: done.filter((point) => OF_A_STEP.test(point)), ending };
}

describe('one of two processes that is cut off from PostgreSQL alone', postgresNeeded, () => {
  it(
    'takes no step any more once the other one has its work, and is there again when it is back',
    async () => {
      const schema = await freshSchema();
      await using stack = new AsyncDisposableStack();
      const proxies = [
        stack.use(await startPostgresProxy(schema.url)),
        stack.use(await startPostgresProxy(schema.url)),
      ];
      const envOf = (index: number) => ({ STORE_URL: proxies[index]?.url ?? '' });
      {
        await using stage = await startSeveral('runcomfy', { count: 2, envOf, storeUrl: schema.url });
        const { all } = stage.processes;
        const proxyOf = (bot: HookedBot): PostgresProxy => {
          const proxy = proxies[all.indexOf(bot)];
          if (!proxy) throw new Error('a process without a way to its database');
          return proxy;
        };
        const pids = all.map((bot) => bot.pid());
        for (const only of WAYS) {
          const { done, ending } = await cutOff(stage, proxyOf, only);
          expect(done).toEqual([]);
          expect(ending).toMatchObject({ end: 'video', submits: 1, videos: 1, wrong: [] });
          tell(`several-cut-${only}`, [
            {
              scenario: `two processes: no ${only} get through between one of them and PostgreSQL`,
              where: 'runcomfy, telegram',
              tries: 1,
              what: 'one submit, one bill, the video once; it does nothing meanwhile, and works on after',
            },
          ]);
        }
        expect(await wrongInAll(stage)).toEqual([]);
        expect(all.map((bot) => bot.pid())).toEqual(pids);
        expect(stage.log()).not.toMatch(/FATAL|nobody caught/);
      }
      await schema.drop();
    },
    TEST_MS,
  );
});
