/** The four processes of compose.cluster.yaml, with all that it says of each but what only a container has. */
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, onTestFailed } from 'vitest';
import { startFal } from '../../simulators/fal.ts';
import { manualTime } from '../../simulators/sim-time.ts';
import { buttonsOf, type Message, startTelegram } from '../../simulators/telegram/telegram.ts';
import type { StatusView } from '../../src/http/page/contract.ts';
import { environmentOf, readComposition, type Service, strutServices } from '../composition.ts';
import { freshFolder } from '../fakes/folder.ts';
import { personClip, personImage } from '../people.ts';
import { postgresNeeded, postgresOfFile } from '../postgres/open.ts';
import { type Bot, startBot } from './bot.ts';

const FILE = 'compose.cluster.yaml';
const postgres = postgresOfFile();
afterAll(() => postgres.close());

/** How a service's environment reads outside of a container: its database, folders and port are ones of this machine. */
async function onThisMachine(): Promise<(service: Service) => Record<string, string>> {
  const { services, volumes } = readComposition(FILE);
  const url = await postgres.url();
  const folders = new Map(Object.keys(volumes).map((volume) => [volume, freshFolder()]));
  const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = environmentOf(services.postgres ?? none());
  const address = `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`;
  return (service) => {
    const { STORE_URL, FILES_URL, DATA_DIR, PORT, ...env } = environmentOf(service);
    const mounts = service.volumes.map((mount) => mount.split(':'));
    const [volume] = mounts.find(([, at]) => FILES_URL === `file://${at}`) ?? none();
    if (STORE_URL !== address || DATA_DIR !== '/data' || PORT !== '8080') none();
    return {
      ...env,
      STORE_URL: url,
      FILES_URL: pathToFileURL(folders.get(volume ?? '') ?? none()).href,
      // The image has a volume there: each container has one of its own.
      DATA_DIR: freshFolder(),
    };
  };
}

const ITS_ME = "It's me";
const asksWhom = (message: Message): boolean => buttonsOf(message).flat().includes(ITS_ME);

function none(): never {
  throw new Error(`${FILE} names something that is not there`);
}

describe(`the processes of ${FILE}`, postgresNeeded, () => {
  it('make a job of what a chat asks of one front, and bring its video by the other one when that is killed', async () => {
    const db = await postgres.empty();
    const time = manualTime(Date.now());
    const fal = await startFal({ time });
    fal.jobs.always({ queueMs: 0, runMs: 60_000 });
    const telegram = await startTelegram();
    const dotEnv = {
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.apiUrl,
      ALLOW_DMS: 'true',
      FAL_KEY: fal.key,
      FAL_QUEUE_URL: fal.url,
      FAL_REST_URL: fal.url,
      FAL_API_URL: fal.url,
    };
    const environment = await onThisMachine();
    const services = new Map(strutServices(FILE));
    await using stack = new AsyncDisposableStack();
    const started = new Map<string, Bot>();
    // What a service sets goes before what stands in .env.
    const start = async (name: string): Promise<Bot> => {
      const bot = await startBot({ ...dotEnv, ...environment(services.get(name) ?? none()) });
      started.set(name, bot);
      return stack.use(bot);
    };
    onTestFailed(() => {
      for (const [name, bot] of started) console.error(`--- ${name}\n${bot.log()}`);
    });
    const first = await start('front-1');
    await telegram.waitFor(() => telegram.calls('getUpdates').length > 0);
    await Promise.all([...services.keys()].filter((name) => name !== 'front-1').map(start));
    const second = started.get('front-2') ?? none();
    // Where others may come by, a password is asked for: one for all, which whoever came first made and told.
    const [, password] = /the page's password, shown this once: (\S+)/.exec(first.log()) ?? [];
    const status = async ({ url }: Bot) => {
      const answer = await fetch(`${url}/api/status`, { headers: { authorization: `Bearer ${password}` } });
      return (await answer.json()) as StatusView;
    };
    const rolesAt = async (bot: Bot) =>
      (await status(bot)).processes?.map(({ roles }) => roles.join()).toSorted();
    const chatsOf = async (bot: Bot) =>
      (await status(bot)).processes?.map(({ has }) => has.includes('front:telegram'));
    const fronts = Array(2).fill('page,discord,telegram');
    await expect.poll(() => rolesAt(second)).toEqual([...fronts, 'worker', 'worker']);
    expect(await chatsOf(second)).toEqual([true, false, false, false]);
    for (const bot of started.values()) expect((await fetch(`${bot.url}/healthz`)).status).toBe(200);

    const user = telegram.user({ first_name: 'Ada' });
    const chat = telegram.privateChat(user);
    await telegram.album(user, chat, [{ photo: await personImage() }, { video: await personClip() }]);
    await telegram.waitFor(() => telegram.said(chat).some(asksWhom));
    const [question] = telegram.said(chat).filter(asksWhom);
    await telegram.press(user, question ?? none(), ITS_ME).done;
    const submits = () => fal.requestsTo('POST', /motion-control$/);
    await expect.poll(submits).toHaveLength(1);
    await first.stop('SIGKILL');
    await time.advance(60_000);
    const videos = () => telegram.said(chat).filter(({ video }) => video !== undefined);
    await expect.poll(videos).toHaveLength(1);
    await expect.poll(() => chatsOf(second)).toEqual(expect.arrayContaining([true]));
    expect(submits()).toHaveLength(1);
    expect(await db.all('SELECT state, settled_micros > 0 AS billed FROM ledger_lines')).toEqual([
      { state: 'settled', billed: true },
    ]);
    for (const bot of started.values()) expect(bot.log()).not.toMatch(/ERROR|FATAL/);
    await Promise.all([fal.close(), telegram.close()]);
  });
});
