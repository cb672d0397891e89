/**
 * The providers that may be asked for a price in a space: the operator's providers, or those among them that its admins
 * chose.
 */
import type { Context } from '../context.ts';
import type { Market } from './quote.ts';

export function eligibleProviders(
  { registry, settings }: Pick<Context, 'registry' | 'settings'>,
  spaceId: string,
): Market {
  const { providers } = settings.of(spaceId);
  if (!providers) return registry;
  const may = mayRender(providers);
  return {
    open: () => registry.open().filter(({ id }) => may(id)),
    closed: (could) => registry.closed((provider) => may(provider.id) && could(provider)),
    // Equal prices go by the order that the admins gave, before how it went lately.
    rank: (id) => providers.indexOf(id) * 1000 + registry.rank(id),
  };
}

/** Drafts cost nothing and are nobody's to choose; where no hosted provider is configured there is nothing else. */
export const mayRender =
  (chosen: readonly string[] | undefined) =>
  (id: string): boolean =>
    chosen === undefined || chosen.includes(id) || id === 'local';
