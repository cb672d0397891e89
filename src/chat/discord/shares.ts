/** How many requests a second each process may make: Discord counts those of one bot together (topics/rate-limits, 2026-11-21). */
const OF_THE_BOT = 50;
/** A process that does not have the chat asks for little: what a server is called, where a notice goes. */
const OF_ANOTHER = 2;
/** Whoever has the chat makes nearly all of them, and keeps half however many others there are. */
const OF_THE_FRONT_AT_LEAST = OF_THE_BOT / 2;

/** `others`: processes that speak in the chat beside this one. */
export function shareOfRequests(hasChat: boolean, others: number): number {
  if (!hasChat) return ofAnother(others);
  return Math.max(OF_THE_FRONT_AT_LEAST, OF_THE_BOT - others * ofAnother(others));
}

const ofAnother = (others: number): number =>
  Math.max(1, Math.min(OF_ANOTHER, Math.floor(OF_THE_FRONT_AT_LEAST / Math.max(1, others))));
