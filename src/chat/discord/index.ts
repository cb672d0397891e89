/** Discord as a front: what members do there, and what they get to see of it. */
import { Events } from 'discord.js';
import type { Core, RunningChat } from '../../core/command.ts';
import type { Health } from '../../core/health.ts';
import type { FileUse } from '../../core/intake/file-use.ts';
import type { Job } from '../../core/job/job.ts';
import type { Clock, Files, Inbox, JobStore, KeyValueStore, Log, Scheduler } from '../../core/ports.ts';
import { Recent } from '../recent.ts';
import { createRequests } from '../requests.ts';
import { createChannels } from './admin/channels.ts';
import { createNotices } from './admin/notices.ts';
import { createApplication } from './application.ts';
import { createConnection, createRest, createTokenRest } from './client.ts';
import { createHook, HOOK_PATH } from './hook.ts';
import { createAcks } from './inbound/ack.ts';
import { createDownloads, refreshed } from './inbound/downloads.ts';
import { createInbound, type Inbound } from './inbound/index.ts';
import { createKeep } from './inbound/keep.ts';
import { createOpenForms } from './inbound/open-forms.ts';
import { createOrigins } from './inbound/origins.ts';
import type { InboundParts } from './inbound/parts.ts';
import type { Owners } from './inbound/reading.ts';
import { createReplies } from './inbound/replies.ts';
import { createUnfurling } from './inbound/unfurling.ts';
import { createWaiting } from './inbound/waiting.ts';
import { createLogin, type LoginParts } from './login.ts';
import { createOutbound } from './outbound/index.ts';
import { createSender } from './outbound/sender.ts';
import { createRegistrar, inviteLink } from './register.ts';
import { createServers } from './servers.ts';
import type { Shards } from './shards.ts';
import { createStanding } from './standing.ts';
import { createTokens } from './tokens.ts';
import { createTurns } from './turns.ts';

/** Of so many jobs it is known whose they are. */
const OWNERS_KNOWN = 5_000;

export type DiscordParts = {
  token: string;
  apiUrl: string;
  /** The only places that members' files are fetched from. */
  cdnUrls: readonly string[];
  /** The one server that gets the commands; all of them when undefined. */
  devGuild?: string | undefined;
  /** Where the internet reaches us; with https, Discord can bring commands there. */
  publicUrl?: string | undefined;
  /** The way by which commands shall come; whichever Discord has on record when undefined. */
  interactions?: 'gateway' | 'http' | undefined;
  /** Of the gateway; all of them when undefined. */
  shards?: Shards | undefined;
  /** Whether a finished video may ping the one who asked. */
  notify: boolean;
  commands: InboundParts['commands'];
  inbox: Inbox;
  kv: KeyValueStore;
  jobs: Pick<JobStore, 'get'>;
  files: Files;
  fileUse: FileUse;
  /** Of its own. */
  scheduler: Scheduler;
  health: Health;
  clock: Clock;
  log: Log;
  usualMs: (job: Job) => number | undefined;
  /** The link for adding the bot to a server, once it is known. */
  onInvite?: (url: string) => void;
  /** How long Discord is given to look behind the links of a mention. */
  linksWithinMs?: number;
  /** Between two tries to log in, or to put on disk what a member asked. */
  pace?: LoginParts['pace'];
  /** How long one try of a first answer may take. */
  ackTimeoutMs?: number;
  /** How long a call over HTTP may wait for its answer. */
  answersWithinMs?: number;
  /** How soon after a sign of change it is looked which way commands come. */
  looksAgainMs?: number;
};

export type DiscordChat = RunningChat & Required<Pick<RunningChat, 'hook'>>;

