/** The outbound half at work in a simulated Discord, with a clock that the test turns and a disk that outlives it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REST } from 'discord.js';
import { InteractionType } from 'discord-api-types/v10';
import { dispatchInteraction, type SimInteraction } from '../../../simulators/discord/interactions.ts';
import type { Settings } from '../../../simulators/discord/settings.ts';
import { startDiscord } from '../../../simulators/discord/start.ts';
import type { SimChannel, SimMessage, SimUser } from '../../../simulators/discord/world.ts';
import {
  createOutbound,
  type Outbound,
  type OutboundParts,
} from '../../../src/chat/discord/outbound/index.ts';
import type { DiscordTarget } from '../../../src/chat/discord/target.ts';
import { createTokens, type Tokens } from '../../../src/chat/discord/tokens.ts';
import type { Delivery } from '../../../src/core/chat-port.ts';
import { codeOf } from '../../../src/core/job/code.ts';
import type { Job, JobIn, JobState } from '../../../src/core/job/job.ts';
import type { Inbox } from '../../../src/core/ports.ts';
import { jobIn } from '../../fakes/jobs.ts';
import { createManualScheduler, type ManualScheduler } from '../../fakes/scheduler.ts';
import { memoryKeyValueStore } from '../../fakes/shelf.ts';

export const MIB = 2 ** 20;
export const MINUTE_MS = 60_000;
/** The usual time of a render: the first job of a test is asked for at the start of the clock. */
const NOON = Date.UTC(2026, 10, 21, 12);

export type RecordedRequest = {
  job: JobIn<'queued'>;
  target: DiscordTarget;
  interaction: SimInteraction;
  status: SimMessage;
};

type Life = { outbound: Outbound; tokens: Tokens; scheduler: ManualScheduler; made: OutboundParts };

export type OutboundWorld = Awaited<ReturnType<typeof outboundWorld>>;

