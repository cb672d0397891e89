/** A ComfyUI of the operator's own as the rest of the bot knows it: what their workflows render, on their own machine. */
import { z } from 'zod';
import { microsFromUsd } from '../../core/price/money.ts';
import { baseUrl, defineProvider } from '../module.ts';
import { OFFERS } from './wire.ts';

export const comfyui = defineProvider({
  id: 'comfyui',
  name: 'ComfyUI',
  isOwn: true,
  key: 'COMFYUI_URL',
  keyFrom: 'the address at which your own ComfyUI listens, like http://127.0.0.1:8188',
  settings: {
    COMFYUI_URL: {
      // Addresses of videos are on record, so none may hold a password.
      shape: baseUrl
        .refine(
          (url) => new URL(url).username + new URL(url).password === '',
          'must hold no name and no password',
        )
        .optional(),
      example: '',
      comment:
        'Where your own ComfyUI listens, like http://127.0.0.1:8188; docs/comfyui.md says step by step how.',
      isTrusted: true,
    },
    COMFYUI_WORKFLOW: {
      shape: z
        .string()
        .transform((text) => text.split(',').map((path) => path.trim()))
        .optional(),
      example: '',
      comment:
        'The workflow that it runs, exported in API format; two with a comma between, where each has its own scene.',
    },
    COMFYUI_USD_PER_SECOND: {
      shape: z.coerce
        .number({ error: 'must be a sum of dollars' })
        .min(0, 'must not be negative')
        .max(1_000, 'is more than any second costs')
        .default(0)
        .transform(microsFromUsd),
      example: '0',
      comment:
        'What a second of video counts as in limits and sums, if your own machine should count at all.',
    },
  },
  offers: OFFERS,
  files: 'own-storage',
  async create(settings, deps) {
    const { createComfyui } = await import('./comfyui.ts');
    const {
      COMFYUI_URL: url = '',
      COMFYUI_WORKFLOW: paths = [],
      COMFYUI_USD_PER_SECOND: unitMicros,
    } = settings;
    return createComfyui({ ...deps, url, paths, unitMicros });
  },
});
