/** Tells every process that something is new: what it is about, never the thing itself, which each then reads. */

/** `here`: this process has told it. `elsewhere`: another one, a moment ago. */
export type Origin = 'here' | 'elsewhere';

type BusListener = (payload: string, origin: Origin) => void;

export type Bus = {
  /**
   * Listeners of this process hear it before this returns, those of the others soon. Where it can't reach the others,
   * they have a gap. Throws RangeError for a payload that is too long to be told: it is to be an id, not a record.
   */
  publish(topic: string, payload: string): void;
  /** The answer stops listening. */
  subscribe(topic: string, listener: BusListener): () => void;
  /** Something may have been told elsewhere that was not heard here: whoever follows anything reads it again. */
  onGap(listener: () => void): () => void;
  /** There is such a gap here. */
  miss(): void;
};

/** PostgreSQL takes less than 8,000 bytes, of which some are the envelope and what it escapes. */
const MAX_PAYLOAD_BYTES = 1_000;

/** The listeners of one process. Alone, that is the whole bus: nobody is elsewhere, and nothing is missed. */
export function createBus(
  onError: (error: unknown) => void,
): Bus & { hear(topic: string, payload: string): void } {
  const topics = new Map<string, Set<BusListener>>();
  const gaps = new Set<() => void>();

  const safely = (tell: () => void): void => {
    // A listener that throws must not stop whoever has told it, nor the other listeners.
    try {
      tell();
    } catch (error) {
      onError(error);
    }
  };
  const tellAll = (topic: string, payload: string, origin: Origin): void => {
    for (const listener of topics.get(topic) ?? []) safely(() => listener(payload, origin));
  };

  return {
    publish(topic, payload) {
      if (Buffer.byteLength(topic) + Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES)
        throw new RangeError('too long for the bus');
      tellAll(topic, payload, 'here');
    },
    subscribe(topic, listener) {
      const set = topics.get(topic) ?? new Set();
      topics.set(topic, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && topics.get(topic) === set) topics.delete(topic);
      };
    },
    onGap(listener) {
      gaps.add(listener);
      return () => void gaps.delete(listener);
    },
    hear: (topic, payload) => tellAll(topic, payload, 'elsewhere'),
    miss() {
      for (const listener of gaps) safely(listener);
    },
  };
}
