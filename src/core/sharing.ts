/** What processes on the same records have in common beside these. */
import type { Bus } from './bus.ts';
import type { Locks } from './locks.ts';

/** `signal`: this process is about to end, and follows nothing any more. */
export type Sharing = { bus: Bus; locks: Locks; onError(error: unknown): void; signal: AbortSignal };