export async function outboundWorld({
  settings = {},
  parts = {},
  tier = 0,
}: {
  settings?: Partial<Settings>;
  parts?: Partial<OutboundParts>;
  tier?: 0 | 1 | 2 | 3;
} = {}) {
  const time = { now: NOON };
  const clock = { now: () => time.now };
  const discord = await startDiscord({
    time: { now: () => time.now, after: () => undefined },
    settings: { webhookLimit: 'none', channelLimit: 'none', globalLimit: 'none', ...settings },
  });
  const folder = await mkdtemp(join(tmpdir(), 'outbound-'));
  const guild = discord.guild('Dancers', { tier });
  const channel = discord.channel(guild, 'general');
  const ada = discord.member(guild, 'Ada');
  const disk = { kv: memoryKeyValueStore(), tokens: memoryKeyValueStore(), inbox: memoryInbox(clock) };
  const jobs = new Map<string, Job>();
  const logged: unknown[] = [];
  const write = (facts: object, message: string) => void logged.push({ ...facts, message });
  const log = { debug: write, info: write, warn: write, error: write };
  const lives: { outbound: Outbound; rests: REST[] }[] = [];

  /** A fresh process on the same disk. */
  async function boot(): Promise<Life> {
    const scheduler = createManualScheduler(time);
    const tokens = createTokens({ kv: disk.tokens, clock });
    const rest = new REST({ api: discord.apiUrl, retries: 0 }).setToken(discord.token);
    const webhooks = new REST({ ...rest.options, globalRequestsPerSecond: Number.POSITIVE_INFINITY });
    const made: OutboundParts = {
      rest,
      webhooks,
      botToken: discord.token,
      tokens,
      kv: disk.kv,
      inbox: disk.inbox,
      jobs: { get: async (id) => jobs.get(id) },
      scheduler,
      clock,
      log,
      usualMs: () => undefined,
      quota: async () => [],
      tierOf: () => tier,
      notify: () => true,
      pauseMs: 1,
      ...parts,
    };
    const outbound = createOutbound(made);
    lives.push({ outbound, rests: [rest, webhooks] });
    await outbound.start();
    return { outbound, tokens, scheduler, made };
  }
  let life = await boot();

  /** Shows the job as it stands and lets everything happen that is due by then. */
  async function show(job: Job): Promise<void> {
    jobs.set(job.id, job);
    life.outbound.show(job);
    await settle();
  }
  const settle = () => life.scheduler.runAll(time.now);

  /** An interaction, acknowledged as the inbound half does, and its token remembered. */
  async function interact(
    user: SimUser,
    where: SimChannel,
    how: { source?: SimMessage; private?: boolean; ack?: 5 | 6; for?: string } = {},
  ): Promise<SimInteraction> {
    const type = how.source ? InteractionType.MessageComponent : InteractionType.ApplicationCommand;
    const source = how.source ? { source: how.source } : {};
    const asked = dispatchInteraction(discord.sim, {
      type,
      user,
      channel: where,
      name: 'animate',
      data: {},
      ...source,
    });
    const answer = await fetch(`${discord.apiUrl}/v10/interactions/${asked.id}/${asked.token}/callback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: how.ack ?? 5, ...(how.private ? { data: { flags: 64 } } : {}) }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    await life.tokens.remember(how.for ?? asked.id, {
      applicationId: discord.bot.id,
      token: asked.token,
      receivedAt: time.now,
    });
    return asked;
  }

  function targetOf(
    { id, user, channel: where, limitBytes }: SimInteraction,
    over: Partial<DiscordTarget> = {},
  ): DiscordTarget {
    return {
      kind: 'interaction',
      eventId: id,
      userId: user.id,
      channelId: where.id,
      ...(where.guild ? { guildId: where.guild.id } : {}),
      locale: 'en-US',
      private: false,
      botIsHere: where.guild?.botIn ?? false,
      canPost: where.guild?.botIn ?? false,
      uploadLimitBytes: limitBytes,
      ...over,
    };
  }

  /** A member asks for a video; the job waits in line and its status message says so. */
  async function ask(
    how: {
      user?: SimUser;
      channel?: SimChannel;
      names?: { image: string; clip: string };
    } & Partial<DiscordTarget> = {},
  ): Promise<RecordedRequest> {
    const { user = ada, channel: where = channel, names, ...over } = how;
    const interaction = await interact(user, where, over.private ? { private: true } : {});
    const target = targetOf(interaction, over);
    const id = `discord-${interaction.id}`;
    const base = jobIn('queued', {
      id,
      code: codeOf(id),
      createdAt: time.now,
      requester: { platform: 'discord', spaceId: 'discord:1', memberId: `discord:${user.id}`, target },
    });
    const job: JobIn<'queued'> = {
      ...base,
      submittedAt: time.now,
      ...(names
        ? {
            inputs: {
              image: { ...base.inputs.image, name: names.image },
              clip: { ...base.inputs.clip, name: names.clip },
            },
          }
        : {}),
    };
    jobs.set(id, job);
    const { original } = interaction;
    if (!original) throw new Error('the answer has no message');
    await life.outbound.bind(id, {
      channelId: where.id,
      statusMessageId: original.id,
      eventId: interaction.id,
    });
    await show(job);
    return { job, target, interaction, status: original };
  }

  /** The same job in another state. */
  function as<S extends JobState>(
    { job }: RecordedRequest,
    state: S,
    over: Partial<JobIn<S>> = {},
  ): JobIn<S> {
    const { id, code, createdAt, requester, inputs } = job;
    return { ...jobIn(state, { id, code, createdAt, requester, inputs }), ...over };
  }

  async function video(bytes = 1_000): Promise<{ path: string; poster: Delivery['poster'] }> {
    const [path, picture] = [join(folder, `${bytes}.mp4`), join(folder, 'poster.jpg')];
    await writeFile(path, Buffer.alloc(bytes, 1));
    await writeFile(picture, Buffer.alloc(100, 2));
    return { path, poster: async () => picture };
  }

  async function original(asked: RecordedRequest, bytes = 1_000): Promise<Delivery> {
    const { video: stored } = as(asked, 'completed');
    return { form: 'original', video: { ...stored, bytes }, ...(await video(bytes)) };
  }

  /** Hands over the finished video where it was asked for, or `to` another place. */
  async function deliver(
    asked: RecordedRequest,
    { delivery, to = asked.target }: { delivery?: Delivery; to?: DiscordTarget } = {},
  ) {
    const job = as(asked, 'completed', { completedAt: time.now });
    jobs.set(job.id, job);
    return life.outbound.deliver(job, delivery ?? (await original(asked)), to);
  }

  return {
    discord,
    guild,
    channel,
    ada,
    time,
    disk,
    jobs,
    logged,
    show,
    settle,
    ask,
    as,
    interact,
    targetOf,
    video,
    original,
    deliver,
    get outbound() {
      return life.outbound;
    },
    /** What the outbound half was made of. */
    parts: () => life.made,
    get scheduler() {
      return life.scheduler;
    },
    get tokens() {
      return life.tokens;
    },
    /** The process dies and comes back. */
    async restart(): Promise<void> {
      life = await boot();
      await settle();
    },
    async pass(ms: number): Promise<void> {
      const until = time.now + ms;
      await life.scheduler.runAll(until);
      time.now = until;
    },
    /** Everything in the channel that is not a status message. */
    results: (where: SimChannel = channel, viewer?: SimUser): SimMessage[] =>
      discord
        .messages(where, viewer)
        .filter(({ interaction, files, replyTo }) => !interaction || files.length > 0 || replyTo),
    async [Symbol.asyncDispose]() {
      for (const { outbound, rests } of lives) {
        await outbound.stop();
        for (const rest of rests) rest.clearHandlerSweeper();
        for (const rest of rests) rest.clearHashSweeper();
      }
      await discord[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

function memoryInbox(clock: { now(): number }): Inbox {
  const records = new Map<string, { record: unknown; at: number; answered: boolean }>();
  return {
    async claim(id, record) {
      if (records.has(id)) return false;
      records.set(id, { record, at: clock.now(), answered: false });
      return true;
    },
    async note(id, record) {
      const known = records.get(id);
      if (known && !known.answered) known.record = record;
    },
    async done(id) {
      const known = records.get(id);
      if (known) known.answered = true;
    },
    pending: async (prefix) =>
      [...records]
        .filter(([id, { answered }]) => id.startsWith(prefix) && !answered)
        .map(([id, { record, at }]) => ({ id, record, at })),
  };
}
