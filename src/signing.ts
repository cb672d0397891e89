/**
 * What videos are signed with: a certificate under a root of our own, both made at first start and kept with the other secrets,
 * or the operator's. Whoever has the key can sign in this bot's name, so nobody but us may read it.
 */
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Secrets } from './secrets.ts';

const DAY_MS = 24 * 3_600_000;
const YEAR_MS = 365 * DAY_MS;
/** A signature has no time stamp, so it can be verified for as long as its certificate holds. */
const LEAF_MS = 5 * YEAR_MS;
const RENEW_BEFORE_END_MS = 2 * YEAR_MS;
/** A clock that is wrong today must not make what was signed under it worthless tomorrow. */
const ROOT_FROM = new Date(Date.UTC(2020, 0, 1));
const ROOT_UNTIL = new Date(Date.UTC(2049, 11, 31));
const LEAF_BACK_MS = 30 * DAY_MS;

const CURVE = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const NAME = 'signing-key';

/**
 * `chain`: certificates in PEM, the leaf first. `roots`: under which every certificate is ours. `lent`: the operator's own,
 * whose issuer signs for others too.
 */
export type Signing = {
  signer?: { key: string; chain: string[] };
  roots: string[];
  lent?: { leaf: string; root: string };
  /** Why the operator's own certificate is not used, for the operator. */
  trouble?: string;
};

const storedSchema = z.object({
  rootKey: z.string(),
  root: z.string(),
  leafKey: z.string(),
  leaf: z.string(),
});
type Stored = z.infer<typeof storedSchema>;

/** The operator's own are each the text of a PEM or the path of one. */
type SigningSettings = { C2PA_CERT?: string | undefined; C2PA_KEY?: string | undefined };

export async function openSigning(
  secrets: Secrets,
  { C2PA_CERT: cert, C2PA_KEY: key }: SigningSettings,
  now: number,
): Promise<Signing> {
  const made = await madeHere(secrets, now);
  if (cert === undefined && key === undefined)
    return { signer: { key: made.leafKey, chain: [made.leaf, made.root] }, roots: [made.root] };
  const read = await operatorsOwn({ cert, key }, now);
  if ('trouble' in read) return { roots: [made.root], trouble: read.trouble };
  const { 0: leaf = '', [read.chain.length - 1]: root = leaf } = read.chain;
  return { signer: read, roots: [made.root], lent: { leaf, root } };
}

/** The same again at each start; a certificate that is near its end is made anew under the same root. */
async function madeHere(secrets: Secrets, now: number): Promise<Stored> {
  const text = await secrets.keep(NAME, async (kept) => {
    const before = readStored(kept);
    if (kept !== undefined && before && isFresh(before.leaf, now)) return kept;
    const root = before ?? (await makeRoot());
    return JSON.stringify({ rootKey: root.rootKey, root: root.root, ...(await makeLeaf(root, now)) });
  });
  return storedSchema.parse(JSON.parse(text));
}

function readStored(text: string | undefined): Stored | undefined {
  if (text === undefined) return undefined;
  try {
    return storedSchema.parse(JSON.parse(text));
  } catch {
    // Whatever it is, nothing can be signed with it.
    return undefined;
  }
}

function isFresh(pem: string, now: number): boolean {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  return validFromDate.getTime() <= now && now < validToDate.getTime() - RENEW_BEFORE_END_MS;
}

/** Hundreds of modules, which the first start needs, and then no start for years. */
const loadX509 = () => import('@peculiar/x509');

type Root = Pick<Stored, 'rootKey' | 'root'>;

async function makeRoot(): Promise<Root> {
  const x509 = await loadX509();
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Strut, O=Strut (self-hosted)',
    keys,
    signingAlgorithm: CURVE,
    notBefore: ROOT_FROM,
    notAfter: ROOT_UNTIL,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { rootKey: await pemOf(keys.privateKey), root: certificate.toString('pem') };
}

/** As C2PA wants the certificates of signers: digitalSignature, and a purpose that its readers know. */
async function makeLeaf({ rootKey, root }: Root, now: number): Promise<Pick<Stored, 'leafKey' | 'leaf'>> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(root);
  const keys = await makeKeys();
  const signingKey = await webcrypto.subtle.importKey('pkcs8', derOf(rootKey), CURVE, false, ['sign']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=Strut video signing, O=Strut (self-hosted)',
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: CURVE,
    notBefore: new Date(now - LEAF_BACK_MS),
    notAfter: new Date(now + LEAF_MS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.emailProtection]),
      await x509.AuthorityKeyIdentifierExtension.create(await issuer.publicKey.export()),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { leafKey: await pemOf(keys.privateKey), leaf: certificate.toString('pem') };
}

const makeKeys = () => webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);

const derOf = (pem: string): Buffer => createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
    type: 'pkcs8',
    format: 'pem',
  });
  return pem.toString();
}

/** Says in one line what is wrong with it; never a word of what stands in it. */
async function operatorsOwn(
  { cert, key }: { cert?: string | undefined; key?: string | undefined },
  now: number,
): Promise<{ key: string; chain: string[] } | { trouble: string }> {
  if (cert === undefined) return { trouble: 'C2PA_KEY is set, but C2PA_CERT is not' };
  if (key === undefined) return { trouble: 'C2PA_CERT is set, but C2PA_KEY is not' };
  const certText = await textOf(cert);
  if (certText === undefined) return { trouble: 'C2PA_CERT is neither a PEM nor a file that can be read' };
  const keyText = await textOf(key);
  if (keyText === undefined) return { trouble: 'C2PA_KEY is neither a PEM nor a file that can be read' };
  const chain = certText.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    const [leaf] = chain.map((pem) => new X509Certificate(pem));
    if (!leaf) return { trouble: 'C2PA_CERT holds no certificate' };
    const privateKey = createPrivateKey(keyText);
    if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      return { trouble: 'C2PA_KEY is no P-256 (ES256) key, the only kind that is supported' };
    if (!leaf.checkPrivateKey(privateKey)) return { trouble: 'C2PA_KEY does not belong to C2PA_CERT' };
    if (leaf.validToDate.getTime() <= now)
      return { trouble: `C2PA_CERT expired on ${leaf.validToDate.toISOString().slice(0, 10)}` };
    if (leaf.validFromDate.getTime() > now)
      return { trouble: `C2PA_CERT holds only from ${leaf.validFromDate.toISOString().slice(0, 10)} on` };
    return { key: keyText, chain };
  } catch {
    return { trouble: 'C2PA_CERT or C2PA_KEY cannot be read: both must be PEM, the key without a password' };
  }
}

/** A PEM in one line of an environment has its line ends written out. */
async function textOf(value: string): Promise<string | undefined> {
  if (value.includes('-----BEGIN')) return value.replaceAll('\\n', '\n');
  return readFile(value, 'utf8').catch(() => undefined);
}
