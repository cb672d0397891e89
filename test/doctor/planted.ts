/** What is planted for the doctor to find: each sets something up that is wrong, and says what must be named, and how mended. */
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { onTestFinished } from 'vitest';
import { startDiscord } from '../../simulators/discord/start.ts';
import { startFal } from '../../simulators/fal.ts';
import { startRuncomfy } from '../../simulators/runcomfy.ts';
import { startRunpod } from '../../simulators/runpod.ts';
import { startTelegram, type TelegramOptions } from '../../simulators/telegram/telegram.ts';
import { windowOf } from '../../src/core/limits/windows.ts';
import { chats } from '../../src/doctor/chats.ts';
import { clock } from '../../src/doctor/clock.ts';
import { internet } from '../../src/doctor/internet.ts';
import { disk } from '../../src/doctor/machine.ts';
import type { Check } from '../../src/doctor/patient.ts';
import { providers } from '../../src/doctor/providers.ts';
import { budget, database, jobs } from '../../src/doctor/records.ts';
import { settings } from '../../src/doctor/settings.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { freePort } from '../e2e/free-port.ts';
import { jobIn } from '../fakes/jobs.ts';
import { makeIdentity } from '../faults/identity.ts';
import { startMeddler } from './meddler.ts';

/** `env`: what the bot would be started with; `.env` is written where a fault lies in there. */
type Scene = { env: Record<string, string>; dotEnv?: string; dotEnvMode?: number };

export type Planted = {
  fault: string;
  check: Check;
  code: string;
  /** What the operator is told to do. */
  mend: RegExp;
  plant(dataDir: string): Promise<Scene>;
};

async function telegram(options?: TelegramOptions) {
  const sim = await startTelegram(options);
  onTestFinished(() => sim.close());
  return { sim, env: { TELEGRAM_BOT_TOKEN: sim.token, TELEGRAM_API_URL: sim.apiUrl } };
}

async function discord() {
  const sim = await startDiscord();
  onTestFinished(() => sim[Symbol.asyncDispose]());
  return {
    sim,
    env: { DISCORD_TOKEN: sim.token, DISCORD_API_URL: sim.apiUrl, DISCORD_CDN_URLS: sim.cdnUrl },
  };
}

async function fal() {
  const sim = await startFal();
  onTestFinished(() => sim.close());
  const env = { FAL_KEY: sim.key, FAL_QUEUE_URL: sim.url, FAL_REST_URL: sim.url, FAL_API_URL: sim.url };
  return { sim, env };
}

async function runcomfy() {
  const [files, sim] = [await fal(), await startRuncomfy()];
  onTestFinished(() => sim.close());
  const env = {
    ...files.env,
    PROVIDERS: 'runcomfy',
    RUNCOMFY_API_TOKEN: sim.token,
    RUNCOMFY_API_URL: sim.url,
  };
  return { sim, env };
}

async function runpod() {
  const [files, sim] = [await fal(), await startRunpod()];
  onTestFinished(() => sim.close());
  const env = { ...files.env, PROVIDERS: 'runpod', RUNPOD_API_KEY: sim.key, RUNPOD_API_URL: sim.url };
  return { sim, env };
}

/** Aborted as the test ends, which then waits for what was begun. */
function endsWithTest() {
  const end = new AbortController();
  return {
    signal: end.signal,
    before(done: () => Promise<void>): void {
      onTestFinished(() => {
        end.abort();
        return done();
      });
    },
  };
}

/** The records of a bot that stands still. */
async function withRecords(dataDir: string, write: (store: Store) => Promise<unknown>): Promise<Scene> {
  const store = createStore(dataDir, () => {});
  await write(store);
  await store.close();
  return { env: {} };
}

const hold = (jobId: string, micros: number, at: number) => ({
  jobId,
  micros,
  counters: [windowOf('operator', 'day', at, 'UTC'), windowOf('operator', 'month', at, 'UTC')],
  limits: [],
  at,
  memberId: 'web:me',
  spaceId: 'web:page',
  provider: 'fal',
  seconds: 4,
});

