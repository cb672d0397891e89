/** Kling's own API as the rest of the bot knows it. */
import { z } from 'zod';
import { addressSetting, defineProvider, keySetting } from '../module.ts';
import { OFFERS } from './wire.ts';

export const kling = defineProvider({
  id: 'kling',
  name: 'Kling',
  key: 'KLING_API_KEY',
  keyFrom: 'kling.ai/dev, API Keys: api-key-kling-…, no access key',
  keyLooks: /^api-key-kling-/,
  settings: {
    KLING_API_KEY: keySetting,
    KLING_API_URL: addressSetting('https://api-singapore.klingai.com'),
    KLING_WEBHOOK_SECRET: {
      shape: z
        .string()
        .regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, 'must be a secret as Kling’s console shows it, whsec_…')
        .optional(),
      example: '',
      comment:
        'The Webhook Secret of Kling’s console, if you have made one: its callbacks are then checked by it.',
      isSecret: true,
    },
  },
  offers: OFFERS,
  files: 'by-address',
  async create({ KLING_API_KEY: key = '', KLING_API_URL: apiUrl, KLING_WEBHOOK_SECRET: secret }, deps) {
    const { createKling } = await import('./kling.ts');
    return createKling({ ...deps, key, apiUrl, ...(secret ? { webhookSecret: secret } : {}) });
  },
});
