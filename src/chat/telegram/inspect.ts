/** Telegram, for whoever sets the bot up or looks what is wrong with it. Nothing that members sent is taken or changed. */
import { setTimeout as wait } from 'node:timers/promises';
import type { UserFromGetMe, WebhookInfo } from 'grammy/types';
import type { Diagnosis } from '../../core/diagnosis.ts';
import { cut } from '../../core/text.ts';
import type { HearDeps, InspectDeps } from '../module.ts';
import { createApi, isTrouble, signalOf, type TelegramApi } from './api.ts';
import { diagnosis } from './diagnoses.ts';
import { HOOK_PATH } from './updates.ts';

/** One fetch is held so long while it is listened whether another program ends it. */
const POLL_SECONDS = 2;
const PAUSE_MS = 500;
/** An address that failed is old news after so long. */
const RECENT_S = 3_600;
const PROBLEM_LENGTH = 120;

type Access = { token: string; apiUrl: string };

export async function inspectTelegram(access: Access, deps: InspectDeps): Promise<Diagnosis[]> {
  const telegram = createApi(access);
  const { api } = telegram;
  const signal = signalOf(deps.signal);
  try {
    const me = await twice(() => api.getMe(signal));
    const info = await twice(() => api.getWebhookInfo(signal));
    return [
      ...ownTraits(me),
      ...webhookOf(telegram, me, info, deps),
      ...(info.url || deps.isRunning ? [] : await secondPoller(telegram, me, deps)),
    ];
  } catch (error) {
    deps.signal.throwIfAborted();
    if (isTrouble(error, 'unauthorized')) return [diagnosis('telegram-token-refused', {})];
    if (!isTrouble(error)) throw error;
    return [diagnosis('telegram-unreachable', { problem: problemOf(telegram, error.description) })];
  }
}

/** A connection that is kept open may be closed just as it is used again: whoever gives no answer twice is not there. */
const twice = <T>(ask: () => Promise<T>): Promise<T> =>
  ask().catch((error: unknown) => {
    if (isTrouble(error, 'network')) return ask();
    throw error;
  });

const nameOf = (me: Pick<UserFromGetMe, 'username'>): string => `@${me.username}`;
const problemOf = ({ scrub }: TelegramApi, text: string): string => cut(scrub(text), PROBLEM_LENGTH);

function ownTraits(me: UserFromGetMe): Diagnosis[] {
  const who = nameOf(me);
  return [
    diagnosis(me.can_read_all_group_messages ? 'telegram-works' : 'telegram-privacy', { who }),
    ...(me.supports_inline_queries ? [diagnosis('telegram-inline', { who })] : []),
    ...(me.can_join_groups ? [] : [diagnosis('telegram-groups-closed', { who })]),
  ];
}

function webhookOf(
  telegram: TelegramApi,
  me: UserFromGetMe,
  info: WebhookInfo,
  { publicUrl }: InspectDeps,
): Diagnosis[] {
  const ours = publicUrl?.startsWith('https:') ? publicUrl + HOOK_PATH : undefined;
  const { url = '', pending_update_count: pending, last_error_date: failedAt = 0 } = info;
  if (url === '') return [];
  // The rest of an address that is not ours may hold a secret.
  if (url !== ours) return [diagnosis('telegram-webhook-stale', { who: nameOf(me), address: originOf(url) })];
  if (Date.now() / 1000 - failedAt > RECENT_S) return [];
  const problem = problemOf(telegram, info.last_error_message ?? 'it does not say why');
  return [diagnosis('telegram-webhook-failing', { problem, pending, address: url })];
}

const originOf = (url: string): string => URL.parse(url)?.origin ?? 'an unreadable address';

/** Telegram ends the fetch of one program when another one begins: so one has to listen for a while. */
async function secondPoller(
  { api }: TelegramApi,
  me: UserFromGetMe,
  { signal, listenMs }: InspectDeps,
): Promise<Diagnosis[]> {
  const until = Date.now() + listenMs;
  try {
    do {
      // Without an offset nothing counts as taken: the bot gets it all at its start.
      const fetch = { limit: 1, timeout: POLL_SECONDS };
      const waiting = await twice(() => api.getUpdates(fetch, signalOf(signal)));
      if (waiting.length > 0) await wait(PAUSE_MS, undefined, { signal });
    } while (Date.now() < until);
    return [];
  } catch (error) {
    if (!isTrouble(error, 'conflict')) throw error;
    return [diagnosis('telegram-second-poller', { who: nameOf(me) })];
  }
}

/** The person who sends that word to the bot in private. What others send meanwhile stays for the bot. */
export async function hearTelegram(access: Access, { word, signal }: HearDeps): Promise<string> {
  const { api } = createApi(access);
  for (;;) {
    signal.throwIfAborted();
    const updates = await api.getUpdates({ limit: 100, timeout: POLL_SECONDS }, signalOf(signal));
    for (const { message } of updates)
      if (message?.chat.type === 'private' && message.text?.trim().toLowerCase() === word.toLowerCase())
        return `telegram:${message.from.id}`;
    if (updates.length > 0) await wait(PAUSE_MS, undefined, { signal });
  }
}
