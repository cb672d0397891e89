/** The bus on PostgreSQL: NOTIFY tells everybody who listens on the channel of our schema, whoever told it among them. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Bus, createBus } from '../core/bus.ts';
import { openSession, type SessionClient } from './postgres-session.ts';

/** A channel is the whole database's, and a database may hold several bots, each in a schema of its own. */
const CHANNEL = `SELECT 'strut_' || md5(current_schema()) AS channel`;
const SEND = 'SELECT pg_notify($1, note) FROM unnest($2::text[]) AS note';
/** In one statement, so that many notes at once are one commit. */
const NOTES_AT_ONCE = 200;

/** Without a topic: whoever sent it could not tell something, and does not know what any more. */
const Note = z.union([z.tuple([z.string()]), z.tuple([z.string(), z.string(), z.string()])]);

export type PostgresBus = Bus & { close(): Promise<void> };

/** Throws StoreError where there is no connection to begin with. Later ones are opened again, with a gap. */
export async function openPostgresBus(url: string, onError: (error: unknown) => void): Promise<PostgresBus> {
  const self = randomUUID();
  const local = createBus(onError);
  let channel = '';
  let wasOpen = false;
  let sending: Promise<void> | undefined;
  /** Something of ours did not get out: the others are told that they have missed it. */
  let owesGap = false;
  let waiting: string[] = [];

  function heard(text: string | undefined): void {
    const note = Note.safeParse(parsed(text)).data;
    if (!note || note[0] === self) return;
    if (note.length === 1) local.miss();
    else local.hear(note[1], note[2]);
  }

  async function send(): Promise<void> {
    while (owesGap || waiting.length > 0) {
      const notes = waiting.splice(0, NOTES_AT_ONCE);
      if (owesGap) notes.unshift(JSON.stringify([self]));
      const client = session?.client();
      const isSent = await client?.ask(SEND, [channel, notes]).then(
        () => true,
        () => false,
      );
      owesGap = !isSent;
      if (isSent) continue;
      // All of it is in the gap. It is told when there is a connection, or with the next note.
      waiting = [];
      break;
    }
    sending = undefined;
  }

  const session = await openSession(url, {
    name: 'strut bus',
    async opened(client: SessionClient) {
      client.on('notification', ({ payload }) => heard(payload));
      // What a fall of the server's machine takes has nobody left to hear it.
      await client.ask('SET synchronous_commit = off');
      channel = String(Object((await client.ask(CHANNEL)).rows[0]).channel);
      await client.ask(`LISTEN ${channel}`);
      if (wasOpen) local.miss();
      wasOpen = true;
      if (owesGap) sending ??= send();
    },
    lost() {},
  });

  return {
    subscribe: local.subscribe,
    onGap: local.onGap,
    miss: local.miss,
    publish(topic, payload) {
      local.publish(topic, payload);
      waiting.push(JSON.stringify([self, topic, payload]));
      sending ??= send();
    },
    async close() {
      await sending;
      await session.close();
    },
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
