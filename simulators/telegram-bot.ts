/** Genuine grammY clients on the simulator. */
import { Api, Bot, GrammyError } from 'grammy';
import type { Telegram } from './telegram/telegram.ts';

export const clientOf = (telegram: Pick<Telegram, 'apiUrl' | 'token'>, token = telegram.token): Api =>
  new Api(token, { apiRoot: telegram.apiUrl });

/** A bot that polls once `start` is called; stopped when the test ends. */
export function startBot(telegram: Telegram) {
  const bot = new Bot(telegram.token, { client: { apiRoot: telegram.apiUrl } });
  bot.catch((error) => {
    throw error.error;
  });
  let running: Promise<void> | undefined;
  return {
    bot,
    start: () => {
      running = bot.start();
    },
    [Symbol.asyncDispose]: async () => {
      await bot.stop();
      await running;
    },
  };
}

/** What Telegram refuses a call with; fails when it takes it. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ code: number; says: string; parameters: object }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof GrammyError)
      return { code: error.error_code, says: error.description, parameters: error.parameters };
    throw error;
  }
  throw new Error('it was taken');
}
