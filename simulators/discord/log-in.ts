/** A bot of the genuine discord.js, logged in to the simulator. */
import { Client, type ClientOptions, type Interaction, type RESTOptions } from 'discord.js';
import { PATIENCE_MS } from '../../test/timeouts.ts';
import type { DiscordSim } from './start.ts';

/**
 * The library's own client takes whichever undici was loaded first, and another version's refuses its forms. Node's
 * `fetch` is the same one always; the library's types name its own undici's.
 */
const makeRequest = fetch as unknown as RESTOptions['makeRequest'];

/** `errors`: whatever `handle` or the client threw. */
export async function logIn(
  discord: DiscordSim,
  handle: (interaction: Interaction) => unknown = () => undefined,
  options: Partial<ClientOptions> = {},
) {
  const client = new Client({
    intents: [1],
    rest: { api: discord.apiUrl, timeout: PATIENCE_MS, makeRequest },
    ...options,
  });
  const errors: unknown[] = [];
  const fail = (error: unknown) => {
    errors.push(error);
    discord.sim.changed();
  };
  client.on('error', fail);
  client.on('interactionCreate', async (interaction) => {
    try {
      await handle(interaction);
    } catch (error) {
      fail(error);
    }
    discord.sim.changed();
  });
  const ready = new Promise((resolve) => client.once('clientReady', resolve));
  await client.login(discord.token);
  await ready;
  return { client, errors, [Symbol.asyncDispose]: () => client.destroy() };
}

/** The answer to one request as the bot, for looking at what is refused. */
export async function asBot(
  discord: DiscordSim,
  method: string,
  path: string,
  body?: unknown,
  files: { name: string; bytes: Uint8Array<ArrayBuffer> }[] = [],
) {
  const form = new FormData();
  form.set('payload_json', JSON.stringify(body ?? {}));
  for (const [index, { name, bytes }] of files.entries())
    form.set(`files[${index}]`, new Blob([bytes]), name);
  const answer = await fetch(`${discord.apiUrl}/v10${path}`, {
    method,
    headers: {
      authorization: `Bot ${discord.token}`,
      ...(files.length || body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(files.length ? { body: form } : body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
  };
}
