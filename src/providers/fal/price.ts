/** What a second of video costs at fal.ai: as its pricing API says, else as its pages said on 2026-11-21. */
import { z } from 'zod';
import type { Clock, Log } from '../../core/ports.ts';
import { type Micros, microsFromUsd } from '../../core/price/money.ts';
import { type Http, NoClearAnswer, read } from '../http.ts';
import { createLivePrice, type LivePrice } from '../live-price.ts';
import { ENDPOINTS, type FalQuality } from './wire.ts';

const BUILT_IN: Record<FalQuality, Micros> = { standard: 70_000, pro: 112_000 };
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

/** Micros per second of video, by quality. */
export function createFalPrices(options: {
  http: Http;
  apiUrl: string;
  key: string;
  clock: Clock;
  log: Log;
}): LivePrice<Record<FalQuality, Micros>> {
  const { http, apiUrl, key, clock, log } = options;
  async function readPrices(signal: AbortSignal): Promise<Record<FalQuality, Micros>> {
    const url = `${apiUrl}/v1/models/pricing?endpoint_id=${Object.values(ENDPOINTS).map(encodeURIComponent).join(',')}`;
    const answer = await http.call({ method: 'GET', url, headers: { authorization: `Key ${key}` }, signal });
    if (answer.status !== 200) throw new NoClearAnswer(`fal.ai's prices: status ${answer.status}`);
    const { prices } = read(pricing, answer, "fal.ai's prices");
    const of = (quality: FalQuality): Micros => {
      const price = prices.find(({ endpoint_id }) => endpoint_id === ENDPOINTS[quality]);
      // A price in other units would be a price of something else.
      if (!price || !/^seconds?$/i.test(price.unit) || price.currency !== 'USD') {
        throw new NoClearAnswer(`fal.ai names no price per second for quality ${quality}`);
      }
      return microsFromUsd(price.unit_price);
    };
    return { standard: of('standard'), pro: of('pro') };
  }
  return createLivePrice({ read: readPrices, builtIn: BUILT_IN, freshMs: DAY_MS, clock, log });
}
