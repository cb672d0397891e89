/** Handles items of an album that arrive after it was handled, as on a slow connection. */
import { z } from 'zod';
import type { KeyValueStore } from '../../../core/ports.ts';
import { albumKey } from './albums.ts';
import type { Handlers } from './inlet.ts';

const KEPT_MS = 60 * 60_000;

const albumSchema = z.object({
  whole: z.boolean(),
  command: z.string().optional(),
  mentioned: z.boolean(),
});

export function lateItems(kv: KeyValueStore): Handlers['album'] {
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
