/** One motion with several characters: one price for all before, a job each, and all of them or none. */
import type { Context } from '../context.ts';
import type { Askable } from '../intake/approvals.ts';
import type { Intake, PreparedJob } from '../intake/intake.ts';
import { type IntakeResult, overLimit, overOf, wasAsked } from '../intake/offer.ts';
import { codeOf } from '../job/code.ts';
import type { Event, Job } from '../job/job.ts';
import { isDeleted, wasMade } from '../job/made.ts';
import type { Caller } from '../limits/access.ts';
import type { KeyValueStore } from '../ports.ts';
import type { Micros } from '../price/money.ts';
import type { Choices } from '../price/quote.ts';
import { accept, type Outcome, type OverQuota, type PastLimit, refuse } from '../refusals.ts';
import { createConsents, type GivenConsent } from '../trust/consent.ts';
import { type CastOffer, castJobIds } from './cast-offer.ts';
import { atPriceOf, createCastPreparing, sumOf, waitsUntil } from './cast-preparing.ts';
import type { Library } from './library.ts';

const MOST_IN_CAST = 4;
const DONE_KEPT_MS = 24 * 3_600_000;

type CastResult =
  | { kind: 'jobs'; jobs: Job[] }
  | { kind: 'cast'; offer: CastOffer }
  /** A limit has no room for all of them, and admins can be asked. */
  | { kind: 'over'; offer: CastOffer; refusal: OverQuota };
/** What comes of `/animate`: with several characters, their price waits for a yes. */
export type AnimateResult = IntakeResult | Extract<CastResult, { kind: 'cast' }>;

export type Casts = {
  offer(
    call: Caller & Pick<Event, 'id'>,
    wish: { motion: string; characters: string; choices: Choices },
  ): Promise<Outcome<CastOffer>>;
  /**
   * The yes to the price that was shown for all, `agreedMicros`. One that is higher by now is offered again; a second yes
   * finds the jobs of the first.
   */
  confirm(
    caller: Caller,
    code: string,
    agreedMicros: Micros | undefined,
    given?: GivenConsent,
  ): Promise<Outcome<CastResult>>;
  decline(caller: Caller, code: string): Promise<Outcome<CastOffer>>;
  /** `already-decided` when its jobs were made, `offer-expired` when nothing waits any more. */
  find(caller: Caller, code: string): Promise<Outcome<CastOffer>>;
  forget(memberId: string): Promise<boolean>;
};

const PREFIX = 'cast:';

const asJobs = (made: Outcome<Job[]>): Outcome<{ kind: 'jobs'; jobs: Job[] }> =>
  made.ok ? accept({ kind: 'jobs', jobs: made.value }) : made;

