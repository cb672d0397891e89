/**
 * Where updates come in: each is on disk before we say that we have it, and what it asks for is done afterwards, from
 * what is on disk. Nothing here waits for an album, a file or a render.
 */
import { createLocks } from '../../../core/locks.ts';
import type { Clock, Inbox, Log } from '../../../core/ports.ts';
import { pause, type Timers } from '../timers.ts';
import { type Albums, albumKey, asOne, createAlbums, type Item } from './albums.ts';
import { createPersist } from './persist.ts';
import { type Bot, read } from './read.ts';
import { type Incoming, type Request, recordSchema, type Said } from './records.ts';
import { updateSchema } from './wire.ts';

const PREFIX = 'telegram:';
const ENDS_WITHIN_MS = 3_000;

/** Does what a record asks for; may be called again with the same one. Throws passing trouble. */
export type Handlers = {
  said(said: Said): Promise<void>;
  /** What came of an album so far: its later items are read in its light. */
  album: {
    /** The item as it is to be read, or `done` when the album has all that it needs. */
    late(said: Said): Promise<Said | 'done' | undefined>;
    closed(whole: Said): Promise<void>;
  };
  request(id: string, request: Request): Promise<void>;
  other(record: Exclude<Incoming, Said | Request>): Promise<void>;
  /** It failed for good: the member is told. */
  gaveUp(record: Incoming): Promise<void>;
};

export type Inlet = {
  /** Rejects when the update could not be stored: then Telegram must send it again. */
  take(update: unknown, bot: Bot): Promise<void>;
  /** Takes a wish of our own making. True once it is on disk, also when it was before. */
  start(request: Request): Promise<void>;
  /** Takes up what a crash left. */
  resume(): Promise<void>;
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
};

export function createInlet({ inbox, handlers, log, clock, timers, signal }: InletParts): Inlet {
  const locks = createLocks();
  const persist = createPersist({ gaveUp: handlers.gaveUp, log, clock, timers, signal });
  const working = new Set<Promise<void>>();
  const albums: Albums = createAlbums((items) => begin(() => wholeAlbum(items)), clock, timers);

  function begin(work: () => Promise<void>): void {
    if (signal.aborted) return;
    const running = work()
      .catch((error: unknown) => log.error({ err: error }, 'an update could not be dealt with'))
      .finally(() => working.delete(running));
    working.add(running);
  }

  async function run(id: string, record: Incoming): Promise<void> {
    if ((await persist(record, () => handle(id, record))) === 'done') await inbox.done(id);
  }

  function handle(id: string, record: Incoming): Promise<void> {
    if (record.kind === 'request') return handlers.request(id, record);
    if (record.kind === 'said') return handlers.said(record);
    return handlers.other(record);
  }

  function dispatch(id: string, record: Incoming): void {
    if (record.kind === 'said' && record.album !== undefined) {
      const item = { id, record };
      begin(() => locks.run(albumKey(record), () => albumItem(item)));
    } else begin(() => run(id, record));
  }

  async function albumItem(item: Item): Promise<void> {
    const late = await handlers.album.late(item.record);
    if (late === undefined) return albums.add(item);
    if (late === 'done') return inbox.done(item.id);
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
      if (how === 'done') for (const { id } of items) await inbox.done(id);
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
      const known = read(parsed.data, bot);
      if (!known) return;
      const id = PREFIX + known.id;
      if (await inbox.claim(id, known.record)) dispatch(id, known.record);
    },
    async start(request) {
      const id = `${PREFIX}request:${request.jobId}`;
      if (await inbox.claim(id, request)) dispatch(id, request);
    },
    async resume() {
      for (const { id, record } of await inbox.pending(PREFIX)) {
        const known = recordSchema.safeParse(record);
        if (known.success) {
          const again = known.data.kind === 'press' ? { ...known.data, begun: true } : known.data;
          dispatch(id, again);
        } else {
          log.warn({ id }, 'what was kept of an update makes no sense any more');
          await inbox.done(id);
        }
      }
    },
    async stop() {
      albums.stop();
      // What takes longer, as a large clip may, is taken up at the next start.
      const ended = new AbortController();
      const all = Promise.allSettled(working).then(() => ended.abort());
      await Promise.race([all, pause(timers, ENDS_WITHIN_MS, ended.signal)]);
    },
  };
}
