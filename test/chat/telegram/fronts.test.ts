/** One Telegram bot that is several processes: one fetches and deals with updates, and any may be told of them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { startTelegram, textOf } from '../../../simulators/telegram/telegram.ts';
import { createFront } from '../../../src/chat/front.ts';
import { createTelegramChat } from '../../../src/chat/telegram/index.ts';
import type { RunningChat } from '../../../src/core/command.ts';
import { createHealth } from '../../../src/core/health.ts';
import { createFiles } from '../../../src/store/files.ts';
import { createInbox } from '../../../src/store/inbox.ts';
import { keyValueStoreOn } from '../../../src/store/keyv-sql.ts';
import { openPostgres } from '../../../src/store/postgres.ts';
import { openPostgresBus } from '../../../src/store/postgres-bus.ts';
import { openPostgresHolds } from '../../../src/store/postgres-holds.ts';
import { freshFolder } from '../../fakes/folder.ts';
import { createWorld } from '../../fakes/world.ts';
import { postgresNeeded, postgresOfFile } from '../../postgres/open.ts';
import { silent } from '../../providers/subject.ts';
import { sampleClip, sampleImage } from '../../samples.ts';
import { type ada, TOKEN } from './harness.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

const HOOK = 'https://bot.example';
const clock = { now: Date.now };
const onError = (error: unknown) => expect.fail(String(error));

async function startProcesses() {
  await postgres.empty();
  const url = await postgres.url();
  const telegram = await startTelegram({ token: TOKEN });
  onTestFinished(() => telegram.close());
  const world = createWorld({ access: { allowPrivate: true } });
  Object.defineProperty(world.time, 'now', { get: Date.now });
  /** Telegram's next calls go to each of these in turn. */
  const called: RunningChat[] = [];
  let calls = 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const chat = called[calls++ % called.length];
    const reply = await chat?.hook?.take(headers, Buffer.concat(chunks));
    response.writeHead(reply?.status ?? 503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  telegram.routes.set(HOOK, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  async function start({
    isFront = true,
    publicUrl,
  }: {
    isFront?: boolean;
    publicUrl?: string | undefined;
  } = {}) {
    const db = await openPostgres(url);
    const holds = await openPostgresHolds(url, {
      onError,
      lookEveryMs: 5,
      retakeWithinMs: 50,
      againAfterMs: 5,
    });
    const bus = await openPostgresBus(url, onError);
    const kv = keyValueStoreOn(db, 'telegram');
    const chat = await createFront({
      platform: 'telegram',
      make: () =>
        createTelegramChat({
          token: TOKEN,
          apiUrl: telegram.apiUrl,
          publicUrl,
          secretKey: 'a key of sixteen or more letters',
          commands,
          inbox: createInbox(db, clock),
          kv,
          jobs: world.disk.store,
          files: createFiles(freshFolder()),
          clock,
          health: createHealth(() => {}),
          log: silent,
          usualMs: () => undefined,
          shared: {
            holds,
            isFront,
            onReceived: () => bus.publish('received', 'telegram'),
            fronts: () => 1,
            speakers: () => 1,
          },
        }),
      holds,
      isFront,
      isCalled: publicUrl !== undefined,
      onReceived: (listener) => bus.subscribe('received', () => listener()),
      log: silent,
    });
    await chat.start(world.boot({ beside: true }).core);
    let ended: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      ended ??= (async () => {
        await chat.stop();
        await Promise.all([holds.stop(), bus.close()]);
        await db.close();
      })();
      return ended;
    };
    onTestFinished(stop);
    return { chat, stop, has: () => holds.holds('front:telegram') };
  }

  const hears = (chat: Awaited<ReturnType<typeof ada>>['chat'], words: string) =>
    telegram.waitFor(() => telegram.said(chat).find((message) => textOf(message).includes(words)));
  return { telegram, start, called, hears };
}

describe('Telegram with several processes', postgresNeeded, () => {
  it('is asked for updates by one of them, and by the next one once that has ended', async () => {
    const { telegram, start, hears } = await startProcesses();
    const user = telegram.user({ first_name: 'Ada' });
    const chat = telegram.privateChat(user);
    const first = await start();
    await expect.poll(first.has).toBe(true);
    const second = await start();
    await telegram.sends(user, chat, { text: '/quota' });
    await hears(chat, 'Your limits');
    await first.stop();
    await expect.poll(second.has).toBe(true);
    await telegram.sends(user, chat, { text: '/help' });
    await hears(chat, '/animate');
    // Never two at once: Telegram would have said so.
    expect(telegram.calls('getUpdates').filter(({ answer }) => answer?.status === 409)).toEqual([]);
  });

  it('tells any of them its updates, and one puts an album together whose items two have received', async () => {
    const { telegram, start, called, hears } = await startProcesses();
    const user = telegram.user({ first_name: 'Ada' });
    const chat = telegram.privateChat(user);
    const front = await start({ publicUrl: HOOK });
    const others = [
      await start({ isFront: false, publicUrl: HOOK }),
      await start({ isFront: false, publicUrl: HOOK }),
    ];
    called.push(...others.map((one) => one.chat));
    await expect.poll(front.has).toBe(true);
    await telegram.waitFor(() => telegram.calls('setWebhook').length > 0);
    await telegram.album(user, chat, [{ photo: await sampleImage() }, { video: await sampleClip() }]);
    // One answer to both: each alone would be asked for its other half.
    await hears(chat, 'picture');
    expect(telegram.deliveries.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(telegram.said(chat)).toHaveLength(1);
  });

  it('keeps what it was told while nobody had it', async () => {
    const { telegram, start, called, hears } = await startProcesses();
    const user = telegram.user({ first_name: 'Ada' });
    const chat = telegram.privateChat(user);
    const before = await start({ publicUrl: HOOK });
    await telegram.waitFor(() => telegram.calls('setWebhook').length > 0);
    await before.stop();
    called.push((await start({ isFront: false, publicUrl: HOOK })).chat);
    await telegram.sends(user, chat, { text: '/quota' });
    await telegram.waitFor(() => telegram.deliveries.some(({ status }) => status === 200));
    expect(telegram.said(chat)).toEqual([]);
    await start({ publicUrl: HOOK });
    await hears(chat, 'Your limits');
  });
});
