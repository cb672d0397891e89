import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../../simulators/telegram/faults.ts';
import { asks, createOutboundWorld, jobOf, type OutboundWorld } from './outbound-world.ts';

const LOST: Fault = { method: 'sendVideo', how: 'lose-answer' };

async function ready() {
  const world = await createOutboundWorld();
  const { target, chat, ...rest } = await asks(world.telegram, 'group');
  const job = jobOf('completed', target);
  const delivery = world.original(job);
  const videos = () => world.telegram.said(chat).filter(({ video }) => video).length;
  const sends = () => world.telegram.calls('sendVideo').length;
  const deliver = (outbound: ReturnType<OutboundWorld['boot']>) =>
    world.until(outbound.deliver(job, delivery, target));
  return { world, job, delivery, target, chat, videos, sends, deliver, ...rest };
}

describe('a send whose answer is lost', () => {
  it('is made once more with a line in the log, and then never again', async () => {
    const { world, deliver, videos, sends } = await ready();
    const outbound = world.boot();
    world.telegram.fault(LOST);
    await expect(deliver(outbound)).rejects.toMatchObject({ kind: 'network', maybeDone: true });
    expect(await deliver(outbound)).toMatchObject({ kind: 'delivered' });
    // At least once is promised; here both arrived.
    expect([sends(), videos()]).toEqual([2, 2]);
    expect(await deliver(outbound)).toMatchObject({ kind: 'delivered' });
    expect(sends()).toBe(2);
    expect(world.logged.join('\n')).toMatch(/the answer to a send was lost[\s\S]*sent once more/);
  });

  it('is not made a third time, also after a restart', async () => {
    const { world, deliver, sends } = await ready();
    world.telegram.fault({ ...LOST, times: 9 });
    await expect(deliver(world.boot())).rejects.toMatchObject({ kind: 'network' });
    expect(await deliver(world.boot())).toEqual({ kind: 'nowhere' });
    expect(await deliver(world.boot())).toEqual({ kind: 'nowhere' });
    expect(sends()).toBe(2);
  });

  it('can still be asked for by the member, from another message', async () => {
    const { world, deliver, job, delivery, target, ada, chat } = await ready();
    world.telegram.fault({ ...LOST, times: 2 });
    const outbound = world.boot();
    await expect(deliver(outbound)).rejects.toThrow();
    await deliver(outbound);
    const list = await world.telegram.sends(ada, chat, { text: '/jobs' });
    const to = { ...target, messageId: list.message_id };
    expect(await world.until(outbound.deliver(job, delivery, to))).toMatchObject({ kind: 'delivered' });
  });

  it.each<[string, Fault['how']]>([
    ['Telegram failed at it', { status: 500 }],
    ['a proxy answered in its place', { status: 502, text: '<html>Bad Gateway</html>' }],
    ['no answer came at all', 'hang'],
  ])('is one where %s', async (_, how) => {
    const { world, deliver, sends, target } = await ready();
    world.telegram.fault({ method: 'sendVideo', how });
    const outbound = world.boot();
    if (how === 'hang') {
      // The wait for an upload's answer is ten real minutes; stopping ends it sooner.
      const sending = deliver(outbound);
      const ended = sending.catch((error: unknown) => error);
      await world.telegram.waitFor(() => sends() === 1);
      const stopped = outbound.stop();
      await world.time.advance(5_000);
      await stopped;
      expect(await ended).toMatchObject({ kind: 'network', maybeDone: true });
    } else await expect(deliver(outbound)).rejects.toMatchObject({ kind: 'network', maybeDone: true });
    expect(await world.shelf.get('sends:telegram:1')).toEqual({
      [`original:${target.chatId}:${target.messageId}`]: { unknown: 1 },
    });
  });
});

describe('a send that surely did not arrive', () => {
  it('counts for nothing where Telegram cannot be reached', async () => {
    const { world, deliver, videos } = await ready();
    const away = world.boot({ apiUrl: 'http://127.0.0.1:1' });
    for (let tries = 0; tries < 3; tries += 1)
      await expect(deliver(away)).rejects.toMatchObject({ kind: 'network', maybeDone: false });
    expect(await deliver(world.boot())).toMatchObject({ kind: 'delivered' });
    expect(videos()).toBe(1);
  });

  it('counts for nothing where the connection broke in the middle of the file', async () => {
    const { world, job, target, videos } = await ready();
    const delivery = world.original(job, world.videoFile(32 << 20));
    const cuts = createServer((socket) => void socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => void cuts.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void cuts.close());
    const broken = world.boot({ apiUrl: `http://127.0.0.1:${(cuts.address() as AddressInfo).port}` });
    for (let tries = 0; tries < 3; tries += 1)
      await expect(world.until(broken.deliver(job, delivery, target))).rejects.toMatchObject({
        kind: 'network',
        maybeDone: false,
      });
    const sending = world.boot().deliver(job, world.original(job), target);
    expect(await world.until(sending)).toMatchObject({ kind: 'delivered' });
    expect(videos()).toBe(1);
  });
});

describe('a process that ends around a send', () => {
  it('does not send again what it noted to be sent', async () => {
    const { world, deliver, sends } = await ready();
    const first = await deliver(world.boot());
    // The core never wrote the receipt down: the next life asks again.
    expect(await deliver(world.boot())).toEqual(first);
    expect(sends()).toBe(1);
  });

  it('sends once more what it had begun, and says in the log that it may be there twice', async () => {
    const { world, deliver, videos, target } = await ready();
    const key = `original:${target.chatId}:${target.messageId}`;
    await world.shelf.set('sends:telegram:1', { [key]: { unknown: 1 } });
    expect(await deliver(world.boot())).toMatchObject({ kind: 'delivered' });
    expect(videos()).toBe(1);
    expect(world.logged.join('\n')).toContain('sent once more: whether it arrived before is not known');
  });

  it('writes down that a send begins before it does, and what came of it after', async () => {
    const { world, deliver } = await ready();
    const noted: unknown[] = [];
    const { set } = world.shelf;
    world.shelf.set = async (key, value, ttlMs) => {
      if (key.startsWith('sends:'))
        noted.push([world.telegram.calls('sendVideo').length, Object.values(value as object)[0]]);
      return set(key, value, ttlMs);
    };
    await deliver(world.boot());
    expect(noted).toEqual([
      [0, { unknown: 1 }],
      [1, { unknown: 0, sent: expect.objectContaining({ rung: 'chat', messageId: expect.any(Number) }) }],
    ]);
  });

  it('leaves what waited for its turn to the next start', async () => {
    const { world, deliver, sends } = await ready();
    world.telegram.fault({ method: 'sendVideo', how: { status: 429, retryAfter: 600 } });
    const outbound = world.boot();
    const waiting = deliver(outbound).catch((error: unknown) => error);
    await world.telegram.waitFor(() => sends() === 1);
    await world.settle();
    await outbound.stop();
    expect(await waiting).toMatchObject({ name: 'Stopped' });
    expect(await deliver(world.boot())).toMatchObject({ kind: 'delivered' });
  });
});
