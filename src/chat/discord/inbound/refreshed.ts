/**
 * A pasted link to an upload opens it for a day. Discord signs it anew for bots as it does for its own app, though its
 * documentation does not say so (discord-api-docs has nothing of it on 2026-11-21): where it refuses, the file is gone.
 */
import type { REST } from 'discord.js';
import { z } from 'zod';
import type { Log } from '../../../core/ports.ts';
import { troubleOf } from '../outbound/trouble.ts';

const answer = z.object({ refreshed_urls: z.array(z.object({ refreshed: z.string().nullish() })).min(1) });

export async function refreshed(
  { rest, log }: { rest: REST; log: Log },
  url: string,
): Promise<string | undefined> {
  try {
    const body = { attachment_urls: [url] };
    const [first] = answer.parse(await rest.post('/attachments/refresh-urls', { body })).refreshed_urls;
    return first?.refreshed ?? undefined;
  } catch (error) {
    log.debug({ err: troubleOf(error) }, 'a link to an upload could not be refreshed');
    return undefined;
  }
}
