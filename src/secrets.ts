/** Secrets that the bot makes for itself at first start and keeps beside its data, readable by nobody else. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** The key that signs cookies and links; made once. */
export async function secretKey(dataDir: string): Promise<string> {
  return (
    (await kept(dataDir, 'secret-key')) ?? keep(dataDir, 'secret-key', randomBytes(32).toString('base64url'))
  );
}

/**
 * The digest of the page's password. One that nobody set is made at first start; `madeNow` is it in clear, to be
 * shown to the operator this one time.
 */
export async function pagePassword(
  dataDir: string,
  digestOf: (password: string) => string,
  set: string | undefined,
): Promise<{ digest: string; madeNow?: string }> {
  if (set !== undefined) return { digest: digestOf(set) };
  const known = await kept(dataDir, 'page-password-digest');
  if (known !== undefined) return { digest: known };
  const madeNow = randomBytes(12).toString('base64url');
  return { digest: await keep(dataDir, 'page-password-digest', digestOf(madeNow)), madeNow };
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
export async function keep(dataDir: string, name: string, value: string): Promise<string> {
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
  return value;
}
