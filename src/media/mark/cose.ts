/**
 * The signature of a C2PA claim: COSE_Sign1 (RFC 9052) by ES256, with the certificates beside it (RFC 9360). It has to be
 * exactly as long as the room that was left for it, so the rest is filled up.
 */
import { createPrivateKey, sign } from 'node:crypto';

/** What a file is signed with: PEM of the key, and of the certificates, the leaf first. */
export type SigningKey = { key: string; chain: string[] };

const ES256 = -7;
const ALG = 1;
const X5CHAIN = 33;
const SIGN1_TAG = 18;

/** Throws where the key is no P-256, or its certificates don't fit in. */
export function coseSign1({ key, chain }: SigningKey, claim: Uint8Array, length: number): Uint8Array {
  const signedHeader = map([
    [int(ALG), int(ES256)],
    [int(X5CHAIN), array(chain.map((pem) => bytes(derOf(pem))))],
  ]);
  const signed = array([text('Signature1'), bytes(signedHeader), bytes(Buffer.alloc(0)), bytes(claim)]);
  const signature = sign('sha256', signed, { key: createPrivateKey(key), dsaEncoding: 'ieee-p1363' });
  const envelope = (pad: number): Buffer =>
    Buffer.concat([
      head(6, SIGN1_TAG),
      array([
        bytes(signedHeader),
        map([[text('pad'), bytes(Buffer.alloc(pad))]]),
        Buffer.of(0xf6),
        bytes(signature),
      ]),
    ]);
  // The pad's own length takes one to three bytes: two looks are enough to know.
  const first = length - envelope(0).length;
  const over = envelope(Math.max(0, first)).length - length;
  const made = envelope(Math.max(0, first - over));
  if (made.length !== length) throw new RangeError('the certificates are longer than the room for them');
  return made;
}

/** The bytes between the lines of a PEM. */
const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');

// CBOR (RFC 8949), as much of it as this needs.
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.of((major << 5) | value);
  if (value < 0x100) return Buffer.of((major << 5) | 24, value);
  if (value < 0x10000) return Buffer.of((major << 5) | 25, value >> 8, value & 0xff);
  const long = Buffer.alloc(5);
  long[0] = (major << 5) | 26;
  long.writeUInt32BE(value, 1);
  return long;
}
const int = (value: number): Buffer => (value < 0 ? head(1, -1 - value) : head(0, value));
const bytes = (value: Uint8Array): Buffer => Buffer.concat([head(2, value.length), value]);
const text = (value: string): Buffer =>
  Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
const array = (items: readonly Buffer[]): Buffer => Buffer.concat([head(4, items.length), ...items]);
const map = (pairs: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  Buffer.concat([head(5, pairs.length), ...pairs.flat()]);
