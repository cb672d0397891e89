/** Everything that is looked at, all at once: each look ends within its time, whatever the others do. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Diagnosis, worstFirst } from '../core/diagnosis.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { chats, parts } from './chats.ts';
import { clock } from './clock.ts';
import { internet } from './internet.ts';
import { lessons } from './lessons.ts';
import { codeOf, disk, files, media, memory, versions } from './machine.ts';
import type { Check, Patient } from './patient.ts';
import { processes } from './processes.ts';
import { providers } from './providers.ts';
import { budget, database, jobs } from './records.ts';
import { settings } from './settings.ts';

/** The whole is to be over in half a minute. */
const WITHIN_S = 25;

export const CHECKS: readonly Check[] = [
  versions,
  settings,
  clock,
  disk,
  files,
  memory,
  media,
  database,
  jobs,
  budget,
  chats,
  providers,
  internet,
  processes,
  parts,
  lessons,
];

/** The worst first. What a look throws is told like everything else: the other looks go on. */
export async function examine(
  patient: Omit<Patient, 'signal'>,
  { checks = CHECKS, withinS = WITHIN_S }: { checks?: readonly Check[]; withinS?: number } = {},
): Promise<Diagnosis[]> {
  const found = await Promise.all(checks.map((check) => run(check, patient, withinS)));
  return worstFirst(withoutTwins(found.flat()));
}

async function run(
  check: Check,
  patient: Omit<Patient, 'signal'>,
  withinS: number,
): Promise<readonly Diagnosis[]> {
  const { name } = check;
  const over = new AbortController();
  const late = wait(withinS * 1000, [diagnosis('look-slow', { name, seconds: withinS }, name)], {
    signal: over.signal,
  });
  const giveUp = AbortSignal.timeout(withinS * 1000);
  try {
    return await Promise.race([check.look({ ...patient, signal: giveUp }), late]);
  } catch (error) {
    // Its words may hold anything; its name and its code do not.
    const code = codeOf(error);
    const problem = error instanceof Error ? `${error.name} (${code}).` : 'it failed.';
    return [diagnosis('look-failed', { name, problem }, name)];
  } finally {
    over.abort();
    late.catch(() => {});
  }
}

/** The running bot may know what another look has found as well. */
function withoutTwins(found: readonly Diagnosis[]): Diagnosis[] {
  const seen = new Set<string>();
  return found.filter((one) => {
    const key = `${one.code} ${one.about ?? ''}`;
    if (seen.has(key)) return false;
    seen.add(key);
    // Of a part that a look of its own has found something wrong with, the bot's own word says less.
    const isVague = one.code === 'part-troubled' || one.code === 'chat-off';
    return !(
      isVague &&
      found.some(({ code, about, level }) => code !== one.code && about === one.about && level !== 'ok')
    );
  });
}
