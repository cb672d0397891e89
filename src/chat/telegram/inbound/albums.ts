/**
 * Puts the messages of an album together. They come one by one, without a count and without an end
 * (tdlib/telegram-bot-api#643, read 2026-11-21), so it is over when nothing more has come for a while.
 */
import { z } from 'zod';
import type { Clock, KeyValueStore } from '../../../core/ports.ts';
import type { Timers } from '../timers.ts';
import type { MessageRecord } from './records.ts';

const PACE = {
  /** Nothing more for so long, and it is over. */
  idleMs: 1_000,
  /** Both halves are there: what else there is lies in the same parcel, or doesn't matter. */
  completeMs: 200,
  /** However slowly it comes. */
  capMs: 6_000,
};

export type Item = { id: string; record: MessageRecord };
type Open = { items: Item[]; firstAt: number; cancel: () => void };

export type Albums = {
  /** Answers at once. All of it is on disk already, so that nothing is lost when the process ends meanwhile. */
  add(item: Item): void;
  stop(): void;
};

/** `onWhole` gets the items of an album once, in the order in which they were sent. */
export function createAlbums(onWhole: (items: Item[]) => void, clock: Clock, timers: Timers): Albums {
  const open = new Map<string, Open>();

  function close(key: string): void {
    const album = open.get(key);
    open.delete(key);
    if (album) onWhole(album.items.sort((a, b) => a.record.messageId - b.record.messageId));
  }

  return {
    add(item) {
      const key = albumKey(item.record);
      const album = open.get(key);
      album?.cancel();
      const items = [...(album?.items ?? []), item];
      const firstAt = album?.firstAt ?? clock.now();
      const { image, clip } = firstOfEach(items.map(({ record }) => record));
      const waitMs = image && clip ? PACE.completeMs : PACE.idleMs;
      const leftMs = firstAt + PACE.capMs - clock.now();
      const cancel = timers.after(Math.max(0, Math.min(waitMs, leftMs)), () => close(key));
      open.set(key, { items, firstAt, cancel });
    },
    stop() {
      for (const { cancel } of open.values()) cancel();
      open.clear();
    },
  };
}

/** One album of one chat. */
export const albumKey = ({ chatId, album }: MessageRecord): string => `${chatId}:${album}`;

function firstOfEach(said: readonly MessageRecord[]): MessageRecord['media'] {
  const image = said.find(({ media }) => media.image)?.media.image;
  const clip = said.find(({ media }) => media.clip)?.media.clip;
  const unusable = said.find(({ media }) => media.unusable)?.media.unusable;
  return { ...(image ? { image } : {}), ...(clip ? { clip } : {}), ...(unusable ? { unusable } : {}) };
}

/** An album as if it had been one message, that of its first item. */
export function asOne(items: readonly [MessageRecord, ...MessageRecord[]]): MessageRecord {
  const [first] = items;
  const command = items.find((item) => item.command !== undefined)?.command;
  const repliesTo = items.find((item) => item.repliesTo)?.repliesTo;
  const images = items.filter(({ media }) => media.image).length;
  const clips = items.filter(({ media }) => media.clip).length;
  return {
    ...first,
    text: items
      .map(({ text }) => text)
      .filter(Boolean)
      .join(' '),
    ...(command === undefined ? {} : { command }),
    mentioned: items.some(({ mentioned }) => mentioned),
    media: firstOfEach(items),
    ...(repliesTo ? { repliesTo } : {}),
    ...(images > 1 || clips > 1 ? { firstOfEach: true } : {}),
  };
}

/** What came of an album so far: its later items are read in its light. */
export type AlbumMemory = {
  /** The item as it is to be read, or `done` when the album has all that it needs. */
  late(said: MessageRecord): Promise<MessageRecord | 'done' | undefined>;
  closed(whole: MessageRecord): Promise<void>;
};

const KEPT_MS = 60 * 60_000;

const albumSchema = z.object({
  whole: z.boolean(),
  command: z.string().optional(),
  mentioned: z.boolean(),
});

/** For items that arrive after it was handled, as on a slow connection. */
export function lateItems(kv: KeyValueStore): AlbumMemory {
  const keyOf = (album: string): string => `album:${album}`;
  return {
    async late(said) {
      const album = albumSchema.safeParse(await kv.get(keyOf(albumKey(said)))).data;
      if (!album) return undefined;
      if (album.whole) return 'done';
      // The caption stands on one item, and speaks for all.
      const { command = said.command } = album;
      return {
        ...said,
        ...(command === undefined ? {} : { command }),
        mentioned: said.mentioned || album.mentioned,
      };
    },
    async closed(whole) {
      const { media, command, mentioned } = whole;
      const kept = {
        whole: media.image !== undefined && media.clip !== undefined,
        ...(command === undefined ? {} : { command }),
        mentioned,
      };
      await kv.set(keyOf(albumKey(whole)), kept, KEPT_MS);
    },
  };
}
