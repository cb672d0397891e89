/** The three places to ask from, each with a member who asks for a video there and reads what comes. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { rateLimited } from '../../simulators/discord/faults.ts';
import { startDiscord } from '../../simulators/discord/start.ts';
import { startTelegram, textOf } from '../../simulators/telegram/telegram.ts';
import type { JobView } from '../../src/http/page/contract.ts';
import { makeJob, readJob } from '../e2e/client.ts';
import { startGiver } from './given.ts';

export const FRONTS = ['page', 'discord', 'telegram'] as const;
export type FrontName = (typeof FRONTS)[number];

const ENDS: readonly string[] = ['delivered', 'failed', 'cancelled'] satisfies JobView['state'][];

export type JobForm = {
  /** How many times the finished video reached the member. */
  videos(): Promise<number>;
  /** Everything that the member can read now. */
  told(): Promise<string>;
  /** Whether the member can see that it has ended well, or on the page at all. */
  over(): Promise<boolean>;
};

/** Asks the same once more, as page or person do when no answer came. The page never makes a second job of it. */
type Again = { again(): Promise<void> };

/** The calls of a chat, by what they are for. */
type ChatCall = 'download' | 'send' | 'edit';
/** What both simulators know how to do wrong. */
type ChatFault = 'cut' | 'lose-answer' | { cutAfterBytes: number } | { status: number; retryAfter?: number };

export type Front = AsyncDisposable & {
  name: FrontName;
  env: Record<string, string>;
  /** Where the chat's own API is; the page has none. */
  apiUrl?: string;
  /** The next calls of that kind go wrong so. */
  fault(call: ChatCall, how: ChatFault, times?: number): void;
  /** What is asked next comes twice, as both chats say that it may. */
  twice(): void;
  /** A member asks for the list of jobs, in a chat. Answers with how often that was answered by then. */
  list?(): Promise<() => number>;
  /** Asks for a video. Ends when the bot has been told, whether or not it lives on. */
  ask(): Promise<JobForm & Again>;
  /** Whether something that was asked is still to be delivered, to a bot that comes back. */
  hasMore(): boolean;
  /** Ends when the bot listens here. */
  ready(): Promise<unknown>;
};

/** `bot`: where the page is. `routes`: where addresses of the internet are to be found here, by their origins. */
export async function startFront(
  name: FrontName,
  bot: () => { url: string },
  routes: Record<string, string> = {},
): Promise<Front> {
  if (name === 'page') return page(bot);
  return name === 'discord' ? discord(routes) : telegram(routes);
}

/** Nobody answered, or the answer broke off. */
function noAnswer(error: unknown): undefined {
  if (!(error instanceof TypeError)) throw error;
}

async function page(bot: () => { url: string }): Promise<Front> {
  const giver = await startGiver();
  return {
    name: 'page',
    env: {},
    fault() {
      throw new Error('the page is no chat');
    },
    twice() {
      throw new Error('the page is no chat');
    },
    hasMore: () => false,
    ready: async () => true,
    async ask() {
      const key = randomUUID();
      const given = await giver.next();
      let job: JobView | undefined;
      // The page calls again by itself when no answer came, with the same key.
      const again = async () => {
        job ??= await makeJob(bot().url, { ...given, key }).catch(noAnswer);
      };
      await again();
      const read = async () => job && (await readJob(bot().url, job.id).catch(noAnswer));
      return {
        again,
        async videos() {
          const answer = job && (await fetch(`${bot().url}/api/jobs/${job.id}/video`));
          return answer?.status === 200 && (await answer.arrayBuffer()).byteLength > 1000 ? 1 : 0;
        },
        told: async () => JSON.stringify((await read()) ?? null),
        over: async () => ENDS.includes((await read())?.state ?? ''),
      };
    },
    [Symbol.asyncDispose]: giver[Symbol.asyncDispose],
  };
}

