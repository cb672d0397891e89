/** Discord as the rest of the bot knows it. */
import { z } from 'zod';
import { baseUrl } from '../../environment.ts';
import { defineChat, keySetting, urlSetting, wholeNumber, yesOrNo } from '../module.ts';
import { namedByWaiting } from './inbound/waiting.ts';
import { shards } from './shards.ts';

export const discord = defineChat({
  platform: 'discord',
  name: 'Discord',
  key: 'DISCORD_TOKEN',
  settings: {
    DISCORD_TOKEN: keySetting,
    DISCORD_API_URL: urlSetting('https://discord.com/api'),
    DISCORD_CDN_URLS: {
      shape: z
        .string()
        .default(
          'https://cdn.discordapp.com,https://media.discordapp.net,https://images-ext-1.discordapp.net,https://images-ext-2.discordapp.net',
        )
        .transform((text) => text.split(',').map((url) => url.trim()))
        .pipe(z.array(baseUrl)),
      example: 'https://cdn.discordapp.com,https://media.discordapp.net',
    },
    DISCORD_DEV_GUILD: {
      shape: z
        .string()
        .regex(/^\d{17,20}$/, 'must be the id of a server')
        .optional(),
      example: '',
    },
    DISCORD_INTERACTIONS: {
      shape: z.enum(['gateway', 'http'], { error: 'must be gateway or http' }).optional(),
      example: '',
    },
    DISCORD_SHARDS: { shape: shards.prefault('auto'), example: 'auto' },
    DISCORD_PING: { shape: yesOrNo.prefault('true'), example: 'true' },
  },
  ownSettings: ['DISCORD_SHARDS'],
  ids: { pattern: /^-?\d{1,20}$/, example: '123' },
  mentions: wholeNumber,
  privateSpaces: (id) => [`discord:dm-${id}`],
  secretShapes: [
    // Addresses in which the token stands: answers to interactions, and webhooks.
    /(\/(?:webhooks|interactions)\/\d{5,20}\/)[\w.-]{20,}/,
    // "interaction:" in base64, with which the tokens of interactions begin.
    /aW50ZXJhY3Rpb24[\w-]{20,}/,
    // The bot's token; JSON web tokens have the same three parts.
    /[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/,
  ],
  howTo: [
    'Open discord.com/developers/applications and press New Application.',
    'On the page Bot, press Reset Token and copy it. The switches under Privileged Gateway Intents stay off.',
  ],
  writeTo:
    'The bot must be in a server of yours (see its link above). Click on its name there, then Message.',
  tokenLooks: /^[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}$/,
  namesFiles: namedByWaiting,
  async create(settings, { scheduler, ...deps }) {
    const { createDiscordChat } = await import('./index.ts');
    return createDiscordChat({
      ...deps,
      token: settings.DISCORD_TOKEN ?? '',
      apiUrl: settings.DISCORD_API_URL,
      cdnUrls: settings.DISCORD_CDN_URLS,
      devGuild: settings.DISCORD_DEV_GUILD,
      interactions: settings.DISCORD_INTERACTIONS,
      shards: settings.DISCORD_SHARDS,
      notify: settings.DISCORD_PING,
      scheduler: scheduler(),
    });
  },
  async inspect(settings, deps) {
    return (await import('./inspect.ts')).inspectDiscord(accessOf(settings), deps);
  },
  async hear(settings, deps) {
    return (await import('./inspect.ts')).hearDiscord(accessOf(settings), deps);
  },
});

type Access = {
  DISCORD_TOKEN?: string | undefined;
  DISCORD_API_URL: string;
  DISCORD_INTERACTIONS?: 'gateway' | 'http' | undefined;
};
const accessOf = ({ DISCORD_TOKEN: token = '', DISCORD_API_URL: apiUrl, DISCORD_INTERACTIONS }: Access) => ({
  token,
  apiUrl,
  interactions: DISCORD_INTERACTIONS,
});
