/** Secrets that the bot makes for itself at first start, and keeps where nobody else can read them. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

export type Secrets = {
  /**
   * Keeps what `make` answers to what is kept under that name already, and answers with that. Nobody else makes it
   * meanwhile, so that all who ask have the same.
   */
  keep(name: string, make: (before: string | undefined) => string | Promise<string>): Promise<string>;
};

/** The key that signs cookies and links; made once. */
export const secretKey = (secrets: Secrets): Promise<string> =>
  secrets.keep('secret-key', (before) => before ?? randomBytes(32).toString('base64url'));

/**
 * The digest of the page's password. One that nobody set is made at first start; `madeNow` is it in clear, to be
 * shown to the operator this one time.
 */
export async function pagePassword(
  secrets: Secrets,
  digestOf: (password: string) => string,
  set: string | undefined,
): Promise<{ digest: string; madeNow?: string }> {
  if (set !== undefined) return { digest: digestOf(set) };
  const password = randomBytes(12).toString('base64url');
  const digest = await secrets.keep('page-password-digest', (before) => before ?? digestOf(password));
  return digest === digestOf(password) ? { digest, madeNow: password } : { digest };
}

/** Beside the data of one process, readable by nobody else. */
export function secretsInFolder(dataDir: string): Secrets {
  return {
    async keep(name, make) {
      const before = await kept(dataDir, name);
      const now = await make(before);
      if (now !== before) await write(dataDir, name, now);
      return now;
    },
  };
}

/** What was kept under that name; undefined where there is nothing. */
export async function kept(dataDir: string, name: string): Promise<string | undefined> {
  try {
    return (await readFile(join(dataDir, name), 'utf8')).trim() || undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written whole or not at all: half a key would lock everybody out. */
async function write(dataDir: string, name: string, value: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, name);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${value}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

type Shelf = {
  get<T>(key: string): Promise<T | undefined>;
  set(key: string, value: unknown): Promise<unknown>;
};

/**
 * On the records that all processes share: what one of them makes at its first start, all the others use. A bot that was
 * alone until now brings what lies in its `dataDir`, so that its links and videos stay good.
 */
export function secretsOn(
  shelf: Shelf,
  locks: { run<T>(key: string, work: () => Promise<T>): Promise<T> },
  dataDir: string,
): Secrets {
  return {
    keep: (name, make) =>
      locks.run(`secret ${name}`, async () => {
        const before = await shelf.get<string>(name);
        const now = await make(before ?? (await kept(dataDir, name)));
        if (now !== before) await shelf.set(name, now);
        return now;
      }),
  };
}
