/** Registers the commands at start, and only when they have changed: Discord counts, and clients fetch them anew. */
import { createHash } from 'node:crypto';
import { type REST, type RESTPutAPIApplicationCommandsJSONBody, Routes } from 'discord.js';
import type { KeyValueStore, Log } from '../../core/ports.ts';

/** `devGuild`: that server alone has them, at once; else every server, within a while. Throws what Discord says. */
export async function registerCommands(
  parts: { rest: REST; kv: KeyValueStore; log: Log },
  { applicationId, devGuild }: { applicationId: string; devGuild?: string | undefined },
  commands: RESTPutAPIApplicationCommandsJSONBody,
): Promise<void> {
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
