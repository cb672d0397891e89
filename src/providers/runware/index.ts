/** Runware as the rest of the bot knows it. */
import { z } from 'zod';
import { addressSetting, defineProvider, keySetting } from '../module.ts';
import { OFFERS } from './offers.ts';

export const runware = defineProvider({
  id: 'runware',
  name: 'Runware',
  key: 'RUNWARE_API_KEY',
  keyFrom: 'my.runware.ai, API Keys',
  settings: {
    RUNWARE_API_KEY: keySetting,
    RUNWARE_API_URL: addressSetting('https://api.runware.ai'),
    RUNWARE_KLING_PRICES: {
      shape: z.string().optional(),
      example: '',
      comment:
        'What Kling’s motion control costs you at Runware, in dollars a second, like kling-2.6:standard=0.07,kling-3.0:pro=0.168.',
    },
  },
  offers: OFFERS,
  files: 'by-address',
  async create({ RUNWARE_API_KEY: key = '', RUNWARE_API_URL: apiUrl, RUNWARE_KLING_PRICES: prices }, deps) {
    const { createRunware } = await import('./runware.ts');
    return createRunware({ ...deps, key, apiUrl, klingPrices: prices ?? '' });
  },
});
