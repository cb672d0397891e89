/**
 * What one of several processes has, by advisory locks of one session of PostgreSQL: whoever dies, or is cut off, loses
 * them with it, and whoever waits gets them at its next look.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createTurns, type Holder, type Holds } from '../core/holds.ts';
import { openSession, type SessionClient } from './postgres-session.ts';

const LOOK_EVERY_MS = 1_000;
/** After our connection was away: so long the server may take to end the old one, which still has our locks. */
const RETAKE_WITHIN_MS = 3_000;
/** What could not be begun is left to others for a while. */
const AGAIN_AFTER_MS = 10_000;

const KEY = `hashtext('strut hold'), hashtext(current_schema() || ' ' || name)`;
const TRY = `SELECT name, pg_try_advisory_lock(${KEY}) AS locked FROM unnest($1::text[]) AS name`;
const UNLOCK = `SELECT pg_advisory_unlock(${KEY}) FROM unnest($1::text[]) AS name`;

type Wish = {
  name: string;
  holder: Holder;
  /** Whether this session has the lock. */
  locked: boolean;
  /** Whether the holder has begun and not ended. A connection that ends takes the lock, and leaves this. */
  held: boolean;
  /** The holder's begins and ends, one after the other. */
  work: Promise<void>;
  notBefore: number;
};

export type HoldsOptions = {
  onError(error: unknown, name: string): void;
  lookEveryMs?: number;
  retakeWithinMs?: number;
  againAfterMs?: number;
};

/** Throws StoreError where there is no connection to begin with. */
export async function openPostgresHolds(url: string, options: HoldsOptions): Promise<Holds> {
  const { onError, lookEveryMs = LOOK_EVERY_MS } = options;
  const { retakeWithinMs = RETAKE_WITHIN_MS, againAfterMs = AGAIN_AFTER_MS } = options;
  const stopping = new AbortController();
  const wishes = new Map<string, Wish>();
  const turnHere = createTurns();
  let openedAt = 0;

  const session = await openSession(url, {
    name: 'strut holds',
    async opened(client) {
      openedAt = Date.now();
      // Before anybody else sees that they are free.
      await tryAll(client, ({ held }) => held);
    },
    lost() {
      for (const wish of wishes.values()) wish.locked = false;
    },
  });
  const looks = keepLooking();

  async function keepLooking(): Promise<void> {
    while (!stopping.signal.aborted) {
      const client = session.client();
      // Where it fails, the connection is about to be opened again.
      if (client) await tryAll(client, () => true).catch(() => {});
      await pause();
    }
  }

  const pause = (signal = stopping.signal): Promise<void> =>
    sleep(lookEveryMs, undefined, { signal, ref: false }).catch(() => {});

  async function tryAll(client: SessionClient, which: (wish: Wish) => boolean): Promise<void> {
    const now = Date.now();
    const wanted = [...wishes.values()].filter(
      (wish) => !wish.locked && wish.notBefore <= now && which(wish),
    );
    if (wanted.length === 0) return;
    let isOpen = true;
    const onEnd = (): void => {
      isOpen = false;
    };
    client.on('end', onEnd);
    const got = await locked(
      client,
      wanted.map(({ name }) => name),
    ).finally(() => client.off('end', onEnd));
    if (!isOpen) return;
    for (const wish of wanted) {
      if (got.has(wish.name)) take(wish);
      else if (wish.held && Date.now() - openedAt > retakeWithinMs) end(wish);
    }
  }

  function take(wish: Wish): void {
    // It was given up while the database was asked.
    if (wishes.get(wish.name) !== wish) return void unlock(wish.name);
    wish.locked = true;
    if (wish.held) return;
    wish.held = true;
    wish.work = wish.work.then(wish.holder.gained).catch((error: unknown) => {
      onError(error, wish.name);
      wish.notBefore = Date.now() + againAfterMs;
      void giveBack(wish);
    });
  }

  function end(wish: Wish): void {
    if (!wish.held) return;
    wish.held = false;
    wish.work = wish.work.then(wish.holder.lost).catch((error: unknown) => onError(error, wish.name));
  }

  async function giveBack(wish: Wish): Promise<void> {
    end(wish);
    await wish.work;
    if (wish.locked) await unlock(wish.name);
    wish.locked = false;
  }

  async function unlock(name: string): Promise<void> {
    // Where that fails, the connection has ended, and the lock with it.
    await session
      .client()
      ?.ask(UNLOCK, [[name]])
      .catch(() => {});
  }

  return {
    holds: (name) => wishes.get(name)?.held ?? false,
    held: () => [...wishes.values()].flatMap(({ name, held }) => (held ? [name] : [])),
    onHeld(name, holder) {
      if (wishes.has(name)) throw new Error(`${name} is wanted already`);
      const wish = { name, holder, locked: false, held: false, work: Promise.resolve(), notBefore: 0 };
      wishes.set(name, wish);
      return async () => {
        if (wishes.get(name) === wish) wishes.delete(name);
        await giveBack(wish);
      };
    },
    async turn(name, signal) {
      const done = await turnHere(name, signal);
      while (!signal.aborted) {
        const client = session.client();
        const got = client && (await locked(client, [name]).catch(() => undefined));
        if (got?.has(name)) return () => void unlock(name).then(done);
        await pause(signal);
      }
      done();
      throw signal.reason;
    },
    async stop() {
      stopping.abort();
      await looks;
      await Promise.all([...wishes.values()].map(giveBack));
      await session.close();
    },
  };
}

/** Those of them that this session has from now on. */
async function locked(client: SessionClient, names: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.ask(TRY, [names]);
  return new Set(rows.flatMap((row) => (Object(row).locked === true ? [String(Object(row).name)] : [])));
}
