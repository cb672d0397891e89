/**
 * How fast a bot may talk: one message a second in a chat with some in a burst, twenty a minute in a group, and edits
 * count as messages (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this and
 * tdlib/telegram-bot-api#648, read 2026-11-21). The true figures differ by chat and are told to nobody.
 */
import type { SimTime } from '../sim-time.ts';
import { tooManyRequests } from './errors.ts';
import type { SimChat } from './world.ts';

export type FloodLimits = { perSecond: number; burst: number; groupPerMinute: number };
export const USUAL_LIMITS: FloodLimits = { perSecond: 1, burst: 5, groupPerMinute: 20 };

export type Floods = ReturnType<typeof createFloods>;

export function createFloods(time: SimTime) {
  let limits: FloodLimits | undefined;
  const sends = new Map<number, number[]>();
  return {
    /** No limits without. */
    limit(next: FloodLimits | undefined) {
      limits = next;
      sends.clear();
    },
    /** Counts a message or an edit. Throws when it is one too many; a refused one is not counted. */
    count(chat: SimChat): void {
      if (!limits) return;
      const now = time.now();
      const recent = (sends.get(chat.id) ?? []).filter((at) => at > now - 60_000);
      const wait = Math.max(
        waitFor(recent, now, limits.burst, (limits.burst / limits.perSecond) * 1000),
        chat.type === 'private' ? 0 : waitFor(recent, now, limits.groupPerMinute, 60_000),
      );
      if (wait > 0) throw tooManyRequests(Math.ceil(wait / 1000));
      sends.set(chat.id, [...recent, now]);
    },
  };
}

/** How long until fewer than `most` lie inside the window. */
function waitFor(recent: number[], now: number, most: number, windowMs: number): number {
  const inside = recent.filter((at) => at > now - windowMs);
  const freeing = inside.at(-most);
  return freeing === undefined ? 0 : freeing + windowMs - now;
}
