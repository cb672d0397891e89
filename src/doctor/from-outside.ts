/** The bot as a process of its own sees it, whether it runs or not. Nothing of it is changed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../at-start.ts';
import type { Config } from '../config.ts';
import type { Diagnosis } from '../core/diagnosis.ts';
import type { Component } from '../core/health.ts';
import { digestOf, signedInCookie } from '../http/sign-in.ts';
import { kept } from '../secrets.ts';
import { lockFolder } from '../store/lock.ts';
import { type FoundRecords, findPostgresRecords, findRecords } from '../store/to-read.ts';
import { diagnosis } from '../words/doctor/index.ts';
import type { Patient } from './patient.ts';

const ANSWERS_WITHIN_MS = 5_000;
/** Another Strut that was thrown out tries again after fifteen seconds. */
const LISTEN_MS = 17_000;

export type SeenPatient = AsyncDisposable & {
  patient: Omit<Patient, 'signal'>;
  /** Whether a bot runs, and answers. */
  found: Diagnosis[];
};

/** `envFile`: where `.env` is, if it is there. */
export type SeeOptions = { envFile?: string | undefined; listenMs?: number | undefined };

export async function seeFromOutside(
  config: Config,
  env: NodeJS.ProcessEnv,
  { envFile = '.env', listenMs = LISTEN_MS }: SeeOptions = {},
): Promise<SeenPatient> {
  let unreadable = 0;
  let opened: Promise<FoundRecords> | undefined;
  const onUnreadable = (): void => {
    unreadable += 1;
  };
  const records = (): Promise<FoundRecords> => {
    opened ??= config.STORE_URL
      ? findPostgresRecords(config.STORE_URL, onUnreadable)
      : findRecords(config.DATA_DIR, onUnreadable);
    return opened;
  };
  const isRunning = isHeld(config.DATA_DIR);
  const secretKey = config.SECRET_KEY ?? (await keptSecret(config, 'secret-key', records));
  const parts = isRunning ? await askBot(config, secretKey, records) : undefined;
  return {
    patient: {
      config,
      env,
      envFile,
      version: await version(),
      records,
      unreadable: () => unreadable,
      isRunning,
      listenMs,
      parts,
      secretKey,
    },
    found: [ofBot(config, isRunning, parts)],
    async [Symbol.asyncDispose]() {
      const found = await opened?.catch(() => undefined);
      await found?.[Symbol.asyncDispose]();
    },
  };
}

/** Whether a bot works on that folder: it holds its lock for as long as it lives. */
export function isHeld(dataDir: string): boolean {
  if (!existsSync(join(dataDir, 'strut.lock'))) return false;
  try {
    lockFolder(dataDir, 0)();
    return false;
  } catch (error) {
    // One that can't be written to is told by the look at the disk.
    return error instanceof Error && error.name === 'StoreInUse';
  }
}

function ofBot(config: Config, isRunning: boolean, parts: Component[] | undefined): Diagnosis {
  const url = urlOf(config);
  if (!isRunning) return diagnosis('stands-still', {});
  return parts ? diagnosis('runs', { url }) : diagnosis('runs-unseen', { folder: config.DATA_DIR, url });
}

const ANY = new Set(['0.0.0.0', '::', '[::]']);

/** Where its page is to be found from this machine. */
function urlOf({ HOST, PORT }: Config): string {
  const host = ANY.has(HOST) ? '127.0.0.1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
}

/** What the bot made for itself, in its folder or among its records. */
async function keptSecret(
  { STORE_URL, DATA_DIR }: Config,
  name: string,
  records: () => Promise<FoundRecords>,
): Promise<string | undefined> {
  if (!STORE_URL) return kept(DATA_DIR, name).catch(() => undefined);
  const found = await records().catch(() => undefined);
  return found?.kind === 'open' ? found.records.keyv('secrets').get<string>(name) : undefined;
}

/** Undefined where it does not answer. */
async function askBot(
  config: Config,
  secretKey: string | undefined,
  records: () => Promise<FoundRecords>,
): Promise<Component[] | undefined> {
  const { PAGE_PASSWORD } = config;
  const digest = PAGE_PASSWORD
    ? digestOf(PAGE_PASSWORD)
    : await keptSecret(config, 'page-password-digest', records);
  const cookie = digest && secretKey ? { cookie: await signedInCookie(digest, secretKey) } : {};
  try {
    const answer = await fetch(`${urlOf(config)}/readyz`, {
      headers: cookie,
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    });
    const { components = [] } = (await answer.json()) as { components?: Component[] };
    return components;
  } catch {
    return undefined;
  }
}
