import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretsInFolder } from '../src/secrets.ts';
import { openSigning } from '../src/signing.ts';

const NOW = Date.UTC(2026, 11, 2);
const YEAR_MS = 365 * 24 * 3_600_000;

let DATA_DIR = '';
beforeEach(async () => {
  DATA_DIR = await mkdtemp(join(tmpdir(), 'strut-signing-'));
});
afterEach(() => rm(DATA_DIR, { recursive: true, force: true }));

const open = (now = NOW, own: { C2PA_CERT?: string; C2PA_KEY?: string } = {}) =>
  openSigning(secretsInFolder(DATA_DIR), own, now);

/** A pair as an operator would have it: the leaf made by another bot. */
async function anotherPair(now = NOW) {
  const folder = await mkdtemp(join(tmpdir(), 'strut-signing-other-'));
  const { signer } = await openSigning(secretsInFolder(folder), {}, now);
  await rm(folder, { recursive: true });
  if (!signer) throw new Error('nothing was made');
  return { cert: signer.chain.join('\n'), key: signer.key };
}

describe('the key that videos are signed with', () => {
  it('is made at the first start, under a root of its own, in one file that nobody else may read', async () => {
    const { signer, roots, trouble } = await open();
    const [leaf = '', root = ''] = signer?.chain ?? [];
    expect(new X509Certificate(leaf).checkIssued(new X509Certificate(root))).toBe(true);
    expect(new X509Certificate(leaf).verify(new X509Certificate(root).publicKey)).toBe(true);
    expect(roots).toEqual([root]);
    expect(trouble).toBeUndefined();
    expect(await readdir(DATA_DIR)).toEqual(['signing-key']);
    expect((await stat(join(DATA_DIR, 'signing-key'))).mode & 0o777).toBe(0o600);
  });

  it('is the same at the next start', async () => {
    const first = await open();
    expect(await open(NOW + 1000)).toEqual(first);
  });

  it('is made anew under the same root before its certificate ends', async () => {
    const first = await open();
    const later = await open(NOW + 4 * YEAR_MS);
    expect(later.signer?.chain[0]).not.toBe(first.signer?.chain[0]);
    expect(later.roots).toEqual(first.roots);
  });

  it.each([
    ['far behind', NOW - 3 * YEAR_MS],
    ['far ahead', NOW + 15 * YEAR_MS],
  ])('made by a clock that is %s is replaced once the clock is right', async (_, wrong) => {
    const first = await open(wrong);
    const { signer, roots } = await open();
    const { validFromDate, validToDate } = new X509Certificate(signer?.chain[0] ?? '');
    expect(validFromDate.getTime()).toBeLessThan(NOW);
    expect(validToDate.getTime()).toBeGreaterThan(NOW);
    expect(roots).toEqual(first.roots);
  });

  it('is made anew where the file holds something else', async () => {
    await writeFile(join(DATA_DIR, 'signing-key'), 'half a k');
    expect((await open()).signer).toBeDefined();
    expect(await readFile(join(DATA_DIR, 'signing-key'), 'utf8')).not.toContain('half a k');
  });
});

describe('a certificate of the operator’s own', () => {
  it('is used, as text or by its path, and its videos and those from before it are ours', async () => {
    const { roots: before } = await open();
    const { cert, key } = await anotherPair();
    const [certPath, keyPath] = [join(DATA_DIR, 'cert.pem'), join(DATA_DIR, 'key.pem')];
    await Promise.all([writeFile(certPath, cert), writeFile(keyPath, key)]);
    const byPath = await open(NOW, { C2PA_CERT: certPath, C2PA_KEY: keyPath });
    const oneLine = { C2PA_CERT: cert.replaceAll('\n', '\\n'), C2PA_KEY: key.replaceAll('\n', '\\n') };
    const byText = await open(NOW, oneLine);
    expect(byPath.signer?.key).toBe(key);
    expect(byText.signer?.chain).toEqual(byPath.signer?.chain);
    const [leaf, root] = byText.signer?.chain ?? [];
    expect(byText.lent).toEqual({ leaf, root });
    // Its issuer vouches for others as well.
    expect(byText.roots).toEqual(before);
  });

  it.each([
    ['expired', async () => ({ ...(await anotherPair(NOW - 6 * YEAR_MS)) }), /^C2PA_CERT expired on 2025/],
    [
      'is not yet good',
      async () => ({ ...(await anotherPair(NOW + YEAR_MS)) }),
      /^C2PA_CERT holds only from/,
    ],
    [
      'is of another key',
      async () => ({ cert: (await anotherPair()).cert, key: (await anotherPair()).key }),
      /^C2PA_KEY does not belong to C2PA_CERT$/,
    ],
    [
      'has a key of another kind',
      async () => {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
        return { cert: (await anotherPair()).cert, key };
      },
      /ES256/,
    ],
    [
      'is nonsense',
      async () => ({ cert: '-----BEGIN nothing', key: '-----BEGIN nothing' }),
      /holds no certificate/,
    ],
    [
      'is a path to nothing',
      async () => ({
        cert: '/nowhere/cert.pem',
        key: '/nowhere/the-operators-own-folder/of-keys-that-is-not-there/key.pem',
      }),
      /^C2PA_CERT is neither/,
    ],
  ])(
    'that %s is said in one line without a word of the key, and nothing is signed',
    async (_, make, words) => {
      const { cert, key } = await make();
      const { signer, trouble, roots } = await open(NOW, { C2PA_CERT: cert, C2PA_KEY: key });
      expect(signer).toBeUndefined();
      expect(trouble).toMatch(words);
      expect(trouble).not.toContain('\n');
      expect(trouble).not.toContain(key.slice(-60, -30) || key);
      expect(roots).toHaveLength(1);
    },
  );

  it('needs both halves', async () => {
    expect((await open(NOW, { C2PA_CERT: 'x' })).trouble).toBe('C2PA_CERT is set, but C2PA_KEY is not');
    expect((await open(NOW, { C2PA_KEY: 'x' })).trouble).toBe('C2PA_KEY is set, but C2PA_CERT is not');
  });
});
