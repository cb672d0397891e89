/** What was looked at, as it lies in the library. */
import type { Context } from '../context.ts';
import type { ConsentAnswer } from '../trust/consent-answers.ts';
import type { ItemScope, LibraryItem } from './item.ts';
import { itemIdOf, type Saving } from './saving.ts';

/** The item that a saving becomes with its yes. */
export async function itemFrom(
  ctx: Pick<Context, 'clock' | 'media' | 'files'>,
  saving: Saving,
  { scope, shows }: { scope: ItemScope; shows: ConsentAnswer },
): Promise<LibraryItem> {
  const { id, name, requester, given, file, preview } = saving;
  const base = {
    id: itemIdOf(id),
    name,
    scope,
    spaceId: requester.spaceId,
    ownerId: requester.memberId,
    file,
    ...(preview ? { preview } : {}),
    ...(given.postedBy === undefined ? {} : { postedBy: given.postedBy }),
    ...(requester.forAdults ? { forAdults: true as const } : {}),
    createdAt: ctx.clock.now(),
  };
  if (saving.kind === 'motion') {
    const { kind, facts, stretch } = saving;
    return { ...base, kind, facts, ...(stretch ? { stretch } : {}) };
  }
  const looks = await ctx.media.pictureHash(await ctx.files.path(file));
  const croppedFrom = saving.croppedFrom ?? given.croppedFrom;
  return {
    ...base,
    kind: 'character',
    facts: saving.facts,
    shows,
    ...(looks ? { looks } : {}),
    ...(croppedFrom ? { croppedFrom } : {}),
  };
}
