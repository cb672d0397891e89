/** fal.ai as the rest of the bot knows it. */
import { addressSetting, defineProvider, keySetting, urlSetting } from '../module.ts';
import { OFFERS } from './offers.ts';

export const fal = defineProvider({
  id: 'fal',
  name: 'fal.ai',
  key: 'FAL_KEY',
  keyFrom: 'fal.ai/dashboard/keys: Add key, scope API',
  keyLooks: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}:[0-9a-f]{16,}$/,
  settings: {
    FAL_KEY: keySetting,
    FAL_QUEUE_URL: addressSetting('https://queue.fal.run'),
    FAL_REST_URL: addressSetting('https://rest.fal.ai'),
    // Only prices are read there.
    FAL_API_URL: urlSetting('https://api.fal.ai'),
  },
  offers: OFFERS,
  files: 'own-storage',
  async create({ FAL_KEY: key = '', FAL_QUEUE_URL, FAL_REST_URL, FAL_API_URL }, deps) {
    const { createFal } = await import('./fal.ts');
    return createFal({ ...deps, key, queueUrl: FAL_QUEUE_URL, restUrl: FAL_REST_URL, apiUrl: FAL_API_URL });
  },
  async hostFiles({ FAL_KEY: key = '', FAL_REST_URL: restUrl }, deps) {
    const { createFalStorage } = await import('./storage.ts');
    return createFalStorage({ ...deps, key, restUrl });
  },
});
