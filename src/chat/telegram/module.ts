/** Telegram as the rest of the bot knows it. */
import { defineChat, keySetting, urlSetting, wholeNumber } from '../module.ts';

export const telegram = defineChat({
  platform: 'telegram',
  name: 'Telegram',
  key: 'TELEGRAM_BOT_TOKEN',
  settings: {
    TELEGRAM_BOT_TOKEN: keySetting,
    TELEGRAM_API_URL: urlSetting('https://api.telegram.org'),
  },
  ids: { pattern: /^-?\d{1,20}$/, example: '-100456' },
  mentions: wholeNumber,
  // A private chat has its member's number; a group that acts as a member is still a group.
  privateSpaces: (id) => (id.startsWith('-') ? [] : [`telegram:${id}`]),
  secretShapes: [
    // The bot's token, also as it stands in an address within an address.
    /\d{6,12}(?::|%3[Aa])[\w-]{30,}/,
  ],
  howTo: [
    'In Telegram, open a chat with @BotFather and send /newbot.',
    'Answer its two questions, and copy the token that it gives you, with its number and colon.',
  ],
  writeTo: 'Open the chat with your bot, and press Start first.',
  tokenLooks: /^\d{6,12}:[\w-]{30,}$/,
  async create({ TELEGRAM_BOT_TOKEN: token = '', TELEGRAM_API_URL: apiUrl }, deps) {
    const { createTelegramChat } = await import('./index.ts');
    return createTelegramChat({ ...deps, token, apiUrl });
  },
  async inspect({ TELEGRAM_BOT_TOKEN: token = '', TELEGRAM_API_URL: apiUrl }, deps) {
    return (await import('./inspect.ts')).inspectTelegram({ token, apiUrl }, deps);
  },
  async hear({ TELEGRAM_BOT_TOKEN: token = '', TELEGRAM_API_URL: apiUrl }, deps) {
    return (await import('./inspect.ts')).hearTelegram({ token, apiUrl }, deps);
  },
});
