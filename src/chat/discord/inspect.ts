/** Discord, for whoever sets the bot up or looks what is wrong with it. */
import { Events, GatewayIntentBits, Routes } from 'discord.js';
import { z } from 'zod';
import type { Diagnosis } from '../../core/diagnosis.ts';
import { formatsOf } from '../../words/formats.ts';
import type { HearDeps, InspectDeps } from '../module.ts';
import { createConnection, createRest } from './client.ts';
import { diagnosis } from './diagnoses.ts';
import { HOOK_PATH } from './hook.ts';
import { DiscordTrouble, troubleOf } from './outbound/trouble.ts';
import { inviteLink } from './register.ts';

/** Of resources/application (developer docs, read 2026-11-30). Each privileged intent has a flag for larger bots as well. */
const INTENTS: readonly [name: string, bits: number][] = [
  ['Presence', (1 << 12) | (1 << 13)],
  ['Server Members', (1 << 14) | (1 << 15)],
  ['Message Content', (1 << 18) | (1 << 19)],
];
const FEW_LOGINS = 50;

const application = z.object({
  id: z.string(),
  name: z.string(),
  bot: z.object({ username: z.string() }).optional(),
  flags: z.int().catch(0),
  approximate_guild_count: z.int().catch(0),
  interactions_endpoint_url: z.string().nullish().catch(undefined),
});
const gateway = z.object({
  session_start_limit: z.object({ remaining: z.int(), reset_after: z.number() }),
});
const direct = z.object({
  t: z.literal('MESSAGE_CREATE'),
  d: z.object({
    guild_id: z.undefined().optional(),
    content: z.string(),
    author: z.object({ id: z.string(), bot: z.boolean().optional() }),
  }),
});

type Access = { token: string; apiUrl: string; interactions: 'gateway' | 'http' | undefined };

export async function inspectDiscord(access: Access, deps: InspectDeps): Promise<Diagnosis[]> {
  const rest = createRest(access.apiUrl, access.token);
  const { signal } = deps;
  try {
    const app = application.parse(await rest.get(Routes.currentApplication(), { signal }));
    const { session_start_limit: logins } = gateway.parse(await rest.get(Routes.gatewayBot(), { signal }));
    return [...said(app, access, deps), ...loginsLeft(logins)];
  } catch (thrown) {
    signal.throwIfAborted();
    const error = troubleOf(thrown);
    if (!(error instanceof DiscordTrouble)) throw error;
    if (error.status === 401) return [diagnosis('discord-token-refused', {})];
    return [diagnosis('discord-unreachable', { problem: error.message })];
  }
}

function said(
  app: z.infer<typeof application>,
  { interactions }: Access,
  { publicUrl }: InspectDeps,
): Diagnosis[] {
  const who = app.bot?.username ?? app.name;
  const link = inviteLink(app.id);
  const servers = app.approximate_guild_count;
  const intents = INTENTS.filter(([, bits]) => (app.flags & bits) !== 0).map(([name]) => name);
  const url = app.interactions_endpoint_url;
  const isElsewhere = url && interactions === undefined && url !== `${publicUrl}${HOOK_PATH}`;
  return [
    servers > 0
      ? diagnosis('discord-works', { who, servers, link })
      : diagnosis('discord-nowhere', { who, link }),
    ...(intents.length > 0 ? [diagnosis('discord-intents', { who, intents: intents.join(', ') })] : []),
    ...(isElsewhere
      ? [diagnosis('discord-commands-elsewhere', { who, address: URL.parse(url)?.origin ?? 'elsewhere' })]
      : []),
  ];
}

function loginsLeft({ remaining: left, reset_after: ms }: { remaining: number; reset_after: number }) {
  const until = formatsOf('en').date(Date.now() + ms);
  return left < FEW_LOGINS ? [diagnosis('discord-logins-used', { left, until })] : [];
}

/** The person who sends that word to the bot in private; of these messages Discord shows the text without any intent. */
export async function hearDiscord({ token, apiUrl }: Access, { word, signal }: HearDeps): Promise<string> {
  const { client, close } = createConnection(apiUrl, { intents: [GatewayIntentBits.DirectMessages] });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  client.on(Events.Error, () => {});
  client.on(Events.Raw, (packet: unknown) => {
    const heard = direct.safeParse(packet).data?.d;
    const isIt = heard?.content.trim().toLowerCase() === word.toLowerCase();
    if (heard && isIt && !heard.author.bot) resolve(`discord:${heard.author.id}`);
  });
  try {
    client.login(token).catch((error: unknown) => reject(troubleOf(error)));
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await close().catch(() => {});
  }
}
