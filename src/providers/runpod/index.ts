/** RunPod as the rest of the bot knows it. */
import { addressSetting, defineProvider, keySetting } from '../module.ts';
import { OFFERS } from './wire.ts';

export const runpod = defineProvider({
  id: 'runpod',
  name: 'RunPod',
  key: 'RUNPOD_API_KEY',
  keyFrom: 'console.runpod.io, Settings, API Keys: one that may use Serverless',
  keyLooks: /^rpa_\w{20,}$/,
  settings: {
    RUNPOD_API_KEY: keySetting,
    RUNPOD_API_URL: addressSetting('https://api.runpod.ai'),
  },
  offers: OFFERS,
  files: 'by-address',
  async create({ RUNPOD_API_KEY: key = '', RUNPOD_API_URL: apiUrl }, deps) {
    const { createRunpod } = await import('./runpod.ts');
    return createRunpod({ ...deps, key, apiUrl });
  },
});
