/** What Runware renders, where, and how it is billed (runware.ai's model pages, November 2026). */
import type { RenderRequest } from '../../core/job/job.ts';
import { modelOf } from '../../core/models/registry.ts';
import { microsFromUsd } from '../../core/price/money.ts';
import type { BilledOffer } from '../billing.ts';

/** Both are billed by the second of the video. */
export const OFFERS = (['picture', 'clip'] as const).flatMap((scene) => {
  const what = { model: 'p-video-animate', scene } as const;
  const endpoint = scene === 'picture' ? 'prunaai:p-video@animate' : 'prunaai:p-video@replace';
  return [
    { ...what, quality: 'standard', endpoint, bills: { micros: 30_000 } },
    { ...what, quality: 'pro', endpoint, bills: { micros: 60_000 } },
  ] as const;
}) satisfies readonly BilledOffer[];

/** Its pages name Kling's prices for other uses than motion control alone: offered where the operator knows what it costs. */
const KLING = [
  { model: 'kling-2.6', quality: 'standard', endpoint: 'klingai:kling-video@2.6-standard' },
  { model: 'kling-2.6', quality: 'pro', endpoint: 'klingai:kling-video@2.6-pro' },
  { model: 'kling-3.0', quality: 'standard', endpoint: 'klingai:kling-video@3-standard' },
  { model: 'kling-3.0', quality: 'pro', endpoint: 'klingai:kling-video@3-pro' },
] as const;
export const isKling = ({ endpoint }: BilledOffer): boolean => endpoint.startsWith('klingai:');

/** Dearer than any second of video: a price in cents, or of a whole video. */
const TOO_MUCH_USD = 5;

/** Reads the operator's list of prices. Of entries that can't be read the places in the list are told, and nothing else. */
export function klingOffers(prices: string): { offers: BilledOffer[]; unread: number[] } {
  const offers: BilledOffer[] = [];
  const unread: number[] = [];
  for (const [at, entry] of prices.split(',').entries()) {
    if (prices.trim() === '') break;
    const [, name, usd] = /^\s*([\w.:-]+)\s*=\s*\$?(\d+(?:\.\d+)?)\s*$/.exec(entry) ?? [];
    const found = KLING.find(({ model, quality }) => `${model}:${quality}` === name);
    const isPrice = Number(usd) > 0 && Number(usd) < TOO_MUCH_USD;
    if (found && isPrice && !offers.some(({ endpoint }) => endpoint === found.endpoint))
      offers.push({ ...found, bills: { micros: microsFromUsd(Number(usd)) } });
    else unread.push(at + 1);
  }
  return { offers, unread };
}

export const offerIn = (offers: readonly BilledOffer[], request: RenderRequest): BilledOffer | undefined =>
  offers.find(
    ({ model, quality, scene = 'picture' }) =>
      model === modelOf(request).id && quality === request.quality && scene === (request.scene ?? 'picture'),
  );
