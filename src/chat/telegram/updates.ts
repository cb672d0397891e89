/**
 * How updates reach us: fetched by grammY's polling, or told to our address by a webhook. Whatever goes wrong with
 * either is waited out, said in the log once and shown in the state of the bot.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Bot, type Transformer } from 'grammy';
import type { UserFromGetMe } from 'grammy/types';
import type { Health } from '../../core/health.ts';
import type { Log } from '../../core/ports.ts';
import { isTrouble, type TelegramApi } from './api.ts';
import { diagnosis } from './diagnoses.ts';
import type { Bot as Me } from './inbound/read.ts';
import { updatesFor } from './inbound/wire.ts';
import { pause, type Timers } from './timers.ts';

/** Telegram holds a poll at most this long; a dead connection is noticed soon after. */
const POLL_SECONDS = 30;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** The other one may be the old version of us in a rolling update, and stop soon. */
const CONFLICT_WAIT_MS = 15_000;
const BAD_TOKEN_WAIT_MS = 10 * 60_000;

/** Where Telegram is to tell its updates; polling where it is undefined. */
type WebhookSettings = { url: string; secret: string };

export type UpdatesParts = {
  token: string;
  apiUrl: string;
  telegram: TelegramApi;
  webhook: WebhookSettings | undefined;
  /** Stores an update. Rejects when it could not: then it must come again. */
  take(update: unknown, bot: Me): Promise<void>;
  /** Telegram has said who we are. */
  onMe(me: UserFromGetMe): void;
  health: Health;
  log: Log;
  timers: Timers;
};

export type Updates = {
  /** Learns who we are, so that calls of the webhook can be taken; another process tells Telegram of our address. */
  listen(): void;
  start(): void;
  stop(): Promise<void>;
  /** Whether a call of the webhook is Telegram's: only it has been told the secret. */
  knows(headers: Readonly<Record<string, string | undefined>>): boolean;
  /** One call of the webhook: the status to answer. */
  takeHook(headers: Readonly<Record<string, string | undefined>>, body: Buffer): Promise<number>;
};

export const HOOK_PATH = '/hooks/telegram';
const SECRET_HEADER = 'x-telegram-bot-api-secret-token';

/** The same after every start, so that Telegram's calls under way stay good. */
export const hookSecret = (secretKey: string): string =>
  createHmac('sha256', secretKey).update('telegram-webhook').digest('base64url');

