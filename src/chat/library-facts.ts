/** What is known of one item where somebody looks at it. */
import type { Core } from '../core/command.ts';
import type { LibraryItem } from '../core/library/item.ts';
import type { Caller } from '../core/limits/access.ts';
import type { ItemFacts } from './library-pages.ts';

/** As it stands now, for whoever looks at it. */
export async function factsOf(
  { library, access }: Pick<Core, 'library' | 'access'>,
  caller: Caller,
  item: LibraryItem,
  done?: ItemFacts['done'],
): Promise<ItemFacts> {
  return {
    listed: await library.details(caller, item),
    mayPin: caller.standing.moderator || access.isOperator(caller.requester),
    ...(done ? { done } : {}),
  };
}
