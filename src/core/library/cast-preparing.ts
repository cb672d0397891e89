/** What a cast is made of, as the library has it now, and what becomes an offer of it. */
import type { Context } from '../context.ts';
import type { Intake, PreparedJob } from '../intake/intake.ts';
import type { Uploads } from '../intake/uploads.ts';
import { codeOf } from '../job/code.ts';
import type { Event, Requester } from '../job/job.ts';
import type { Caller } from '../limits/access.ts';
import type { Micros } from '../price/money.ts';
import type { Choices } from '../price/quote.ts';
import { accept, type Outcome, refuse } from '../refusals.ts';
import type { Consents } from '../trust/consent.ts';
import type { ConsentReason } from '../trust/consent-answers.ts';
import type { CastOffer } from './cast-offer.ts';
import type { Library } from './library.ts';

const WAITS_MS = 10 * 60_000;

const uploadsIn = (all: readonly PreparedJob[]): Uploads[] =>
  all.flatMap(({ files }) => ('uploads' in files ? files.uploads : []));

export const sumOf = (all: readonly PreparedJob[]): Micros =>
  all.reduce((sum, { quote }) => sum + quote.micros, 0);

/** The same, with what each of them costs by now. */
export const atPriceOf = (offer: CastOffer, all: readonly PreparedJob[]): CastOffer => ({
  ...offer,
  micros: sumOf(all),
  characters: offer.characters.map((one, at) => ({ ...one, micros: all[at]?.quote.micros ?? one.micros })),
});

export const waitsUntil = ({ clock }: Pick<Context, 'clock'>): number => clock.now() + WAITS_MS;

export function createCastPreparing(
  ctx: Context,
  parts: { intake: Pick<Intake, 'prepare'>; library: Pick<Library, 'take'>; consents: Consents },
) {
  const { intake, library, consents } = parts;

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

  /** At the price that all of them have together; nothing of it is on disk yet. */
  async function offerOf(
    { id, requester }: Event,
    choices: Choices,
    all: readonly PreparedJob[],
    dearer?: true,
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
      micros: sumOf(all),
      seconds: first.quote.seconds,
      provider: first.quote.provider,
      ...(asks ? { asks } : {}),
      ...(dearer ? { dearer } : {}),
      expiresAt: waitsUntil(ctx),
    };
    return accept(offer);
  }

  return { prepareAll, reasonToAsk, offerOf };
}