export function createCasts(
  ctx: Context,
  { intake, library, kv }: { intake: Intake; library: Pick<Library, 'take'>; kv: KeyValueStore },
): Casts & { asking: Askable<CastOffer> } {
  const consents = createConsents(ctx);
  const { prepareAll, reasonToAsk, offerOf } = createCastPreparing(ctx, { intake, library, consents });
  const keyOf = (code: string): string => PREFIX + code.trim().toUpperCase();
  const alone = <T>(code: string, work: () => Promise<T>): Promise<T> => ctx.locks.run(keyOf(code), work);

  async function save(offer: CastOffer): Promise<CastOffer> {
    await kv.set(keyOf(offer.code), offer, offer.expiresAt - ctx.clock.now() + DONE_KEPT_MS);
    return offer;
  }

  async function offered(...made: Parameters<typeof offerOf>): Promise<Outcome<CastOffer>> {
    const offer = await offerOf(...made);
    return offer.ok ? accept(await save(offer.value)) : offer;
  }

  async function ofCaller({ requester }: Caller, code: string): Promise<Outcome<CastOffer>> {
    const offer = await kv.get<CastOffer>(keyOf(code));
    if (!offer) return refuse({ code: 'offer-expired' });
    return offer.requester.memberId === requester.memberId ? accept(offer) : refuse({ code: 'not-allowed' });
  }

  const find: Casts['find'] = async (caller, code) => {
    const found = await ofCaller(caller, code);
    if (!found.ok) return found;
    // Half of it, which a crash has left, is none: its yes can still be said, and asked for.
    if (await madeBefore(found.value)) return refuse({ code: 'already-decided' });
    return found.value.expiresAt > ctx.clock.now() ? found : refuse({ code: 'offer-expired' });
  };

  /** Those that are there. */
  async function jobsOf(offer: CastOffer): Promise<Job[]> {
    const jobs = await Promise.all(castJobIds(offer).map((id) => ctx.store.get(id)));
    return jobs.flatMap((job) => job ?? []);
  }

  const isDecided = async (offer: CastOffer): Promise<boolean> => {
    if (offer.made) return true;
    const made = await Promise.all(castJobIds(offer).map((id) => wasMade(ctx, id)));
    return made.includes(true);
  };

  /** Its jobs were made, which a crash may have come before it was noted, and one of them was deleted since. */
  async function isDeletedInPart(offer: CastOffer): Promise<boolean> {
    const deleted = await Promise.all(castJobIds(offer).map((id) => isDeleted(ctx, id)));
    return deleted.includes(true);
  }

  /** What a yes has made; undefined while it has yet to be said, or broke off in the middle. */
  async function madeBefore(offer: CastOffer): Promise<Outcome<Job[]> | undefined> {
    const jobs = await jobsOf(offer);
    if (jobs.length === offer.characters.length) return accept(jobs);
    if (!offer.made && !(await isDeletedInPart(offer))) return undefined;
    return jobs.length > 0 ? accept(jobs) : refuse({ code: 'already-decided' });
  }

  /** As they were chosen, whatever they are called by now, and where it was asked for. */
  function prepareAgain({ requester, motion, characters, choices }: CastOffer, { standing }: Caller) {
    const ids = characters.map(({ id }) => id);
    return prepareAll({ requester, standing }, motion.id, ids, choices);
  }

  async function openAll(
    offer: CastOffer,
    all: readonly PreparedJob[],
    past: readonly PastLimit[] | undefined,
    given?: GivenConsent,
  ): Promise<Outcome<Job[]>> {
    const ids = castJobIds(offer);
    const wanted = all.map((prepared, at) => ({
      event: { id: ids[at] ?? '', requester: offer.requester },
      prepared,
    }));
    for (const { event, prepared } of wanted)
      if (given && 'uploads' in prepared.files)
        await consents.give(event, prepared.files.uploads.image, given, prepared.quote.provider);
    const opened = await intake.openAll(wanted, past);
    // Whoever deletes one of them afterwards does not want it anew.
    if (opened.ok) await save({ ...offer, made: true });
    return opened;
  }

  const asking: Askable<CastOffer> = {
    alone,
    get: (code) => kv.get<CastOffer>(keyOf(code)),
    save,
    drop: ({ code }) => kv.delete(keyOf(code)).then(() => {}),
    isMade: isDecided,
    async openPast(offer, call, { lifted, atMostMicros }) {
      const before = await madeBefore(offer);
      if (before) return asJobs(before);
      const all = await prepareAgain(offer, call);
      if (!all.ok) return all;
      if (sumOf(all.value) > atMostMicros)
        return accept({ kind: 'dearer', offer: atPriceOf(offer, all.value) });
      return asJobs(await openAll(offer, all.value, lifted));
    },
  };

  return {
    async offer(call, { motion, characters, choices }) {
      const names = characters
        .split(/[,;、，\n]/)
        .map((name) => name.trim())
        .filter((name) => name !== '');
      const allowed = [`1 – ${MOST_IN_CAST}`];
      if (names.length === 0 || names.length > MOST_IN_CAST)
        return refuse({ code: 'bad-option', option: 'characters', allowed });
      const shut = await intake.closed();
      if (shut) return refuse(shut);
      return alone(codeOf(call.id), async () => {
        const known = await kv.get<CastOffer>(keyOf(codeOf(call.id)));
        if (known?.id === call.id) return accept(known);
        const all = await prepareAll(call, motion, names, choices);
        return all.ok ? offered(call, choices, all.value) : all;
      });
    },
    confirm: (caller, code, agreedMicros, given) =>
      alone(code, async () => {
        const found = await ofCaller(caller, code);
        if (!found.ok) return found;
        const offer = found.value;
        const before = await madeBefore(offer);
        if (before) return asJobs(before);
        if (offer.expiresAt <= ctx.clock.now()) return refuse({ code: 'offer-expired' });
        const shut = ctx.access.refusalOfYes(caller, offer.requester);
        if (shut) return refuse(shut);
        const all = await prepareAgain(offer, caller);
        if (!all.ok) return all;
        const micros = sumOf(all.value);
        const isMore = micros > Math.min(offer.micros, agreedMicros ?? 0);
        // What the admins were asked for must stay what they say yes to.
        if (isMore && wasAsked(offer)) return refuse({ code: 'price-rose', micros });
        if (isMore) {
          const isDearer = micros > Math.min(offer.micros, agreedMicros ?? offer.micros);
          const anew = await offered(offer, offer.choices, all.value, isDearer || undefined);
          return anew.ok ? accept({ kind: 'cast', offer: anew.value }) : anew;
        }
        const asks = given || offer.consented ? undefined : await reasonToAsk(offer.requester, all.value);
        if (asks) return accept({ kind: 'cast', offer: await save({ ...offer, asks }) });
        const opened = await openAll(offer, all.value, offer.lifted, given);
        if (opened.ok) return asJobs(opened);
        const over = overOf(opened);
        if (!over) return opened;
        const told = given ? { ...offer, consented: true as const } : offer;
        const waits = await save(overLimit(told, over, waitsUntil(ctx)));
        return accept({ kind: 'over', offer: waits, refusal: over });
      }),
    find,
    decline: (caller, code) =>
      alone(code, async () => {
        const offer = await ofCaller(caller, code);
        if (offer.ok && (await isDecided(offer.value))) return refuse({ code: 'already-decided' });
        if (offer.ok) await kv.delete(keyOf(code));
        return offer;
      }),
    async forget(memberId) {
      let any = false;
      for (const [key, { code, requester }] of await kv.startingWith<CastOffer>(PREFIX)) {
        if (requester.memberId !== memberId) continue;
        // A yes under way may offer it anew.
        await alone(code, () => kv.delete(key));
        any = true;
      }
      return any;
    },
    asking,
  };
}
