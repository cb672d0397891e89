/** Makes of a clip that does not fit one that does, by a choice that the member has yet to say yes to. */
import type { Choices } from '../price/quote.ts';
import type { Refusal } from '../refusals.ts';

/** What would make the clip's length fit, where the member has not said no to it. */
export function mendOf(refusal: Refusal, { loop }: Choices): Partial<Choices> | undefined {
  if (refusal.code === 'clip-too-long' && refusal.canTrim) return { trim: true };
  return refusal.code === 'clip-too-short' && refusal.canLoop && loop !== false ? { loop: true } : undefined;
}
