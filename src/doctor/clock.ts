/** This machine's clock against those who tell the time with each answer. */
import { CHATS } from '../chat/catalog.ts';
import type { Config } from '../config.ts';
import type { Setting } from '../environment.ts';
import { PROVIDERS } from '../providers/catalog.ts';
import { diagnosis } from '../words/doctor/index.ts';
import type { Check } from './patient.ts';

/** `Date` has whole seconds, and the answer takes its time. */
const OFF_S = 10;
/** Webhooks are refused from five minutes on, and clocks that drift go on drifting. */
const WRONG_S = 120;
const ANSWERS_WITHIN_MS = 5_000;

export const clock: Check = {
  name: 'the clock',
  async look({ config, signal }) {
    const told = await Promise.all(asked(config).map(({ name, url }) => aheadOf(name, url, signal)));
    const known = told.filter((one) => one !== undefined);
    // One of them may be wrong; most of them are not.
    const middle = known.sort((a, b) => a.aheadS - b.aheadS)[Math.floor(known.length / 2)];
    if (!middle) return [diagnosis('clock-unknown', {})];
    const { name, aheadS } = middle;
    const seconds = Math.round(Math.abs(aheadS));
    const values = { seconds, direction: aheadS > 0 ? 'fast' : 'slow', asked: name };
    if (seconds >= WRONG_S) return [diagnosis('clock-wrong', values)];
    return [seconds >= OFF_S ? diagnosis('clock-off', values) : diagnosis('clock-right', { asked: name })];
  },
};

/** The services that are turned on, at the address where they are called. */
function asked(config: Config): { name: string; url: string }[] {
  return [...CHATS, ...PROVIDERS].flatMap(({ name, key, settings }) => {
    const address = Object.entries<Setting>(settings).find(([, { isAddress }]) => isAddress)?.[0];
    const url = config[address as keyof Config];
    return config[key] && typeof url === 'string' ? [{ name, url }] : [];
  });
}

async function aheadOf(
  name: string,
  url: string,
  signal: AbortSignal,
): Promise<{ name: string; aheadS: number } | undefined> {
  const askedAt = Date.now();
  try {
    const answer = await fetch(new URL(url).origin, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)]),
    });
    const said = Date.parse(answer.headers.get('date') ?? '');
    // It was written about half-way between, and has no fractions of a second.
    return Number.isNaN(said)
      ? undefined
      : { name, aheadS: ((askedAt + Date.now()) / 2 - said - 500) / 1000 };
  } catch {
    return undefined;
  }
}
