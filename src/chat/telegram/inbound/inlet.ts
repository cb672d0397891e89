/**
 * Where updates come in: each is on disk before we say that we have it, and what it asks for is done afterwards, from
 * what is on disk. Nothing here waits for an album, a file or a render.
 */
import { createLocks } from '../../../core/locks.ts';
import type { Clock, Inbox, Log } from '../../../core/ports.ts';
import { createChatInbox } from '../../inbox.ts';
import { pause, type Timers } from '../timers.ts';
import { type AlbumMemory, type Albums, albumKey, asOne, createAlbums, type Item } from './albums.ts';
import { createPersist } from './persist.ts';
import { type Bot, read } from './read.ts';
import { type Incoming, type MessageRecord, type Request, recordSchema } from './records.ts';
import { updateSchema, type WireInlineQuery } from './wire.ts';

const PREFIX = 'telegram:';
const ENDS_WITHIN_MS = 3_000;

/** Does what a record asks for; may be called again with the same one. Throws passing trouble. */
export type Handlers = {
  said(said: MessageRecord): Promise<void>;
  album: AlbumMemory;
  request(id: string, request: Request): Promise<void>;
  other(record: Exclude<Incoming, MessageRecord | Request>): Promise<void>;
  /** Answers at once or never: it comes with each letter, and whoever types on has no use for it any more. */
  inline(query: WireInlineQuery, bot: Bot): Promise<void>;
  /** It failed for good: the member is told. */
  gaveUp(record: Incoming): Promise<void>;
};

export type Inlet = {
  /** Rejects when the update could not be stored: then Telegram must send it again. */
  take(update: unknown, bot: Bot): Promise<void>;
  /** Takes a wish of our own making. True once it is on disk, also when it was before. */
  start(request: Request): Promise<void>;
  /** From now on deals with what comes in, beginning with what was left. */
  resume(): Promise<void>;
  /** Takes what other processes have received. */
  look(): Promise<void>;
  /** Starts nothing more, and waits for what can end soon. */
  stop(): Promise<void>;
};

export type InletParts = {
  inbox: Inbox;
  handlers: Handlers;
  log: Log;
  clock: Clock;
  timers: Timers;
  signal: AbortSignal;
  /** Something is on disk for whichever process has the chat. */
  onReceived?: (() => void) | undefined;
};

export function createInlet({ inbox, handlers, log, clock, timers, signal, onReceived }: InletParts): Inlet {
  const locks = createLocks();
  const persist = createPersist({ gaveUp: handlers.gaveUp, log, clock, timers, signal });
  const incoming = createChatInbox({
    inbox,
    prefix: PREFIX,
    schema: recordSchema,
    take: (id, record, resumed) =>
      deal(id, resumed && record.kind === 'press' ? { ...record, begun: true } : record),
    onReceived,
    log,
  });
  const albums: Albums = createAlbums((items) => incoming.begin(() => wholeAlbum(items)), clock, timers);

  async function run(id: string, record: Incoming): Promise<void> {
    if ((await persist(record, () => handle(id, record))) === 'done') await incoming.done(id);
  }

  function handle(id: string, record: Incoming): Promise<void> {
    if (record.kind === 'request') return handlers.request(id, record);
    if (record.kind === 'said') return handlers.said(record);
    return handlers.other(record);
  }

  async function deal(id: string, record: Incoming): Promise<void> {
    if (record.kind !== 'said' || record.album === undefined) return run(id, record);
    const item = { id, record };
    await locks.run(albumKey(record), () => albumItem(item));
  }

  async function claim(id: string, record: Incoming): Promise<void> {
    const received = incoming.receive(id);
    const isOurs = await inbox.claim(id, record).catch((error: unknown) => {
      received.leave();
      throw error;
    });
    if (isOurs) received.deal(() => deal(id, record));
    else received.leave();
  }

  async function albumItem(item: Item): Promise<void> {
    const late = await handlers.album.late(item.record);
    if (late === undefined) return albums.add(item);
    if (late === 'done') return incoming.done(item.id);
    return run(item.id, late);
  }

  async function wholeAlbum(items: readonly Item[]): Promise<void> {
    const [first, ...rest] = items;
    if (!first) return;
    const whole = asOne([first.record, ...rest.map(({ record }) => record)]);
    await locks.run(albumKey(whole), async () => {
      const how = await persist(whole, async () => {
        await handlers.said(whole);
        await handlers.album.closed(whole);
      });
      if (how === 'done') for (const { id } of items) await incoming.done(id);
    });
  }

  return {
    async take(update, bot) {
      const parsed = updateSchema.safeParse(update);
      if (!parsed.success) {
        // Sent again, it would be the same.
        log.warn(
          { issues: parsed.error.issues.map(({ path }) => path.join('.')) },
          'an update makes no sense',
        );
        return;
      }
      if (parsed.data.inline_query) return void handlers.inline(parsed.data.inline_query, bot);
      const known = read(parsed.data, bot);
      if (!known) return;
      await claim(PREFIX + known.id, known.record);
    },
    start: (request) => claim(`${PREFIX}request:${request.jobId}`, request),
    resume: incoming.resume,
    look: incoming.look,
    async stop() {
      albums.stop();
      // What takes longer, as a large clip may, is taken up at the next start.
      const ended = new AbortController();
      await incoming.stop(pause(timers, ENDS_WITHIN_MS, ended.signal));
      ended.abort();
    },
  };
}