export function createDiscordChat(parts: DiscordParts): DiscordChat {
  const { token, apiUrl, clock, log, files, fileUse } = parts;
  const turns = createTurns();
  const [kv, inbox] = [turns.kv(parts.kv), turns.inbox(parts.inbox)];
  const rest = createRest(apiUrl, token);
  const webhooks = createTokenRest(apiUrl);
  const tokens = createTokens({ kv, clock });
  const servers = createServers({ rest, kv, clock, log });
  const owners: Owners = new Recent(OWNERS_KNOWN);
  const origins = createOrigins(parts.cdnUrls);
  const waiting = createWaiting({ kv, fileUse, clock, log });
  const forms = createOpenForms({ kv, waiting });
  let core: Core | undefined;
  let inbound: Inbound | undefined;
  let applicationId: string | undefined;
  let botUserId: string | undefined;
  let invited = false;
  const register = createRegistrar({ ...parts, rest, kv });
  const standing = createStanding({ health: parts.health, log });

  const sender = createSender({
    apiUrl: `${apiUrl}/v${rest.options.version}`,
    botToken: token,
    log,
  });
  const channels = createChannels({ rest, botUserId: () => botUserId, log });
  const requests = createRequests(kv, readOldRequest);
  const notices = createNotices({ rest, webhooks, sender, tokens, servers, requests, log });

  const outbound = createOutbound({
    rest,
    webhooks,
    botToken: token,
    tokens,
    kv,
    inbox,
    jobs: parts.jobs,
    scheduler: parts.scheduler,
    clock,
    log,
    usualMs: parts.usualMs,
    quota: async (requester) => (await core?.quota(requester)) ?? [],
    tierOf: servers.tierOf,
    notify: ({ spaceId }) => parts.notify && (core?.settings.of(spaceId).notify ?? true),
  });

  function connect() {
    const connection = createConnection(apiUrl, { shards: parts.shards });
    connection.client.on(Events.Raw, (packet: { t?: unknown }) => {
      if (packet.t === 'INTERACTION_CREATE') application.heard('gateway');
      inbound?.take(packet, applicationId);
    });
    return connection;
  }

  function invite(id: string): void {
    const url = inviteLink(id);
    if (!invited) log.info({}, `Discord is on. Add the bot to a server: ${url}`);
    invited = true;
    parts.onInvite?.(url);
  }

  const application = createApplication({
    rest,
    endpoint: parts.publicUrl?.startsWith('https:') ? parts.publicUrl + HOOK_PATH : undefined,
    wanted: parts.interactions,
    onKnown(known) {
      applicationId = known.id;
      botUserId ??= known.botUserId;
      standing.commands(known.way, known.trouble);
      if (known.way.kind === 'http') invite(known.id);
      register(known.id, core?.models.choice());
    },
    log,
    pace: parts.pace,
    soonMs: parts.looksAgainMs,
  });

  const login = createLogin({
    token,
    connect,
    onReady: (client) => {
      applicationId = client.application.id;
      botUserId = client.user.id;
      invite(client.application.id);
      // What was changed while nobody heard of it.
      application.look();
    },
    report: standing.gateway,
    log,
    ...(parts.pace ? { pace: parts.pace } : {}),
  });

  const hook = createHook({
    key: application.key,
    inbound: () => inbound,
    heard: application.heard,
    clock,
    log,
    answersWithinMs: parts.answersWithinMs,
  });

  return {
    platform: 'discord',
    async start(given) {
      core = given;
      inbound = createInbound(
        {
          core: given,
          commands: parts.commands,
          outbound,
          acks: createAcks({ apiUrl, log, timeoutMs: parts.ackTimeoutMs }),
          replies: createReplies({ rest, webhooks, tokens, log }),
          tokens,
          servers,
          inbox,
          keep: createKeep({ tokens, inbox, pace: parts.pace, log }),
          files,
          fileUse,
          origins,
          downloads: createDownloads({ origins, files, refresh: (url) => refreshed({ rest, log }, url) }),
          unfurling: createUnfurling(parts.linksWithinMs),
          waiting,
          forms,
          admin: { channels, requests, notices, sender, temp: files.temp },
          clock,
          log,
        },
        owners,
      );
      await servers.load();
      await waiting.start();
      await outbound.start();
      await inbound.resume();
      login.start();
      application.look();
    },
    async stop() {
      waiting.stop();
      await Promise.all([login.stop(), application.stop()]);
      await inbound?.stop();
      await outbound.stop();
      await sender.stop();
    },
    show(job) {
      owners.set(job.code, job.requester.memberId);
      outbound.show(job);
    },
    canPost: (spaceId, channel) => channels.canPost(spaceId.replace(/^discord:/, ''), channel),
    post: notices.post,
    uploadLimitBytes: outbound.uploadLimitBytes,
    deliver: outbound.deliver,
    retract: outbound.retract,
    hook,
    adminsOf: notices.adminsOf,
    forget: outbound.forget,
    async forgetMember(memberId) {
      const [platform, userId] = memberId.split(':');
      if (platform === 'discord' && userId) await forms.forget(userId);
    },
  };
}

/** An earlier version wrote its texts in Discord's own markup, so they are left out. */
function readOldRequest({ jobId, target, channelId, messageId, decided }: Record<string, unknown>) {
  const noted = { place: { target, channelId, messageId }, ...(decided ? { decided: true as const } : {}) };
  return typeof jobId === 'string' ? { jobId, ...noted } : noted;
}