/** Something between the internet and us, as an operator's own proxy would be. */
async function behind(how: Parameters<typeof startMeddler>[1]): Promise<Scene> {
  const port = await freePort();
  const meddler = await startMeddler(port, how);
  onTestFinished(meddler.close);
  return { env: { PORT: port, PUBLIC_URL: meddler.url } };
}

/** A name with a certificate of our own making, which this machine trusts, or does not. */
export async function withCertificate(goodForMs: number, isTrusted = true): Promise<Scene> {
  const identity = makeIdentity(['localhost'], goodForMs);
  const before = getCACertificates('default');
  if (isTrusted) setDefaultCACertificates([...before, identity.cert]);
  onTestFinished(() => setDefaultCACertificates(before));
  const server = createTlsServer(identity, (_, response) => response.end()).listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { env: { PORT: await freePort(), PUBLIC_URL: `https://localhost:${port}` } };
}

const DAY_MS = 24 * 3_600_000;

export const PLANTED: readonly Planted[] = [
  {
    fault: 'a token of Discord that was reset',
    check: chats,
    code: 'discord-token-refused',
    mend: /Reset Token/,
    async plant() {
      const { env } = await discord();
      return { env: { ...env, DISCORD_TOKEN: 'another.discord.token' } };
    },
  },
  {
    fault: 'a bot that nobody has added to a server of Discord',
    check: chats,
    code: 'discord-nowhere',
    mend: /https:\/\/discord\.com\/oauth2\/authorize\?client_id=\d+.*permissions=274878008320/,
    plant: async () => ({ env: (await discord()).env }),
  },
  {
    fault: 'privileged intents that nobody needs',
    check: chats,
    code: 'discord-intents',
    mend: /turn them off/,
    async plant() {
      const { sim, env } = await discord();
      sim.sim.settings.privilegedIntents = 1 << 15;
      return { env };
    },
  },
  {
    fault: 'commands of Discord that go to another address',
    check: chats,
    code: 'discord-commands-elsewhere',
    mend: /DISCORD_INTERACTIONS=gateway/,
    async plant() {
      const { sim, env } = await discord();
      sim.sim.endpoint.remember('https://elsewhere.example/secret-path');
      return { env };
    },
  },
  {
    fault: 'a bot that logs in far too often',
    check: chats,
    code: 'discord-logins-used',
    mend: /why it restarts so often/,
    async plant() {
      const { sim, env } = await discord();
      sim.sim.settings.loginsLeft = 3;
      return { env };
    },
  },
  {
    fault: 'a token of Telegram that was revoked',
    check: chats,
    code: 'telegram-token-refused',
    mend: /\/token to @BotFather/,
    async plant() {
      const { env } = await telegram();
      return { env: { ...env, TELEGRAM_BOT_TOKEN: '7000000009:AAsomebody-elses_token-of-thirty-five0' } };
    },
  },
  {
    fault: 'privacy mode',
    check: chats,
    code: 'telegram-privacy',
    mend: /\/setprivacy to @BotFather/,
    plant: async () => ({ env: (await telegram()).env }),
  },
  {
    fault: 'another program that fetches the same updates',
    check: chats,
    code: 'telegram-second-poller',
    mend: /Stop the other program/,
    async plant() {
      const { sim, env } = await telegram({ privacy: false });
      const { signal, ...over } = endsWithTest();
      // Thrown out, it comes again at once, as most programs do.
      const poll = () => fetch(`${sim.apiUrl}/bot${sim.token}/getUpdates?timeout=20`, { signal });
      const other = (async () => {
        while (!signal.aborted) await poll().catch(() => {});
      })();
      over.before(() => other);
      return { env };
    },
  },
  {
    fault: 'a webhook that an earlier program has left',
    check: chats,
    code: 'telegram-webhook-stale',
    mend: /takes the address over/,
    async plant() {
      const { sim, env } = await telegram({ privacy: false });
      await fetch(`${sim.apiUrl}/bot${sim.token}/setWebhook?url=https://old.example/secret-path`);
      return { env };
    },
  },
  {
    fault: 'no network to Telegram',
    check: chats,
    code: 'telegram-unreachable',
    mend: /network of this machine/,
    async plant() {
      const { sim, env } = await telegram();
      await sim.close();
      return { env };
    },
  },
  {
    fault: 'a key that its provider refuses',
    check: providers,
    code: 'provider-key-refused',
    mend: /Make a new key .*FAL_KEY/,
    async plant() {
      const { env } = await fal();
      return { env: { ...env, FAL_KEY: 'sim-id:another-secret' } };
    },
  },
  {
    fault: 'a key of another provider',
    check: settings,
    code: 'key-elsewhere',
    mend: /Move it to RUNPOD_API_KEY/,
    plant: async () => ({ env: { FAL_KEY: 'rpa_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789' } }),
  },
  {
    fault: 'an account without a balance',
    check: providers,
    code: 'provider-no-balance',
    mend: /Top it up/,
    async plant() {
      const { sim, env } = await runcomfy();
      sim.balanceUsd = 0;
      return { env };
    },
  },
  {
    fault: 'an account that is nearly empty',
    check: providers,
    code: 'provider-low-balance',
    mend: /Top it up/,
    async plant() {
      const { sim, env } = await runcomfy();
      sim.balanceUsd = 1.5;
      return { env };
    },
  },
  {
    fault: 'a model that its provider has withdrawn',
    check: providers,
    code: 'provider-model-gone',
    mend: /Update Strut/,
    async plant() {
      const { sim, env } = await runpod();
      sim.listed = false;
      return { env };
    },
  },
  {
    fault: 'a provider that can’t be reached',
    check: providers,
    code: 'provider-unreachable',
    mend: /network of this machine/,
    async plant() {
      const { sim, env } = await runpod();
      await sim.close();
      return { env };
    },
  },
  {
    fault: 'no way to host files for a provider that fetches them',
    check: providers,
    code: 'provider-files',
    mend: /Set PUBLIC_URL or FAL_KEY/,
    async plant() {
      const { env } = await runpod();
      return { env: { ...env, FAL_KEY: '' } };
    },
  },
  {
    fault: 'a provider that fails job after job',
    check: providers,
    code: 'provider-failing',
    mend: /status page/,
    async plant(dataDir) {
      const { env } = await runpod();
      const end = {
        at: Date.now() - 60_000,
        end: 'failed',
        failure: 'provider-down',
        micros: 0,
        videoSeconds: 0,
      };
      await withRecords(dataDir, (store) =>
        store.keyv('weather').set('weather', { runpod: [end, end, end, end] }),
      );
      return { env };
    },
  },
  {
    fault: 'a clock that is five minutes slow',
    check: clock,
    code: 'clock-wrong',
    mend: /set-ntp true/,
    async plant() {
      const { sim, env } = await fal();
      sim.clock.aheadMs = 300_000;
      return { env };
    },
  },
  {
    fault: 'a database that is one version newer',
    check: database,
    code: 'database-newer',
    mend: /Start that later version/,
    async plant(dataDir) {
      const scene = await withRecords(dataDir, async () => {});
      const sqlite = new DatabaseSync(join(dataDir, 'strut.sqlite'));
      const { user_version: version } = sqlite.prepare('PRAGMA user_version').get() ?? {};
      sqlite.exec(`PRAGMA user_version = ${Number(version) + 1}`);
      sqlite.close();
      return scene;
    },
  },
  {
    fault: 'a damaged database',
    check: database,
    code: 'database-damaged',
    mend: /sqlite3 strut\.sqlite \.recover/,
    async plant(dataDir) {
      await mkdir(dataDir, { recursive: true });
      await writeFile(join(dataDir, 'strut.sqlite'), 'this was a database once '.repeat(500));
      return { env: {} };
    },
  },
  {
    fault: 'a job of which nobody knows whether it was taken',
    check: jobs,
    code: 'jobs-unknown',
    mend: /provider’s own list of requests/,
    plant: (dataDir) =>
      withRecords(dataDir, (store) => store.jobs.save(jobIn('unknown', { createdAt: Date.now() }))),
  },
  {
    fault: 'a job that should be over',
    check: jobs,
    code: 'jobs-old',
    mend: /start it: it takes up what is open/,
    plant: (dataDir) => withRecords(dataDir, (store) => store.jobs.save(jobIn('running'))),
  },
  {
    fault: 'a finished video that has no place to go',
    check: jobs,
    code: 'jobs-undelivered',
    mend: /\/jobs/,
    plant: (dataDir) =>
      withRecords(dataDir, (store) =>
        store.jobs.save({
          ...jobIn('completed'),
          rungs: [{ form: 'original', outcome: 'nowhere', at: Date.now() }],
        }),
      ),
  },
  {
    fault: 'a price that is held for no job',
    check: jobs,
    code: 'holds-stray',
    mend: /Start the bot, which frees them/,
    plant: (dataDir) =>
      withRecords(dataDir, (store) =>
        store.ledger.reserve(hold('web-gone', 280_000, Date.now() - 3_600_000)),
      ),
  },
  {
    fault: 'a budget that is used up',
    check: budget,
    code: 'budget-spent',
    mend: /Raise BUDGET_USD_PER_DAY/,
    plant: (dataDir) =>
      withRecords(dataDir, (store) => store.ledger.reserve(hold('web-dear', 21_000_000, Date.now()))),
  },
  {
    fault: 'a port that another program has',
    check: internet,
    code: 'port-taken',
    mend: /set PORT to another number/,
    async plant() {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      onTestFinished(() => void server.close());
      return { env: { PORT: String((server.address() as AddressInfo).port) } };
    },
  },
  {
    fault: 'a public name at which nothing answers',
    check: internet,
    code: 'public-unreachable',
    mend: /ports 80 and 443 are open/,
    async plant() {
      return { env: { PORT: await freePort(), PUBLIC_URL: `http://127.0.0.1:${await freePort()}` } };
    },
  },
  {
    fault: 'a public name that leads to something else',
    check: internet,
    code: 'public-not-us',
    mend: /hand \/media\/ and \/hooks\/ on to/,
    plant: () => behind({ kind: 'own-page' }),
  },
  {
    fault: 'a proxy that lets no webhook through',
    check: internet,
    code: 'hooks-not-us',
    mend: /POST requests on \/hooks\//,
    plant: () => behind({ kind: 'no-posts' }),
  },
  {
    fault: 'a proxy that refuses large bodies',
    check: internet,
    code: 'proxy-cuts',
    mend: /client_max_body_size/,
    plant: () => behind({ kind: 'small-bodies' }),
  },
  {
    fault: 'a proxy that holds streams back',
    check: internet,
    code: 'proxy-buffers',
    mend: /proxy_buffering off/,
    plant: () => behind({ kind: 'buffers' }),
  },
  {
    fault: 'a certificate that ends next week, and was not renewed',
    check: internet,
    code: 'certificate-ends',
    mend: /why it is not renewed: caddy does it by itself, certbot renew/,
    plant: () => withCertificate(7 * DAY_MS),
  },
  {
    fault: 'a certificate that has ended',
    check: internet,
    code: 'certificate-bad',
    mend: /Renew it/,
    plant: () => withCertificate(-DAY_MS),
  },
  {
    fault: 'a certificate that nobody else trusts',
    check: internet,
    code: 'certificate-bad',
    mend: /with its whole chain/,
    plant: () => withCertificate(90 * DAY_MS, false),
  },
  {
    fault: 'a setting whose name is misspelt',
    check: settings,
    code: 'settings-unknown',
    mend: /Perhaps DISCORD_TOKEN is meant/,
    plant: async () => ({ env: {}, dotEnv: 'DISCORD_TOKNE=x\n' }),
  },
  {
    fault: 'an .env that everybody on the machine can read',
    check: settings,
    code: 'settings-open',
    mend: /chmod 600 \.env/,
    plant: async () => ({ env: {}, dotEnv: 'PORT=1\n', dotEnvMode: 0o644 }),
  },
  {
    fault: 'a folder of data that everybody on the machine can read',
    check: disk,
    code: 'disk-open',
    mend: /chmod 700/,
    async plant(dataDir) {
      await mkdir(dataDir, { recursive: true });
      await chmod(dataDir, 0o755);
      return { env: {} };
    },
  },
];
