/** How the bot is known to Discord: its commands, registered at start, and the link that adds it to a server. */
import { createHash } from 'node:crypto';
import {
  OAuth2Scopes,
  PermissionFlagsBits,
  type REST,
  type RESTPutAPIApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import type { KeyValueStore, Log } from '../../core/ports.ts';
import { namesFor } from '../command.ts';
import { commandsData } from './commands-data.ts';
import type { InboundParts } from './inbound/parts.ts';
import { troubleOf } from './outbound/trouble.ts';

export type RegisterParts = {
  rest: REST;
  kv: KeyValueStore;
  log: Log;
  commands: InboundParts['commands'];
  /** That server alone has them, at once; else every server, within a while. */
  devGuild?: string | undefined;
};

/** Registers them for the app of that id, once what was asked before is done. What Discord does not take is logged. */
export function createRegistrar(parts: RegisterParts) {
  let last: Promise<void> = Promise.resolve();
  return (applicationId: string, choice = { models: false, scenes: false, speeds: false }): void => {
    const names = [...namesFor(parts.commands, 'members'), ...namesFor(parts.commands, 'admins')];
    const commands = commandsData(
      names.map((name) => parts.commands[name]),
      choice,
    );
    last = last
      .then(() => registerCommands(parts, applicationId, commands))
      .catch((error: unknown) =>
        parts.log.error(
          { err: troubleOf(error) },
          'Discord did not take the commands; those of last time stay',
        ),
      );
  };
}

/** Only when they have changed: Discord counts, and clients fetch them anew. Throws what Discord says. */
async function registerCommands(
  parts: RegisterParts,
  applicationId: string,
  commands: RESTPutAPIApplicationCommandsJSONBody,
): Promise<void> {
  const { devGuild } = parts;
  const place = devGuild ?? 'everywhere';
  const key = `commands:${applicationId}:${place}`;
  const hash = createHash('sha256').update(JSON.stringify(commands)).digest('base64url');
  if ((await parts.kv.get<string>(key)) === hash) return;
  const route = devGuild
    ? Routes.applicationGuildCommands(applicationId, devGuild)
    : Routes.applicationCommands(applicationId);
  await parts.rest.put(route, { body: commands });
  await parts.kv.set(key, hash);
  parts.log.info({ commands: commands.length, place }, 'the commands are registered with Discord');
}

/** Developer docs, topics/oauth2, read 2026-11-21. */
const AUTHORIZE = 'https://discord.com/oauth2/authorize';

/** To see the channel, write there and in its threads, attach the video, and answer the message that asked. */
const PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.ReadMessageHistory;

/** The link by which somebody adds the bot to their server, with the rights that it uses and no others. */
export function inviteLink(applicationId: string): string {
  const url = new URL(AUTHORIZE);
  url.searchParams.set('client_id', applicationId);
  url.searchParams.set('scope', `${OAuth2Scopes.Bot} ${OAuth2Scopes.ApplicationsCommands}`);
  url.searchParams.set('permissions', String(PERMISSIONS));
  return url.href;
}
