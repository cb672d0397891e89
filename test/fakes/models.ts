/** What a provider of several models offers. */
import type { Offer } from '../../src/core/ports.ts';

export const SEVERAL: readonly Offer[] = [
  { model: 'kling-2.6', quality: 'standard' },
  { model: 'kling-2.6', quality: 'pro' },
  { model: 'wan-animate', quality: 'standard' },
  { model: 'wan-animate', quality: 'standard', scene: 'clip' },
  { model: 'dreamactor-2', quality: 'standard' },
];

/** The same, of which one lets others go first. */
export const RELAXABLE: readonly Offer[] = SEVERAL.map((offer) =>
  offer.model === 'wan-animate' ? { ...offer, relaxed: true } : offer,
);
