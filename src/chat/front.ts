/**
 * A chat whose work several processes share. Each of them can speak in it by itself: post a notice, take messages back.
 * One has it: it deals with what comes in, shows how jobs stand and delivers. Where that one ends, another one goes on with
 * all of it, as after a restart.
 */
import type { Chat, ChatHook } from '../core/chat-port.ts';
import type { Core, RunningChat } from '../core/command.ts';
import type { Holds } from '../core/holds.ts';
import type { Log } from '../core/ports.ts';

/** In case that the word of what another process has received did not reach us. */
const LOOK_EVERY_MS = 15_000;

export const frontOf = (platform: string): string => `front:${platform}`;

export type FrontParts = {
  platform: Chat['platform'];
  /** Made anew each time that this process has lost it. */
  make(): Promise<RunningChat>;
  holds: Pick<Holds, 'onHeld'>;
  /** Whether this process may have the chat. */
  isFront: boolean;
  /** Whether the platform's own server may call this process. */
  isCalled: boolean;
  /** Another process has received something. The answer stops listening. */
  onReceived(listener: () => void): () => void;
  lookEveryMs?: number;
  log: Log;
};

export async function createFront(parts: FrontParts): Promise<RunningChat> {
  const { platform, holds, log, lookEveryMs = LOOK_EVERY_MS } = parts;
  const listens = parts.isFront || parts.isCalled;
  let core: Core | undefined;
  let made: Promise<RunningChat> | undefined;
  let live: RunningChat | undefined;
  let listening: RunningChat | undefined;
  let isOurs = false;
  let stopping = false;
  let giveBack: (() => Promise<void>) | undefined;
  let endLooks = (): void => {};

  /** The chat as this process speaks in it. Loaded only where it does: a platform's library takes its room. */
  async function here(): Promise<RunningChat> {
    made ??= parts.make();
    const chat = await made;
    live = chat;
    if (core && listening !== chat) {
      listening = chat;
      await chat.listen?.(core).catch((error: unknown) => {
        listening = undefined;
        throw error;
      });
    }
    return chat;
  }

  async function gained(given: Core): Promise<void> {
    const chat = await here();
    await chat.start(given);
    isOurs = true;
    await given.jobs.serve([platform]);
    const look = (): void =>
      void chat.look?.().catch((err: unknown) => {
        if (isOurs) log.warn({ err }, 'what other processes have received could not be read');
      });
    const timer = setInterval(look, lookEveryMs).unref();
    const unheard = parts.onReceived(look);
    endLooks = () => {
      clearInterval(timer);
      unheard();
    };
  }

  async function lost(): Promise<void> {
    isOurs = false;
    endLooks();
    await core?.jobs.leave([platform]);
    await end();
    // Another process has it from now on; what comes here is received for that one.
    if (listens && !stopping) await here();
  }

  async function end(): Promise<void> {
    const old = await made;
    made = undefined;
    await old?.stop();
  }

  const hook = listens ? (await here()).hook : undefined;
  return {
    platform,
    async start(given) {
      core = given;
      if (listens) await here();
      if (parts.isFront) giveBack = holds.onHeld(frontOf(platform), { gained: () => gained(given), lost });
    },
    async stop() {
      stopping = true;
      await giveBack?.();
      await end();
    },
    // Every process hears of every job.
    show(job) {
      if (isOurs) live?.show(job);
    },
    uploadLimitBytes: async (job, to) => (await here()).uploadLimitBytes(job, to),
    deliver: async (job, delivery, to) => (await here()).deliver(job, delivery, to),
    canPost: async (spaceId, channel) => (await (await here()).canPost?.(spaceId, channel)) ?? false,
    post: async (to, spaceId, notice) => (await (await here()).post?.(to, spaceId, notice)) ?? false,
    adminsOf: async (spaceId) => (await (await here()).adminsOf?.(spaceId)) ?? [],
    retract: async (job) => (await (await here()).retract?.(job)) ?? { deleted: 0, emptied: 0, left: 0 },
    forget: async (job) => (await here()).forget?.(job),
    forgetMember: async (memberId) => (await here()).forgetMember?.(memberId),
    ...(hook ? { hook: delegated(hook, () => live?.hook) } : {}),
  };
}

/** The same address, whichever life of the chat answers there. */
const delegated = (first: ChatHook, now: () => ChatHook | undefined): ChatHook => ({
  path: first.path,
  knows: (headers) => (now() ?? first).knows(headers),
  take: (headers, body) => (now() ?? first).take(headers, body),
});
