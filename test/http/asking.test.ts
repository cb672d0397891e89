import { describe, expect, it } from 'vitest';
import type { JobView } from '../../src/http/page/contract.ts';
import { jobIn } from '../fakes/jobs.ts';
import { createRemote, withDearer } from '../fakes/remote.ts';
import { CHAT_EVENT } from '../fakes/world.ts';
import { form, post, start } from './harness.ts';

async function asking() {
  const remotes = withDearer(createRemote('paid'));
  const server = await start({}, { remotes });
  const { links } = (await (await post(`${server.url}/api/jobs`, form())).json()) as JobView;
  await server.life.scheduler.runAll(server.world.time.now + 60_000);
  const read = async () => (await (await fetch(server.url + links.self)).json()) as JobView;
  return { ...server, read, dear: remotes[1] };
}

describe('a dearer offer, over the API', () => {
  it('is shown with its price, its end and the way to say yes, which one call does', async () => {
    const { url, world, life, read, dear } = await asking();
    const asked = await read();
    expect(asked).toMatchObject({
      state: 'asking',
      message: "paid can't take it. dear can, for $0.42.",
      question: { provider: 'dear', usd: 0.42, price: '$0.42', until: world.time.now + 600_000 },
      cancellable: true,
    });
    const gone = await post(url + asked.links.goOn);
    expect([gone.status, await gone.json()]).toMatchObject([200, { state: 'created', quote: { usd: 0.42 } }]);
    await life.scheduler.runAll();
    expect(await read()).toMatchObject({ state: 'delivered', provider: 'dear', costUsd: 0.42 });
    expect(await read()).not.toHaveProperty('question');
    expect(dear.submits).toHaveLength(1);
  });

  it('is not taken at a price that nobody agreed to', async () => {
    const { url, read, dear } = await asking();
    const { links } = await read();
    for (const micros of ['', 'x', '-1', '1e9'])
      expect((await post(`${url}${links.self}/go-on?micros=${micros}`)).status).toBe(400);
    const refused = await post(`${url}${links.self}/go-on?micros=419999`);
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'price-rose' }]);
    expect([(await read()).state, dear.submits]).toEqual(['asking', []]);
  });

  it('ends free of charge with a cancel, or where nobody says yes in time', async () => {
    const { url, life, read } = await asking();
    const { links } = await read();
    expect((await post(url + links.cancel)).status).toBe(200);
    expect(await read()).toMatchObject({ state: 'cancelled', costUsd: 0 });
    const other = await asking();
    await other.life.scheduler.runAll();
    expect(await other.read()).toMatchObject({ failure: { code: 'not-confirmed' }, costUsd: 0 });
    expect((await post(url + links.goOn)).status).toBe(409);
    expect(await life.scheduler.size()).toBe(0);
  });

  it('of a member in a chat is not the operator’s to take', async () => {
    const { url, world } = await start();
    const job = jobIn('asking', { id: CHAT_EVENT.id, requester: CHAT_EVENT.requester });
    await world.disk.store.save(job);
    const self = `${url}/api/jobs/${job.code}`;
    const seen = (await (await fetch(self)).json()) as JobView;
    expect(seen).toMatchObject({ state: 'asking', question: { usd: 0.42 } });
    expect(seen.links).not.toHaveProperty('goOn');
    expect((await post(`${self}/go-on?micros=420000`)).status).toBe(403);
  });
});

describe('a price that was shown', () => {
  it('is the most that a job is started for, a new one as well as one again', async () => {
    const remote = createRemote('paid');
    const { url, life } = await start({}, { remotes: [remote] });
    const made = (await (await post(`${url}/api/jobs`, form({ max_usd: '0.28' }))).json()) as JobView;
    expect(made).toMatchObject({ quote: { usd: 0.28 } });
    await life.scheduler.runAll();
    remote.provider.quote = async () => ({ micros: 420_000, notes: [] });
    const dearer = [
      await post(`${url}/api/jobs`, form({ max_usd: '0.28' })),
      await post(`${url}${made.links.again}?max_usd=0.28`),
    ];
    for (const answer of dearer)
      expect([answer.status, await answer.json()]).toMatchObject([
        409,
        { code: 'price-rose', micros: 420_000 },
      ]);
    expect(await life.scheduler.size()).toBe(0);
    expect((await post(`${url}${made.links.again}?max_usd=0.42`)).status).toBe(201);
  });

  it('that is no number is refused', async () => {
    const { url } = await start();
    const refused = await post(`${url}/api/jobs`, form({ max_usd: 'a lot' }));
    expect([refused.status, await refused.json()]).toMatchObject([400, { option: 'max_usd' }]);
  });
});
