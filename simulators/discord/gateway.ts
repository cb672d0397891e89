/** The gateway: sessions over WebSockets, with resumes, intents and shards (developer docs, events/gateway, 2026-11-21). */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import {
  GatewayCloseCodes as Close,
  GatewayIntentBits as Intent,
  GatewayOpcodes as Op,
} from 'discord-api-types/v10';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { SimTime } from '../sim-time.ts';
import { guildJson, userJson } from './guild-json.ts';
import { PRIVILEGED, type Settings } from './settings.ts';
import type { SimChannel, SimGuild, World } from './world.ts';

const KNOWN_INTENTS = Object.values(Intent)
  .filter((value): value is Intent => typeof value === 'number')
  .reduce((all, bit) => all | bit, 0);

const payload = z.object({ op: z.int(), d: z.unknown().optional() });
const identify = z.object({
  token: z.string(),
  intents: z.int(),
  properties: z.looseObject({}),
  shard: z.tuple([z.int(), z.int()]).default([0, 1]),
});
const resume = z.object({ token: z.string(), session_id: z.string(), seq: z.int() });

type Session = {
  id: string;
  socket: WebSocket | undefined;
  intents: number;
  shard: [number, number];
  /** Every dispatch so far, for a resume; its place in the list is its number, from 1. */
  sent: { t: string; d: unknown }[];
  alive: boolean;
};

/** What clients sent, with the time; `token` and the like as they came. */
type GatewayEntry = { at: number; op: number; d: unknown };

export type Gateway = ReturnType<typeof createGateway>;

