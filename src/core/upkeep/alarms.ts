/**
 * What only an operator can mend is told to them in private: once when it begins, and once when it is over. What was told is
 * on record, so that a restart says nothing twice.
 */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Diagnosis, diagnosisSchema } from '../diagnosis.ts';
import type { KeyValueStore } from '../ports.ts';

/** What comes and goes within minutes is one trouble, not many. */
const OVER_AFTER_LOOKS = 5;

const record = z.object({
  diagnosis: diagnosisSchema,
  /** By their ids: those who know, and those who can't be told. */
  told: z.array(z.string()),
  unreachable: z.array(z.string()),
  /** Looks in a row that have not found it any more. */
  gone: z.int().nonnegative(),
});
type Alarm = z.infer<typeof record>;

export type AlarmParts = {
  kv: KeyValueStore;
  /** What is there to be mended now. */
  urgent(): Promise<readonly Diagnosis[]>;
};

const KEY = 'alarm:';
const keyOf = ({ code, about = '' }: Diagnosis): string => `${KEY}${code} ${about}`;

/** Looks once; to be called every minute. Where several processes do, each is told by one of them. */
export function createAlarms(
  ctx: Pick<Context, 'access' | 'chats' | 'locks' | 'log'>,
  { kv, urgent }: AlarmParts,
): () => Promise<void> {
  return () => ctx.locks.run('alarms', look);

  async function look(): Promise<void> {
    const found = await urgent();
    const now = new Set(found.map(keyOf));
    for (const diagnosis of found) await begins(diagnosis);
    for (const [key, value] of await kv.startingWith<unknown>(KEY)) {
      const alarm = record.safeParse(value).data;
      if (!alarm) await kv.delete(key);
      else if (!now.has(key)) await goes(key, alarm);
    }
  }

  async function begins(diagnosis: Diagnosis): Promise<void> {
    const key = keyOf(diagnosis);
    const known = record.safeParse(await kv.get(key)).data;
    const alarm: Alarm = known ? { ...known, gone: 0 } : { diagnosis, told: [], unreachable: [], gone: 0 };
    if (!known) ctx.log.warn({ code: diagnosis.code }, `${diagnosis.what} ${diagnosis.nextStep ?? ''}`);
    if (!known || known.gone > 0) await kv.set(key, alarm);
    for (const memberId of ctx.access.operators) {
      if (alarm.told.includes(memberId) || alarm.unreachable.includes(memberId)) continue;
      const outcome = await tell(memberId, alarm.diagnosis, false);
      if (outcome === 'later') continue;
      // Noted at once: told twice would be worse than told once too few.
      (outcome === 'told' ? alarm.told : alarm.unreachable).push(memberId);
      await kv.set(key, alarm);
    }
  }

  async function goes(key: string, alarm: Alarm): Promise<void> {
    if (alarm.gone + 1 < OVER_AFTER_LOOKS)
      return void (await kv.set(key, { ...alarm, gone: alarm.gone + 1 }));
    // Forgotten first, for the same reason.
    await kv.delete(key);
    if (alarm.gone + 1 === OVER_AFTER_LOOKS)
      ctx.log.info({ code: alarm.diagnosis.code }, `over: ${alarm.diagnosis.what}`);
    const waiting: string[] = [];
    for (const memberId of alarm.told)
      if ((await tell(memberId, alarm.diagnosis, true)) === 'later') waiting.push(memberId);
    // Who could not be told for now still believes in it.
    if (waiting.length > 0) await kv.set(key, { ...alarm, told: waiting, gone: alarm.gone + 1 });
  }

  async function tell(
    memberId: string,
    diagnosis: Diagnosis,
    over: boolean,
  ): Promise<'told' | 'unreachable' | 'later'> {
    const [platform = ''] = memberId.split(':');
    const notice = { kind: 'alarm', diagnosis, over } as const;
    try {
      const isThere = await ctx.chats.get(platform)?.post?.({ member: memberId }, '', notice);
      return isThere ? 'told' : 'unreachable';
    } catch (err) {
      ctx.log.info({ err }, 'an operator could not be told in private for now');
      return 'later';
    }
  }
}
