import { idSchema } from '../src/core/limits/limit-rules.ts';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** Where admins are told of limits, requests and changes. */
    logChannel?: string;
  }
}

export const logChannel = {
  key: 'logChannel',
  name: 'log-channel',
  options: [{ name: 'channel', type: 'channel', toPostIn: true }],
  schema: idSchema,
  preset: () => undefined,
  harmless: true,
  read: ({ channel }) => accept(channel),
  refusal: async (channel, place) =>
    (await place.canPost(channel)) ? undefined : { code: 'channel-closed' },
  write: (channel) => ({ channel }),
  say: (channel, { t, naming }) =>
    channel === undefined ? t('settings.nothing') : naming('channel', channel),
} satisfies Setting<'logChannel'>;