export function createUpdates({
  token,
  apiUrl,
  telegram,
  webhook,
  take,
  onMe,
  health,
  log,
  timers,
}: UpdatesParts): Updates {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  /** Whether updates are for us to fetch, or to be told of. */
  let fetches = false;
  let me: UserFromGetMe | undefined;
  let polling: Bot | undefined;
  /** How often in a row no update could be stored: fetching them goes well meanwhile. */
  let unstored = 0;

  const healthy = () => health.set('telegram', { state: 'ok' });

  /** grammY waits out a lost connection by itself, in silence. */
  const watch: Transformer = async (prev, method, payload, signal) => {
    try {
      const answer = await prev(method, payload, signal);
      if (method === 'getUpdates') healthy();
      return answer;
    } catch (error) {
      if (method === 'getUpdates' && !stopping.signal.aborted && isTrouble(error, 'network', 'flood'))
        health.set('telegram', { state: 'degraded', reason: 'Telegram cannot be reached' });
      throw error;
    }
  };

  async function supervise(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        me ??= await telegram.api.getMe();
        onMe(me);
        if (!fetches) return health.set('telegram', { state: 'ok', reason: ELSEWHERE });
        if (webhook) return await listen(webhook, me);
        await poll(me, () => {
          failures = 0;
        });
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        await pause(timers, complain(error, Math.max(failures, unstored)), stopping.signal);
      }
    }
  }

  async function listen({ url, secret }: WebhookSettings, botInfo: UserFromGetMe): Promise<void> {
    await telegram.api.setWebhook(url, {
      secret_token: secret,
      allowed_updates: updatesFor(botInfo),
      drop_pending_updates: false,
    });
    healthy();
    log.info({}, 'telegram: Telegram tells its updates to the webhook');
  }

  /**
   * Ends by throwing, or when it is stopped. A new Bot each time: one that has failed to store an update would not ask
   * for it again, while a new one asks for all that Telegram has not been told to forget.
   */
  async function poll(botInfo: UserFromGetMe, onStart: () => void): Promise<void> {
    const bot = new Bot(token, { botInfo, client: { apiRoot: apiUrl } });
    // Whoever prints it must not print the token.
    Object.defineProperty(bot, 'token', { enumerable: false });
    Object.defineProperty(bot.api, 'token', { enumerable: false });
    bot.api.config.use(telegram.guard, watch);
    bot.use(async (ctx) => {
      unstored += 1;
      await take(ctx.update, botInfo);
      unstored = 0;
    });
    bot.catch(({ error }) => {
      throw error;
    });
    polling = bot;
    // It takes a webhook down that an earlier start has set.
    await bot.start({
      allowed_updates: updatesFor(botInfo),
      drop_pending_updates: false,
      timeout: POLL_SECONDS,
      onStart: () => {
        onStart();
        healthy();
        log.info({}, 'telegram: fetching updates');
      },
    });
  }

  /** Says what is wrong, and for how long to wait. */
  function complain(error: unknown, failures: number): number {
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    if (isTrouble(error, 'unauthorized')) {
      const reason = 'Telegram does not know TELEGRAM_BOT_TOKEN';
      health.set('telegram', { state: 'degraded', reason, finding: diagnosis('telegram-token-refused', {}) });
      if (failures === 1)
        log.error({}, 'telegram: Telegram does not know TELEGRAM_BOT_TOKEN; ask @BotFather for it');
      return BAD_TOKEN_WAIT_MS;
    }
    if (isTrouble(error, 'conflict')) {
      const reason = 'another program fetches this bot’s updates with the same token; only one can';
      const finding = diagnosis('telegram-second-poller', { who: me ? `@${me.username}` : 'the bot' });
      health.set('telegram', { state: 'degraded', reason, finding });
      log.warn({}, `telegram: ${reason}. Trying again in ${CONFLICT_WAIT_MS / 1000} s`);
      return CONFLICT_WAIT_MS;
    }
    const reason = isTrouble(error) ? 'Telegram cannot be reached' : 'an update could not be stored';
    health.set('telegram', { state: 'degraded', reason });
    log.warn({ err: error, waitMs }, `telegram: ${reason}`);
    return isTrouble(error, 'flood') ? Math.max(waitMs, error.retryAfterMs ?? 0) : waitMs;
  }

  const knows: Updates['knows'] = (headers) =>
    webhook !== undefined && same(headers[SECRET_HEADER] ?? '', webhook.secret);

  async function takeHook(
    headers: Readonly<Record<string, string | undefined>>,
    body: Buffer,
  ): Promise<number> {
    if (!knows(headers)) return 401;
    // Until Telegram has said who we are, nobody can tell whether a command is meant for us.
    if (!me || stopping.signal.aborted) return 503;
    const update = parse(body);
    if (update === undefined) return 400;
    try {
      await take(update, me);
      return 200;
    } catch (error) {
      log.error({ err: error }, 'telegram: an update could not be stored');
      return 503;
    }
  }

  function supervised(): void {
    const before = running ?? Promise.resolve();
    running = before
      .then(supervise)
      .catch((error: unknown) => log.error({ err: error }, 'telegram: listening ended'));
  }

  return {
    listen() {
      if (webhook) supervised();
      else health.set('telegram', { state: 'ok', reason: ELSEWHERE });
    },
    start() {
      fetches = true;
      supervised();
    },
    async stop() {
      stopping.abort();
      // It tells Telegram where we are; whoever can't be reached is told at the next start.
      await Promise.race([polling?.stop().catch(() => {}), pause(timers, STOPS_WITHIN_MS)]);
      await Promise.race([running, pause(timers, STOPS_WITHIN_MS)]);
    },
    knows,
    takeHook,
  };
}

const STOPS_WITHIN_MS = 3_000;
const ELSEWHERE = 'another process has it';

function same(given: string, right: string): boolean {
  const a = createHmac('sha256', 'compare').update(given).digest();
  const b = createHmac('sha256', 'compare').update(right).digest();
  return timingSafeEqual(a, b);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
