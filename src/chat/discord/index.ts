/** Discord as a front: what members do there, and what they get to see of it. */
import { type Client, Events } from 'discord.js';
import type { Core, RunningChat } from '../../core/command.ts';
import { Recent } from '../recent.ts';
import { createRequests } from '../requests.ts';
import { createChannels } from './admin/channels.ts';
import { createNotices } from './admin/notices.ts';
import { createApplication } from './application.ts';
import { type ConnectionOptions, createConnection, createRest, createTokenRest } from './client.ts';
import { createGateway } from './gateway.ts';
import { createHook, HOOK_PATH } from './hook.ts';
import { createAcks } from './inbound/ack.ts';
import { createDownloads, refreshed } from './inbound/downloads.ts';
import { createInbound, type Inbound } from './inbound/index.ts';
import { createKeep } from './inbound/keep.ts';
import { createOpenForms } from './inbound/open-forms.ts';
import { createOrigins } from './inbound/origins.ts';
import type { Owners } from './inbound/reading.ts';
import { createReplies } from './inbound/replies.ts';
import { createUnfurling } from './inbound/unfurling.ts';
import { createWaiting } from './inbound/waiting.ts';
import { createLogin } from './login.ts';
import { createOutbound } from './outbound/index.ts';
import { createSender } from './outbound/sender.ts';
import type { DiscordParts } from './parts.ts';
import { createRegistrar, inviteLink } from './register.ts';
import { createServers } from './servers.ts';
import { shareOfRequests } from './shares.ts';
import { createStanding } from './standing.ts';
import { createTokens } from './tokens.ts';
import { createTurns } from './turns.ts';

/** Of so many jobs it is known whose they are. */
const OWNERS_KNOWN = 5_000;

const SHARES_EVERY_MS = 5_000;

export type { DiscordParts } from './parts.ts';
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
  /** Whether this process has the chat. */
  let isOurs = false;
  let sharing: NodeJS.Timeout | undefined;
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

  function connect(options: ConnectionOptions = { shards: parts.shards }) {
    const connection = createConnection(apiUrl, options);
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
      if (isOurs) register(known.id, core?.models.choice());
    },
    log,
    pace: parts.pace,
    soonMs: parts.looksAgainMs,
  });

  function onReady(client: Client<true>): void {
    applicationId = client.application.id;
    botUserId = client.user.id;
    invite(client.application.id);
    // What was changed while nobody heard of it.
    application.look();
  }

  const { shared, pace } = parts;
  const told = { token, onReady, report: standing.gateway, log };
  const login = shared
    ? createGateway({
        ...told,
        rest,
        kv,
        shared,
        shards: parts.shards ?? 'auto',
        connect,
        pace: parts.gatewayPace,
        ...(pace ? { loginPace: pace } : {}),
      })
    : createLogin({ ...told, connect, ...(pace ? { pace } : {}) });

  const hook = createHook({
    key: application.key,
    inbound: () => inbound,
    heard: application.heard,
    clock,
    log,
    answersWithinMs: parts.answersWithinMs,
  });

  function receive(given: Core): Inbound {
    core = given;
    inbound ??= createInbound(
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
        onReceived: shared?.onReceived,
      },
      owners,
    );
    return inbound;
  }

  function shareOut(): void {
    const others = shared ? Math.max(0, shared.speakers() - 1) : 0;
    rest.options.globalRequestsPerSecond = shareOfRequests(isOurs, others);
  }

  return {
    platform: 'discord',
    async listen(given) {
      receive(given);
      await servers.load();
      application.look();
      if (shared?.isFront) login.start();
      else standing.gateway({ state: 'ok', reason: 'other processes have its shards' });
      sharing = setInterval(shareOut, SHARES_EVERY_MS).unref();
      shareOut();
    },
    async start(given) {
      isOurs = true;
      shareOut();
      const received = receive(given);
      await servers.load();
      await waiting.start();
      await outbound.start();
      await received.resume();
      // Shared, it is what `listen` has begun.
      if (!shared) login.start();
      application.look();
    },
    look: async () => inbound?.look(),
    async stop() {
      clearInterval(sharing);
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
