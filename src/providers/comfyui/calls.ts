/** The calls to ComfyUI that make no job: free, and safe to repeat. */
import type { ProviderTrouble } from '../../core/ports.ts';
import { type ApiAnswer, type Http, NoClearAnswer, read } from '../http.ts';
import { type HistoryEntry, historyAnswer, idOf, queueAnswer } from './wire.ts';

type Whereabouts =
  | { at: 'pending'; ahead: number }
  | { at: 'running' }
  | { at: 'done'; entry: HistoryEntry }
  | undefined;

/** Each throws NoClearAnswer for anything but a clear yes. */
export type Calls = {
  get(path: string, signal: AbortSignal): Promise<ApiAnswer>;
  post(path: string, json: unknown, signal: AbortSignal): Promise<void>;
  /** Undefined: it knows nothing of it, for certain, as what leaves the queue is in the history at once. */
  whereIs(id: string, signal: AbortSignal): Promise<Whereabouts>;
  /** Whether nobody answered the last call. */
  isAway(): boolean;
};

const AWAY: ProviderTrouble = {
  kind: 'unreachable',
  message: 'Nothing answers at COMFYUI_URL: is ComfyUI running there, and does it listen on that address?',
};

/** `tell` hears that nobody is there, as members would wait in vain; and `undefined` once somebody is again. */
export function createCalls(
  http: Http,
  url: string,
  tell: (trouble: ProviderTrouble | undefined) => void,
): Calls {
  let isAway = false;

  async function call(method: 'GET' | 'POST', path: string, signal: AbortSignal, json?: unknown) {
    const answer = await http.call({ method, url: `${url}${path}`, signal, json }).catch((error: unknown) => {
      // A call that was broken off here says nothing of the other side.
      if (!signal.aborted) tell(AWAY);
      isAway ||= !signal.aborted;
      throw error;
    });
    if (isAway) tell(undefined);
    isAway = false;
    if (answer.status !== 200) throw new NoClearAnswer(`ComfyUI answered ${answer.status}`);
    return answer;
  }

  const get: Calls['get'] = (path, signal) => call('GET', path, signal);

  return {
    get,
    isAway: () => isAway,
    async post(path, json, signal) {
      await call('POST', path, signal, json);
    },
    async whereIs(id, signal) {
      const queue = read(queueAnswer, await get('/queue', signal), "ComfyUI's queue");
      if (queue.queue_running.some((one) => idOf(one) === id)) return { at: 'running' };
      const place = queue.queue_pending.find((one) => idOf(one) === id);
      if (place) {
        const before = queue.queue_pending.filter(([number]) => number < place[0]);
        return { at: 'pending', ahead: before.length + queue.queue_running.length };
      }
      const history = read(historyAnswer, await get(`/history/${id}`, signal), "ComfyUI's history");
      const entry = history[id];
      return entry && { at: 'done', entry };
    },
  };
}
