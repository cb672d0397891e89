/** What goes wrong on order, and with which calls. */
import type { SimTime } from '../sim-time.ts';
import type { Call } from './journal.ts';

/**
 * `cut`: the connection ends and nothing was done. `ignore`: nothing was done and no answer comes. `lose-answer`: it
 * was done and the connection ends in place of an answer. `hang`: it was done and no answer comes. A status is answered
 * in place of doing it. `delayMs` passes before it is done. The rest is for downloads: the body is cut, stalled, slow,
 * or of another length than the server said; `expired` is the 404 of an old path.
 */
export type FaultKind =
  | 'cut'
  | 'ignore'
  | 'lose-answer'
  | 'hang'
  | 'expired'
  | 'wrong-size'
  | { status: number; description?: string; retryAfter?: number; text?: string }
  | { delayMs: number }
  | { cutAfterBytes: number }
  | { stallAfterBytes: number }
  | { chunkMs: number };

export type Fault = {
  /** Any method where it is left out; `file` is a download. */
  method?: string | RegExp;
  /** Only calls about this chat. */
  chatId?: number;
  /** Only calls with parameters like that. */
  looks?: (params: Call['params']) => boolean;
  /** Once unless told otherwise. */
  times?: number;
  /** Lets so many calls that fit pass before. */
  after?: number;
  how: FaultKind;
};

export type Faults = ReturnType<typeof createFaults>;

export function createFaults() {
  const faults: (Fault & { left: number; passing: number })[] = [];
  return {
    add(fault: Fault) {
      const entry = { ...fault, left: fault.times ?? 1, passing: fault.after ?? 0 };
      faults.push(entry);
      return { clear: () => void faults.splice(faults.indexOf(entry), 1) };
    },
    clear: () => void faults.splice(0),
    take(call: Call): FaultKind | undefined {
      const found = faults.find((fault) => fault.left > 0 && fits(fault, call));
      if (!found) return undefined;
      if (found.passing > 0) {
        found.passing -= 1;
        return undefined;
      }
      found.left -= 1;
      return found.how;
    },
  };
}

function fits({ method, chatId, looks }: Fault, call: Call): boolean {
  if (looks && !looks(call.params)) return false;
  if (chatId !== undefined && String(call.params.chat_id) !== String(chatId)) return false;
  if (method === undefined) return call.method !== 'getUpdates' && call.method !== 'file';
  return typeof method === 'string'
    ? method.toLowerCase() === call.method.toLowerCase()
    : method.test(call.method);
}

export const pause = (time: SimTime, ms: number): Promise<void> =>
  new Promise((resolve) => time.after(ms, async () => resolve()));
