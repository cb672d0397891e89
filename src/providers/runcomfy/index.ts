/** RunComfy as the rest of the bot knows it. It has no webhooks for its Model API. */
import { addressSetting, defineProvider, keySetting } from '../module.ts';
import { OFFERS } from './wire.ts';

export const runcomfy = defineProvider({
  id: 'runcomfy',
  name: 'RunComfy',
  key: 'RUNCOMFY_API_TOKEN',
  settings: {
    RUNCOMFY_API_TOKEN: keySetting,
    RUNCOMFY_API_URL: addressSetting('https://model-api.runcomfy.net'),
  },
  offers: OFFERS,
  files: 'by-address',
  async create({ RUNCOMFY_API_TOKEN: token = '', RUNCOMFY_API_URL: apiUrl }, deps) {
    const { createRuncomfy } = await import('./runcomfy.ts');
    return createRuncomfy({ ...deps, token, apiUrl });
  },
});
