/** RunComfy as the rest of the bot knows it. It has no webhooks for its Model API. */
import { addressSetting, defineProvider, keySetting } from '../module.ts';
import { OFFERS } from './wire.ts';

const API_URL = 'https://model-api.runcomfy.net';
const ACCOUNT_URL = 'https://api.runcomfy.net';

export const runcomfy = defineProvider({
  id: 'runcomfy',
  name: 'RunComfy',
  key: 'RUNCOMFY_API_TOKEN',
  keyFrom: 'runcomfy.com, Profile, API Tokens',
  settings: {
    RUNCOMFY_API_TOKEN: keySetting,
    RUNCOMFY_API_URL: addressSetting(API_URL),
  },
  offers: OFFERS,
  files: 'by-address',
  async create({ RUNCOMFY_API_TOKEN: token = '', RUNCOMFY_API_URL: apiUrl }, deps) {
    const { createRuncomfy } = await import('./runcomfy.ts');
    // Whoever names another address, of a proxy or a simulator, means all of it.
    const accountUrl = apiUrl === API_URL ? ACCOUNT_URL : apiUrl;
    return createRuncomfy({ ...deps, token, apiUrl, accountUrl });
  },
});
