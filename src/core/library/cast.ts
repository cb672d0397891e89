/** One motion with several characters: one price for all before, a job each, and all of them or none. */
import type { Context } from '../context.ts';
import type { Intake, PreparedJob } from '../intake/intake.ts';
import type { IntakeResult } from '../intake/offers.ts';
import type { Uploads } from '../intake/uploads.ts';
import { codeOf } from '../job/code.ts';
import type { Event, Job, Requester } from '../job/job.ts';
import type { Caller } from '../limits/access.ts';
import type { KeyValueStore } from '../ports.ts';
import type { Micros } from '../price/money.ts';
import type { Choices } from '../price/quote.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import { createConsents, type GivenConsent } from '../trust/consent.ts';
import type { ConsentReason } from '../trust/consent-answers.ts';
import type { Library } from './library.ts';

const MOST_IN_CAST = 4;
const WAITS_MS = 10 * 60_000;
const DONE_KEPT_MS = 24 * 3_600_000;

/** A price for all that waits for a yes. What it is made of lies in the library, and is looked up again with the yes. */
export type CastOffer = {
  /** The event's id: the jobs have it with a number behind. */
  id: string;
  code: string;
  requester: Requester;
  choices: Choices;
  motion: { id: string; name: string };
  characters: readonly { id: string; name: string; micros: Micros }[];
  micros: Micros;
  seconds: number;
  provider: string;
  /** Its yes says whom the pictures show, and this is why. */
  asks?: ConsentReason;
  /** It costs more than it did. */
  dearer?: true;
  expiresAt: number;
};

type CastResult = { kind: 'jobs'; jobs: Job[] } | { kind: 'cast'; offer: CastOffer };
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
  forget(memberId: string): Promise<boolean>;
};

const PREFIX = 'cast:';
const jobIdOf = (id: string, at: number): string => `${id}-${at + 1}`;
const uploadsIn = (all: readonly PreparedJob[]): Uploads[] =>
  all.flatMap(({ files }) => ('uploads' in files ? files.uploads : []));

export function createCasts(
  ctx: Context,
  { intake, library, kv }: { intake: Intake; library: Pick<Library, 'take'>; kv: KeyValueStore },
): Casts {
  const consents = createConsents(ctx);
  const keyOf = (code: string): string => PREFIX + code.trim().toUpperCase();
  const alone = <T>(code: string, work: () => Promise<T>): Promise<T> => ctx.locks.run(keyOf(code), work);

  /** Each of them with its price as it is now. Refused as a whole where one is. */
  async function prepareAll(
    caller: Caller,
    motion: string,
    characters: readonly string[],
    choices: Choices,
  ): Promise<Outcome<PreparedJob[]>> {
    const clip = await library.take(caller, 'motion', motion);
    if (!clip.ok) return clip;
    const all: PreparedJob[] = [];
    for (const name of characters) {
      const image = await library.take(caller, 'character', name);
      if (!image.ok) return image;
      const uploads = { image: image.value, clip: clip.value };
      const prepared = await intake.prepare(caller.requester.spaceId, uploads, choices);
      if (!prepared.ok) return prepared;
      all.push(prepared.value);
    }
    return accept(all);
  }

  async function reasonToAsk(
    requester: Requester,
    all: readonly PreparedJob[],
  ): Promise<ConsentReason | undefined> {
    const images = uploadsIn(all).map(({ image }) => image);
    const reasons = await Promise.all(images.map((image) => consents.reasonToAsk(requester, image)));
    return reasons.find((reason) => reason === 'not-theirs') ?? reasons.find((reason) => reason);
  }

  async function offered(
    { id, requester }: Event,
    choices: Choices,
    all: readonly PreparedJob[],
  ): Promise<Outcome<CastOffer>> {
    const first = all[0];
    const uploads = uploadsIn(all);
    const clip = uploads[0]?.clip;
    if (!first || !clip) return refuse({ code: 'missing-image' });
    const asks = await reasonToAsk(requester, all);
    const offer: CastOffer = {
      id,
      code: codeOf(id),
      requester,
      choices,
      motion: { id: clip.item ?? '', name: clip.name ?? '' },
      characters: uploads.map(({ image }, at) => ({
        id: image.item ?? '',
        name: image.name ?? '',
        micros: all[at]?.quote.micros ?? 0,
      })),
      micros: all.reduce((sum, { quote }) => sum + quote.micros, 0),
      seconds: first.quote.seconds,
      provider: first.quote.provider,
      ...(asks ? { asks } : {}),
      expiresAt: ctx.clock.now() + WAITS_MS,
    };
    await kv.set(keyOf(offer.code), offer, WAITS_MS + DONE_KEPT_MS);
    return accept(offer);
  }

  async function find(caller: Caller, code: string): Promise<Outcome<CastOffer>> {
    const offer = await kv.get<CastOffer>(keyOf(code));
    if (!offer) return refuse({ code: 'offer-expired' });
    return offer.requester.memberId === caller.requester.memberId
      ? accept(offer)
      : refuse({ code: 'not-allowed' });
  }

  async function made({ id, characters }: CastOffer): Promise<Job[]> {
    const jobs = await Promise.all(characters.map((_, at) => ctx.store.get(jobIdOf(id, at))));
    return jobs.flatMap((job) => job ?? []);
  }

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
        const found = await find(caller, code);
        if (!found.ok) return found;
        const offer = found.value;
        const before = await made(offer);
        if (before.length === offer.characters.length) return accept({ kind: 'jobs', jobs: before });
        if (offer.expiresAt <= ctx.clock.now()) return refuse({ code: 'offer-expired' });
        const shut = ctx.access.refusalOfYes(caller, offer.requester);
        if (shut) return refuse(shut);
        // As they were chosen, whatever they are called by now.
        const ids = offer.characters.map(({ id }) => id);
        const all = await prepareAll(caller, offer.motion.id, ids, offer.choices);
        if (!all.ok) return all;
        const micros = all.value.reduce((sum, { quote }) => sum + quote.micros, 0);
        const mustAsk = !given && (await reasonToAsk(offer.requester, all.value)) !== undefined;
        if (mustAsk || micros > Math.min(offer.micros, agreedMicros ?? 0)) {
          const anew = await offered(offer, offer.choices, all.value);
          if (!anew.ok) return anew;
          const isDearer = micros > Math.min(offer.micros, agreedMicros ?? offer.micros);
          return accept({ kind: 'cast', offer: { ...anew.value, ...(isDearer ? { dearer: true } : {}) } });
        }
        const wanted = all.value.map((prepared, at) => ({
          event: { id: jobIdOf(offer.id, at), requester: offer.requester },
          prepared,
        }));
        for (const { event, prepared } of wanted)
          if (given && 'uploads' in prepared.files)
            await consents.give(event, prepared.files.uploads.image, given, prepared.quote.provider);
        const opened = await intake.openAll(wanted);
        return opened.ok ? accept({ kind: 'jobs', jobs: opened.value }) : opened;
      }),
    decline: (caller, code) =>
      alone(code, async () => {
        const offer = await find(caller, code);
        if (offer.ok && (await made(offer.value)).length > 0) return refuse({ code: 'already-decided' });
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
  };
}
