/** A job just created, in a process that is up. */
import { createRemote } from '../fakes/remote.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS, type WorldOptions } from '../fakes/world.ts';

export const TODAY = { scope: 'operator', window: 'day:2026-11-21' };
export const HOUR = 3_600_000;

export async function started(options: WorldOptions = {}) {
  const world = createWorld(options);
  const life = world.boot();
  await life.jobs.recover();
  const created = await createJob(life.intake, EVENT, UPLOADS, CHOICES);
  const job = () => world.disk.store.get(EVENT.id);
  return { world, life, created, job, remote: world.remotes[0] ?? createRemote('none') };
}
