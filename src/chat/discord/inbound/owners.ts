/**
 * Whose jobs the latest ones are, as far as this process has seen them: a form must be opened before anything can be
 * looked up, and this spares strangers a form that would come to nothing.
 */
import type { Job } from '../../../core/job/job.ts';

const REMEMBERED = 5_000;

export type Owners = { note(job: Job): void; of(code: string): string | undefined };

export function createOwners(): Owners {
  const owners = new Map<string, string>();
  return {
    note({ code, requester }) {
      owners.set(code, requester.memberId);
      const oldest = owners.keys().next().value;
      if (owners.size > REMEMBERED && oldest !== undefined) owners.delete(oldest);
    },
    of: (code) => owners.get(code),
  };
}
