/**
 * What Discord finds behind a link comes after the message, as a change of it: the GIF picker's clips, for one. A
 * message that lacks something is looked at again then.
 */
import type { Holder } from './wire.ts';

/** It takes a second or two; some links show nothing at all, and their members wait for our answer meanwhile. */
const WITHIN_MS = 6_000;

type Embeds = Holder['embeds'];

export type Unfurling = {
  /** What Discord finds on that message. Undefined where it told nothing in time. */
  of(messageId: string): Promise<Embeds | undefined>;
  /** A message was changed. */
  changed(messageId: string, embeds: Embeds): void;
  stop(): void;
};

export function createUnfurling(withinMs = WITHIN_MS): Unfurling {
  type Wait = { embeds: Promise<Embeds | undefined>; end(embeds?: Embeds): void };
  const waiting = new Map<string, Wait>();

  function begin(messageId: string): Wait {
    const { promise: embeds, resolve } = Promise.withResolvers<Embeds | undefined>();
    const timer = setTimeout(() => end(), withinMs);
    const end = (found?: Embeds): void => {
      clearTimeout(timer);
      waiting.delete(messageId);
      resolve(found);
    };
    const wait = { embeds, end };
    waiting.set(messageId, wait);
    return wait;
  }

  return {
    of: (messageId) => (waiting.get(messageId) ?? begin(messageId)).embeds,
    changed(messageId, embeds) {
      if (embeds.length > 0) waiting.get(messageId)?.end(embeds);
    },
    stop() {
      for (const { end } of [...waiting.values()]) end();
    },
  };
}
