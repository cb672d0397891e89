/** The key pair that fal.ai signs its webhooks with, and shows the public half of. */
import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import type { SimTime } from './sim-time.ts';

export function createSigning(time: SimTime) {
  let pair = generateKeyPairSync('ed25519');

  function signWebhook(body: string, options: { at?: number; key?: KeyObject } = {}): Record<string, string> {
    const timestamp = String(Math.floor((options.at ?? time.now()) / 1000));
    const id = (JSON.parse(body) as { request_id?: string }).request_id ?? randomUUID();
    const hash = createHash('sha256').update(body).digest('hex');
    const message = Buffer.from(`${id}\nsim-user\n${timestamp}\n${hash}`);
    return {
      'x-fal-webhook-request-id': id,
      'x-fal-webhook-user-id': 'sim-user',
      'x-fal-webhook-timestamp': timestamp,
      'x-fal-webhook-signature': sign(null, message, options.key ?? pair.privateKey).toString('hex'),
    };
  }

  return {
    signWebhook,
    /** As `/.well-known/jwks.json` shows it. */
    jwks: () => ({
      keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'sim', use: 'sig', alg: 'EdDSA' }],
    }),
    rotateKeys() {
      pair = generateKeyPairSync('ed25519');
    },
  };
}