const DISCORD_CALLS = {
  download: { method: 'GET', path: /^\/(?:ephemeral-)?attachments\// },
  send: { method: 'POST', path: /\/webhooks\/\d+\/[^/]+$|\/messages$/ },
  edit: { method: 'PATCH', path: /\/messages\// },
};
const discordFault = (how: ChatFault) =>
  typeof how === 'object' && 'retryAfter' in how && how.retryAfter !== undefined
    ? rateLimited(how.retryAfter)
    : how;

const TELEGRAM_CALLS = {
  download: /^file$/,
  send: /^send(?:Video|Animation|Document)$/,
  edit: /^editMessage/,
};

async function discord(routes: Record<string, string>): Promise<Front> {
  const sim = await startDiscord({
    routes,
    settings: { webhookLimit: 'none', channelLimit: 'none', globalLimit: 'none' },
  });
  const guild = sim.guild('Dancers');
  const giver = await startGiver();
  let people = 0;
  return {
    name: 'discord',
    env: { DISCORD_TOKEN: sim.token, DISCORD_API_URL: sim.apiUrl, DISCORD_CDN_URLS: sim.cdnUrl },
    apiUrl: sim.apiUrl,
    fault(call, how, times = 1) {
      sim.fault(DISCORD_CALLS[call], discordFault(how), times);
    },
    twice: () => sim.gateway.duplicateNext(),
    hasMore: () => false,
    ready: () =>
      sim.waitFor(
        () =>
          sim.gateway.connected() > 0 &&
          sim.commands().length > 0 &&
          (Object.keys(routes).length === 0 || sim.endpoint.url()),
      ),
    async list() {
      people += 1;
      const member = sim.member(guild, `Ada ${people}`);
      const asked = await sim.slash(member, sim.channel(guild, `room-${people}`), '/jobs', {});
      return () => (asked.original ? 1 : 0) + asked.followUps.length;
    },
    async ask() {
      people += 1;
      const member = sim.member(guild, `Ada ${people}`);
      const channel = sim.channel(guild, `room-${people}`);
      const given = await giver.next();
      const [image, clip] = await Promise.all([readFile(given.image), readFile(given.clip)]);
      const send = () =>
        sim.slash(member, channel, '/animate', {
          image: { name: 'knight.jpg', bytes: image },
          clip: { name: 'dance.mp4', bytes: clip },
        });
      await send();
      const said = () => sim.messages(channel).filter((message) => message.author.id === sim.bot.id);
      return {
        async again() {
          await send();
        },
        over: async () => said().some((message) => message.files.length > 0),
        videos: async () => said().filter((message) => message.files.length > 0).length,
        told: async () =>
          said()
            .map((message) => JSON.stringify([message.content, message.components]))
            .join('\n'),
      };
    },
    async [Symbol.asyncDispose]() {
      await sim[Symbol.asyncDispose]();
      await giver[Symbol.asyncDispose]();
    },
  };
}

async function telegram(routes: Record<string, string>): Promise<Front> {
  const sim = await startTelegram({ routes });
  const giver = await startGiver();
  /** Both halves of an album come, and come once more, the second before the first. */
  let next: { twice?: true; order?: number[] } = {};
  return {
    name: 'telegram',
    env: { TELEGRAM_BOT_TOKEN: sim.token, TELEGRAM_API_URL: sim.apiUrl, ALLOW_DMS: 'true' },
    apiUrl: sim.apiUrl,
    fault(call, how, times = 1) {
      sim.fault({ method: TELEGRAM_CALLS[call], how, times });
    },
    twice() {
      next = { twice: true, order: [1, 0] };
    },
    hasMore: () => sim.pending().length > 0,
    ready: () => sim.waitFor(() => sim.calls('getUpdates').length > 0 || sim.calls('setWebhook').length > 0),
    async list() {
      const user = sim.user({ first_name: 'Ada' });
      const chat = sim.privateChat(user);
      await sim.sends(user, chat, { text: '/jobs' });
      return () => sim.said(chat).length;
    },
    async ask() {
      const user = sim.user({ first_name: 'Ada' });
      const chat = sim.privateChat(user);
      const { image, clip } = await giver.next();
      const send = async () => {
        const { twice = false, ...how } = next;
        next = {};
        sim.deliverTwice(twice);
        await sim.album(user, chat, [{ photo: image }, { video: clip }], how);
        sim.deliverTwice(false);
      };
      await send();
      return {
        async again() {
          await send();
        },
        over: async () => sim.said(chat).some(({ video }) => video !== undefined),
        videos: async () =>
          sim.said(chat).filter((message) => message.video !== undefined || message.animation !== undefined)
            .length,
        told: async () => sim.said(chat).map(textOf).join('\n'),
      };
    },
    async [Symbol.asyncDispose]() {
      await sim.close();
      await giver[Symbol.asyncDispose]();
    },
  };
}
