/**
 * Money is integer micro-dollars everywhere inside: a dollar is 1,000,000 micros. Dollars with a point
 * exist only at the edges, where a person or a provider writes them.
 */
export type Micros = number;

export const MICROS_PER_USD = 1_000_000;

/** Reads dollars as a provider or an operator writes them. Throws RangeError on anything but a finite, non-negative number. */
export function microsFromUsd(usd: number): Micros {
  if (!Number.isFinite(usd) || usd < 0) throw new RangeError(`not an amount of dollars: ${usd}`);
  return Math.round(usd * MICROS_PER_USD);
}

/** For a JSON answer that a script reads: plain dollars. */
export function usdFromMicros(micros: Micros): number {
  return micros / MICROS_PER_USD;
}

/** Dollars to the last digit, without a float in between: `0.42`, `12.00`, `0.000001`. For tables that programs read. */
export function usdDecimal(micros: Micros): string {
  const digits = String(micros).padStart(7, '0');
  const [whole, rest] = [digits.slice(0, -6), digits.slice(-6)];
  return `${whole}.${rest.slice(0, 2)}${rest.slice(2).replace(/0+$/, '')}`;
}

/** How many digits after the point a sum is shown with: cents, and more only where they would hide the price. */
export function usdDigits(micros: Micros): number {
  return micros % 10_000 === 0 ? 2 : Math.min(6, Math.max(3, 6 - trailingZeros(micros)));
}

function trailingZeros(micros: Micros): number {
  let zeros = 0;
  for (let rest = micros; rest !== 0 && rest % 10 === 0; rest /= 10) zeros += 1;
  return zeros;
}