export function createGateway(parts: {
  world: World;
  time: SimTime;
  settings: Settings;
  botToken: () => string;
  url: () => string;
  changed(): void;
}) {
  const { world, time, settings, changed } = parts;
  const sessions: Session[] = [];
  const received: GatewayEntry[] = [];
  const closes: { at: number; code: number }[] = [];
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  let copies = 1;
  let invalidateNext = false;
  let refusing = 0;

  const send = (
    socket: WebSocket | undefined,
    data: { op: number; d?: unknown; s?: number | null; t?: string | null },
  ) => {
    if (socket?.readyState === socket?.OPEN)
      socket?.send(JSON.stringify({ d: null, s: null, t: null, ...data }));
  };

  const shut = (socket: WebSocket, code: number, reason: string) => {
    closes.push({ at: time.now(), code });
    socket.close(code, reason);
  };

  function push(session: Session, t: string, d: unknown): void {
    session.sent.push({ t, d });
    send(session.socket, { op: Op.Dispatch, t, d, s: session.sent.length });
  }

  function connect(socket: WebSocket): void {
    let session: Session | undefined;
    send(socket, { op: Op.Hello, d: { heartbeat_interval: settings.heartbeatMs } });
    socket.on('message', (raw) => {
      const read = payload.safeParse(parseText(String(raw)));
      if (!read.success) return shut(socket, Close.DecodeError, 'Error while decoding payload.');
      const { op, d } = read.data;
      received.push({ at: time.now(), op, d });
      if (op === Op.Heartbeat) return send(socket, { op: Op.HeartbeatAck });
      if (op === Op.Identify) {
        if (session) return shut(socket, Close.AlreadyAuthenticated, 'Already authenticated.');
        session = start(socket, d);
      } else if (op === Op.Resume) session = goOn(socket, d);
      else if (!session) return shut(socket, Close.NotAuthenticated, 'Not authenticated.');
      changed();
    });
    socket.on('close', () => {
      if (session?.socket === socket) session.socket = undefined;
      changed();
    });
  }

  function start(socket: WebSocket, d: unknown): Session | undefined {
    const read = identify.safeParse(d);
    if (!read.success) return void shut(socket, Close.DecodeError, 'Error while decoding payload.');
    const { token, intents, shard } = read.data;
    if (token !== parts.botToken())
      return void shut(socket, Close.AuthenticationFailed, 'Authentication failed.');
    if (intents & ~KNOWN_INTENTS) return void shut(socket, Close.InvalidIntents, 'Invalid intent(s).');
    if (intents & PRIVILEGED & ~settings.privilegedIntents)
      return void shut(socket, Close.DisallowedIntents, 'Disallowed intent(s).');
    if (shard[0] >= shard[1]) return void shut(socket, Close.InvalidShard, 'Invalid shard.');
    if (guildsOf(shard).length > 2500) return void shut(socket, Close.ShardingRequired, 'Sharding required.');
    if (invalidateNext) {
      invalidateNext = false;
      return void send(socket, { op: Op.InvalidSession, d: false });
    }
    const session: Session = { id: randomUUID(), socket, intents, shard, sent: [], alive: true };
    sessions.push(session);
    const guilds = guildsOf(shard);
    push(session, 'READY', {
      v: 10,
      user: { ...userJson(world.bot), verified: true, mfa_enabled: true, email: null },
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      application: { id: world.bot.id, flags: 0 },
      session_id: session.id,
      session_type: 'normal',
      resume_gateway_url: parts.url(),
      shard,
      private_channels: [],
      presences: [],
      relationships: [],
      user_settings: {},
    });
    if (intents & Intent.Guilds)
      for (const guild of guilds) push(session, 'GUILD_CREATE', guildJson(world, guild));
    return session;
  }

  function goOn(socket: WebSocket, d: unknown): Session | undefined {
    const read = resume.safeParse(d);
    if (!read.success) return void shut(socket, Close.DecodeError, 'Error while decoding payload.');
    if (read.data.token !== parts.botToken())
      return void shut(socket, Close.AuthenticationFailed, 'Authentication failed.');
    const session = sessions.find(({ id, alive }) => alive && id === read.data.session_id);
    if (!session || invalidateNext) {
      invalidateNext = false;
      return void send(socket, { op: Op.InvalidSession, d: false });
    }
    session.socket = socket;
    for (const [index, { t, d: data }] of session.sent.entries())
      if (index + 1 > read.data.seq) send(socket, { op: Op.Dispatch, t, d: data, s: index + 1 });
    push(session, 'RESUMED', { _trace: [] });
    return session;
  }

  const guildsOf = ([shard, count]: [number, number]): SimGuild[] =>
    [...world.guilds.values()].filter(
      ({ id, botIn }) => botIn && Number((BigInt(id) >> 22n) % BigInt(count)) === shard,
    );

  /** Sessions that hear of this guild; of what is in no guild, those of shard 0. */
  const listeners = (guild: SimGuild | undefined): Session[] =>
    sessions.filter(
      ({ alive, shard: [shard, count] }) =>
        alive && shard === (guild ? Number((BigInt(guild.id) >> 22n) % BigInt(count)) : 0),
    );

  function dispatch(
    t: string,
    guild: SimGuild | undefined,
    intent: number,
    data: (session: Session) => unknown,
  ): void {
    for (const session of listeners(guild))
      if (intent === 0 || session.intents & intent) {
        const d = data(session);
        for (let copy = 0; copy < copies; copy += 1) push(session, t, d);
      }
    if (t === 'INTERACTION_CREATE' || t === 'MESSAGE_CREATE') copies = 1;
  }

  return {
    sessions,
    received,
    closes,
    upgrade(http: Server): void {
      http.on('upgrade', (incoming, socket, head) => {
        if (refusing > 0) {
          refusing -= 1;
          return void socket.destroy();
        }
        server.handleUpgrade(incoming, socket, head, connect);
      });
    },
    dispatchMessage(t: string, channel: SimChannel, data: (contentIntent: boolean) => unknown): void {
      const { guild } = channel;
      if (guild && !guild.botIn) return;
      if (!guild && !(channel.recipients.length === 1)) return;
      dispatch(t, guild, guild ? Intent.GuildMessages : Intent.DirectMessages, ({ intents }) =>
        data((intents & Intent.MessageContent) !== 0),
      );
    },
    dispatchInteraction: (guild: SimGuild | undefined, d: unknown): void =>
      dispatch('INTERACTION_CREATE', guild?.botIn ? guild : undefined, 0, () => d),
    dispatchGuild: (t: string, guild: SimGuild, d: unknown): void =>
      dispatch(t, guild, Intent.Guilds, () => d),
    /** The next interaction or message comes so many times to each session. */
    duplicateNext: (times = 2): void => {
      copies = times;
    },
    /** Drops every connection with this code; `resumable` false also forgets the sessions. */
    close(code = 4000, { resumable = true }: { resumable?: boolean } = {}): void {
      for (const session of sessions) {
        if (!resumable) session.alive = false;
        if (session.socket) shut(session.socket, code, '');
      }
    },
    /** Cuts the connections without a word. */
    cut: (): void => {
      for (const { socket } of sessions) socket?.terminate();
    },
    /** The next IDENTIFY or RESUME is answered with INVALID_SESSION. */
    invalidateNext: (): void => {
      invalidateNext = true;
    },
    /** So many of the next connections are cut before they are one. */
    refuseNext: (times: number): void => {
      refusing = times;
    },
    /** Asks every client to reconnect, as Discord does before it moves a session. */
    askToReconnect: (): void => {
      for (const { socket } of sessions) send(socket, { op: Op.Reconnect });
    },
    connected: (): number => sessions.filter(({ socket }) => socket !== undefined).length,
    stop: (): void => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
