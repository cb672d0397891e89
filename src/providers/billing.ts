/** How providers bill what they render, as data: a quote is the most that a bill can come to. */
import type { Offer } from '../core/ports.ts';
import type { Micros } from '../core/price/money.ts';

export type Billing = {
  /** Of one unit; a unit is a second of video where nothing else is said. */
  micros: Micros;
  /** Each started block of so many seconds is a unit. */
  blockSeconds?: number;
  /** At least so many seconds are billed. */
  leastSeconds?: number;
  /**
   * Units are seconds of video as if it had `counted` frames a second, whatever it has; `most` is what it may have at
   * most.
   */
  frames?: { counted: number; most: number };
};

/** One thing that a provider renders, where, and how it is billed. */
export type BilledOffer = Offer & { endpoint: string; bills: Billing };

/** The units that so many seconds of video come to at most. */
function mostUnits({ blockSeconds = 1, leastSeconds = 0, frames }: Billing, seconds: number): number {
  const counted = Math.max(seconds, leastSeconds) * (frames ? frames.most / frames.counted : 1);
  return Math.ceil(counted / blockSeconds);
}

/** `unitMicros`: as the provider says it now, else as it is in the table. */
export const priceOf = (bills: Billing, seconds: number, unitMicros = bills.micros): Micros =>
  mostUnits(bills, seconds) * unitMicros;
