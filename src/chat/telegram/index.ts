/** Telegram as a place to talk: what comes in, what goes out, and how both find each other. */
import type { UserFromGetMe } from 'grammy/types';
import type { Commands } from '../../../commands/index.ts';
import type { Core, RunningChat } from '../../core/command.ts';
import type { Health } from '../../core/health.ts';
import type { Job } from '../../core/job/job.ts';
import type { Clock, Files, Inbox, JobStore, KeyValueStore, Log } from '../../core/ports.ts';
import { wordsFor } from '../../words/index.ts';
import type { SharedWork } from '../module.ts';
import { createRequests } from '../requests.ts';
import { createNotices } from './admin/notices.ts';
import { createPeople } from './admin/people.ts';
import { createApi } from './api.ts';
import { createDownloads } from './download.ts';
import { createHandlers } from './inbound/handlers.ts';
import { createInlet } from './inbound/inlet.ts';
import { createOutbound } from './outbound/index.ts';
import { register } from './register.ts';
import { realTimers, type Timers } from './timers.ts';
import { createUpdates, HOOK_PATH, hookSecret } from './updates.ts';

export type TelegramParts = {
  token: string;
  /** Telegram's own address, or that of a server of one's own. No slash at its end. */
  apiUrl: string;
  /** Where the internet reaches us; with https, Telegram tells its updates there. */
  publicUrl: string | undefined;
  secretKey: string;
  commands: Commands;
  inbox: Inbox;
  kv: KeyValueStore;
  jobs: Pick<JobStore, 'get'>;
  files: Files;
  clock: Clock;
  /** What is waited with; the clock goes by with it. */
  timers?: Timers;
  health: Health;
  log: Log;
  usualMs(job: Job): number | undefined;
  shared?: SharedWork | undefined;
};

export type TelegramChat = RunningChat & Required<Pick<RunningChat, 'hook'>>;

/** Makes the chat; nothing is asked of Telegram before `start`. */
export async function createTelegramChat(parts: TelegramParts): Promise<TelegramChat> {
  const { token, apiUrl, publicUrl, kv, clock, timers = realTimers, health } = parts;
  const telegram = createApi({ token, apiUrl });
  const { api } = telegram;
  const log = scrubbed(parts.log, telegram.scrub);
  const stopping = new AbortController();
  // Deliveries may begin before the chat is started; they wait that long.
  const core = Promise.withResolvers<Core>();
  const downloads = await createDownloads({ api, token, apiUrl, files: parts.files, kv });
  const outbound = createOutbound({
    api,
    kv,
    words: wordsFor,
    clock,
    timers,
    log,
    usualMs: parts.usualMs,
    quota: async (requester) => (await core.promise).quota(requester),
    localServer: downloads.isLocal,
    inbox: parts.inbox,
    jobs: parts.jobs,
  });
  const people = createPeople({ api, kv, clock });
  const requests = createRequests(kv, readOldRequest);
  const notices = createNotices({ api, kv, outbound, people, requests, log });
  let me: UserFromGetMe | undefined;
  /** Whether this process has the chat. */
  let isOurs = false;
  let told = false;
  const handlers = createHandlers({
    api,
    kv,
    clock,
    log,
    outbound,
    downloads,
    inbox: parts.inbox,
    commands: parts.commands,
    files: parts.files,
    people,
    requests,
    core: core.promise,
    privacyMode: () => me && !me.can_read_all_group_messages,
    start: (request) => inlet.start(request),
    signal: stopping.signal,
  });
  const inlet = createInlet({
    inbox: parts.inbox,
    handlers,
    log,
    clock,
    timers,
    signal: stopping.signal,
    onReceived: parts.shared?.onReceived,
  });
  const updates = createUpdates({
    token,
    apiUrl,
    telegram,
    webhook: publicUrl?.startsWith('https:')
      ? { url: publicUrl + HOOK_PATH, secret: hookSecret(parts.secretKey) }
      : undefined,
    take: inlet.take,
    onMe,
    timers,
    health,
    log,
  });

  function onMe(known: UserFromGetMe): void {
    me = known;
    if (!isOurs || told) return;
    told = true;
    log.info(
      { bot: `@${known.username}` },
      known.can_read_all_group_messages
        ? 'telegram: privacy mode is off, the bot sees every message of its groups'
        : 'telegram: privacy mode is on, so in groups the bot sees only commands and replies to it; @BotFather can turn it off',
    );
    register(api, parts.commands, kv, log).catch((error: unknown) =>
      log.warn({ err: error }, 'telegram: the commands could not be set; they are at the next start'),
    );
  }

  return {
    platform: 'telegram',
    async listen(given) {
      core.resolve(given);
      updates.listen();
    },
    async start(given) {
      core.resolve(given);
      isOurs = true;
      health.set('telegram', { state: 'degraded', reason: 'not connected yet' });
      await outbound.start();
      await inlet.resume();
      updates.start();
    },
    look: inlet.look,
    async stop() {
      stopping.abort();
      await updates.stop();
      await Promise.all([inlet.stop(), outbound.stop()]);
      await downloads.stop();
    },
    show: outbound.show,
    deliver: outbound.deliver,
    uploadLimitBytes: outbound.uploadLimitBytes,
    retract: outbound.retract,
    adminsOf: notices.adminsOf,
    forget: outbound.forget,
    canPost: notices.canPost,
    post: notices.post,
    hook: {
      path: HOOK_PATH,
      knows: updates.knows,
      take: async (headers, body) => ({ status: await updates.takeHook(headers, body) }),
    },
  };
}

/** No error here holds the token; should one ever do, it still doesn't get into the log. */
function scrubbed(log: Log, scrub: (text: string) => string): Log {
  const line =
    (level: keyof Log) =>
    (facts: object, message: string): void =>
      log[level](clean(facts) as object, scrub(message));
  function clean(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return scrub(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > 4) return '…';
    if (value instanceof Error) {
      const { name, message, stack, cause } = value;
      const code = 'code' in value ? value.code : undefined;
      return {
        type: name,
        message: scrub(message),
        ...('toJSON' in value ? {} : { stack: scrub(stack ?? '') }),
        ...(code === undefined ? {} : { code }),
        ...(cause === undefined ? {} : { cause: clean(cause, depth + 1) }),
      };
    }
    if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, clean(item, depth + 1)]));
  }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** An earlier version noted where the member's message is under the job, and here only what the admins read. */
const readOldRequest = ({ lines }: Record<string, unknown>) => ({
  place: {},
  ...(Array.isArray(lines) ? { lines: lines.map(String) } : {}),
});
