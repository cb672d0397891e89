/** What a provider itself calls a job, among what is noted of it. */
import type { Operation } from './job.ts';

const NAMES: readonly string[] = ['id', 'requestId'];

/** Two jobs with the same are the same render, whatever else was noted of them, and when. */
export const handleOf = (operation: Operation): Operation =>
  Object.fromEntries(Object.entries(operation).filter(([name]) => NAMES.includes(name)));
