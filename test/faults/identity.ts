/** A certificate of our own making, for the far end of a wire: Node can sign one but has no words to write it. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** In PEM, as `tls` and NODE_EXTRA_CA_CERTS take it. */
export type Identity = { key: string; cert: string };

const DAY_MS = 24 * 3_600_000;

/** DER: a tag, the length of what follows, and that (ITU-T X.690, 8.1). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}
const list = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
/** One that begins with a 1 is neither negative nor longer than need be. */
const number = (bytes: Uint8Array) => der(0x02, Buffer.of(1), bytes);
const bits = (bytes: Uint8Array) => der(0x03, Buffer.of(0), bytes);
const time = (at: number) =>
  der(0x17, Buffer.from(`${new Date(at).toISOString().replace(/\D/g, '').slice(2, 14)}Z`));
const YES = der(0x01, Buffer.of(0xff));
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const OTHER_NAMES = Buffer.from('0603551d11', 'hex');
const ECDSA_WITH_SHA256 = list(Buffer.from('06082a8648ce3d040302', 'hex'));

/**
 * Good for these names, and for whoever trusts it as it is (RFC 5280, 4.1), since yesterday and for so much longer: where that
 * is negative, it has ended.
 */
export function makeIdentity(names: readonly string[], goodForMs = DAY_MS): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = list(der(0x31, list(COMMON_NAME, der(0x0c, Buffer.from('faults')))));
  const now = Date.now();
  const extensions = list(
    list(BASIC_CONSTRAINTS, YES, der(0x04, list(YES))),
    list(OTHER_NAMES, der(0x04, list(...names.map((one) => der(0x82, Buffer.from(one)))))),
  );
  const content = list(
    der(0xa0, Buffer.of(0x02, 0x01, 0x02)),
    number(randomBytes(8)),
    ECDSA_WITH_SHA256,
    name,
    list(time(now - DAY_MS + Math.min(0, goodForMs)), time(now + goodForMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const whole = list(content, ECDSA_WITH_SHA256, bits(sign('sha256', content, privateKey)));
  const lines = whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
