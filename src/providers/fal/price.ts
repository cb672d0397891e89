/** What a unit costs at fal.ai: as its pricing API says, else as its pages said in November 2026. */
import { z } from 'zod';
import type { Clock, Log } from '../../core/ports.ts';
import { type Micros, microsFromUsd } from '../../core/price/money.ts';
import { type BilledOffer, priceOf } from '../billing.ts';
import { type Http, NoClearAnswer, read } from '../http.ts';
import { createLivePrice, type LivePrice } from '../live-price.ts';
import { OFFERS } from './offers.ts';

const DAY_MS = 24 * 3_600_000;

const pricing = z.object({
  prices: z.array(
    z.object({
      endpoint_id: z.string(),
      unit_price: z.number().nonnegative(),
      unit: z.string(),
      currency: z.string(),
    }),
  ),
});

/** Micros per unit, by endpoint. */
export type FalPrices = ReadonlyMap<string, Micros>;

const ENDPOINTS = [...new Set(OFFERS.map(({ endpoint }) => endpoint))];

export const pricesUrl = (apiUrl: string): string =>
  `${apiUrl}/v1/models/pricing?endpoint_id=${ENDPOINTS.map(encodeURIComponent).join(',')}`;

export function createFalPrices(options: {
  http: Http;
  apiUrl: string;
  key: string;
  clock: Clock;
  log: Log;
}): LivePrice<FalPrices> {
  const { http, apiUrl, key, clock, log } = options;
  async function readPrices(signal: AbortSignal): Promise<FalPrices> {
    const url = pricesUrl(apiUrl);
    const answer = await http.call({ method: 'GET', url, headers: { authorization: `Key ${key}` }, signal });
    if (answer.status !== 200) throw new NoClearAnswer(`fal.ai's prices: status ${answer.status}`);
    const { prices } = read(pricing, answer, "fal.ai's prices");
    // A price in other units would be a price of something else.
    const perSecond = prices.filter(
      ({ unit, currency }) => /\bseconds?$/i.test(unit.replaceAll('_', ' ')) && currency === 'USD',
    );
    const known = new Map(perSecond.map((one) => [one.endpoint_id, microsFromUsd(one.unit_price)]));
    if (!ENDPOINTS.some((endpoint) => known.has(endpoint)))
      throw new NoClearAnswer('fal.ai names no price per second');
    return known;
  }
  return createLivePrice({ read: readPrices, builtIn: new Map(), freshMs: DAY_MS, clock, log });
}

const sharing = ({ endpoint }: BilledOffer): BilledOffer[] =>
  OFFERS.filter((one) => one.endpoint === endpoint);

/** Some endpoints have one price in the API and several on their pages, by the lines of the video. */
export const isByLines = (offer: BilledOffer): boolean => sharing(offer).length > 1;

/** What a unit is quoted at. One of its page's prices says that the page holds; any other may be of all lines. */
function unitOf(prices: FalPrices, offer: BilledOffer): Micros {
  const live = prices.get(offer.endpoint);
  const ofPage = offer.bills.micros;
  if (live === undefined || !isByLines(offer)) return live ?? ofPage;
  return sharing(offer).some(({ bills }) => bills.micros === live) ? ofPage : Math.max(live, ofPage);
}

/** The most that so many seconds are billed at. A bill by lines may count in units of the dearest of them. */
export function quoteOf(prices: FalPrices, offer: BilledOffer, seconds: number): Micros {
  const micros = priceOf(offer.bills, seconds, unitOf(prices, offer));
  if (!isByLines(offer)) return micros;
  const step = Math.max(...sharing(offer).map(({ bills }) => bills.micros));
  return Math.ceil(micros / step) * step;
}

/**
 * What a unit of the bill is settled at. Whether the lines are in its price or in the number of units, fal.ai does not
 * say, so it is the higher one; a bill by lines is then never taken for more than its quote.
 */
export const billedUnitOf = (prices: FalPrices, offer: BilledOffer): Micros =>
  isByLines(offer) ? Math.max(prices.get(offer.endpoint) ?? 0, offer.bills.micros) : unitOf(prices, offer);
