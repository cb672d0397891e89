/** What a video costs at RunComfy: as the model's page says, by the second or by the video. */

import type { Clock, Log } from '../../core/ports.ts';
import { type Micros, microsFromUsd } from '../../core/price/money.ts';
import { type Http, NoClearAnswer, read } from '../http.ts';
import { createLivePrice, type LivePrice } from '../live-price.ts';
import { codeIn } from './account.ts';
import { modelPage, OFFERS } from './wire.ts';

type Price = { unit: 'second' | 'output'; micros: Micros };

const ABOUT: Price = { unit: 'second', micros: OFFERS[0].bills.micros };
/** RunComfy means its price to be read when needed; a page full of quotes needs it once. */
const FRESH_MS = 60_000;

export function createRuncomfyPrice(options: {
  http: Http;
  modelUrl: string;
  headers: Record<string, string>;
  clock: Clock;
  log: Log;
}): LivePrice<Price> {
  const { http, modelUrl: url, headers, clock, log } = options;
  async function readPrice(signal: AbortSignal): Promise<Price> {
    const answer = await http.call({ method: 'GET', url, headers, signal });
    if (answer.status !== 200 || codeIn(answer) !== undefined)
      throw new NoClearAnswer(`RunComfy's price: status ${answer.status}`);
    const { base_price_usd, price_unit } = read(modelPage, answer, "RunComfy's page of the model");
    return { unit: price_unit, micros: microsFromUsd(base_price_usd) };
  }
  return createLivePrice({ read: readPrice, builtIn: ABOUT, freshMs: FRESH_MS, clock, log });
}

export const priceOf = ({ unit, micros }: Price, seconds: number): Micros =>
  unit === 'output' ? micros : micros * seconds;
