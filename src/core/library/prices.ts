/** What a motion costs where it is looked at: as `/animate` with nothing else chosen. */
import type { Context } from '../context.ts';
import type { ClipFacts } from '../media.ts';
import { chosenIn } from '../models/chosen.ts';
import { eligibleProviders } from '../price/eligible-providers.ts';
import type { Micros } from '../price/money.ts';
import { bestQuote, type Choices, type Plan, plan } from '../price/quote.ts';

/** What nobody has chosen yet. What is too long would be cut, where it is used as well. */
export const UNCHOSEN: Choices = { orientation: 'auto', quality: undefined, sound: true, trim: true };

/** Asks once for all motions of the same length. Undefined where nobody renders it just now. */
export function pricesIn(
  ctx: Pick<Context, 'registry' | 'settings' | 'rules'>,
  spaceId: string,
): (facts: ClipFacts) => Promise<Micros | undefined> {
  const target = chosenIn(ctx, spaceId, UNCHOSEN);
  const asked = new Map<string, Promise<Micros | undefined>>();

  async function ask(planned: Plan): Promise<Micros | undefined> {
    const quoted = await bestQuote(eligibleProviders(ctx, spaceId), planned, []);
    return quoted.ok ? quoted.value.micros : undefined;
  }

  return async (facts) => {
    const planned = target.ok ? plan(UNCHOSEN, facts, target.value) : target;
    if (!planned.ok) return undefined;
    const key = JSON.stringify(planned.value.request);
    const known = asked.get(key) ?? ask(planned.value);
    asked.set(key, known);
    return known;
  };
}
