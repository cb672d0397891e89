/**
 * Everything that is kept of a member, to be handed to them: what is known as JSON, and their files as they are handed
 * out. What a report hides stays out, as everywhere.
 */
import type { Context } from '../context.ts';
import { createHandOut } from '../delivery/hand-out.ts';
import type { Job, StoredFile } from '../job/job.ts';
import type { LibraryItem } from '../library/item.ts';
import type { AuditRecord } from '../trust/audit.ts';

/** A file of the archive. `text` is written as it is; `path` is one of ours, which may be gone by the time it is read. */
export type DataFile = { name: string; atMs: number } & ({ text: string } | { path: string });

/** More than any member has. */
const MOST_JOBS = 10_000;

const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
};

/** One by one, as they are read. `files`: with pictures, clips and videos; without, only what is known. */
export async function* myData(
  ctx: Context,
  memberId: string,
  { files }: { files: boolean },
): AsyncIterable<DataFile> {
  const atMs = ctx.clock.now();
  const json = (name: string, value: unknown): DataFile => ({
    name: `${name}.json`,
    atMs,
    text: `${JSON.stringify(value, undefined, 2)}\n`,
  });
  const jobs = await ctx.store.ofMember(memberId, MOST_JOBS);
  yield json('about', { memberId, at: moment(atMs), optedOut: await ctx.optOuts.has(memberId) });
  yield json('jobs', jobs.map(jobOf));
  yield json(
    'consents',
    (await all(ctx.audit.read({ memberId }))).flatMap((record) => recordOf(record, memberId) ?? []),
  );
  const range = { memberId, from: 0, to: Number.MAX_SAFE_INTEGER };
  yield json(
    'ledger',
    (await all(ctx.ledger.lines(range))).map(({ jobId: _, heldAt, ...line }) => ({
      heldAt: moment(heldAt),
      ...line,
    })),
  );
  yield json('settings', ctx.settings.about(memberId));
  const items = await ctx.library.ofOwner(memberId);
  yield json('library', items.map(itemOf));
  if (!files) return;
  for (const { kind, id, createdAt, file } of items)
    yield {
      name: `library/${kind}-${id}.${kind === 'motion' ? 'mp4' : (ENDINGS[file.mime] ?? 'img')}`,
      atMs: createdAt,
      path: await ctx.files.path(file),
    };
  const handOut = createHandOut(ctx);
  for (const job of jobs) {
    // Asked for each when its turn comes: an archive is long in the making.
    if (await ctx.cases.hides(job.id)) continue;
    const file = async (name: string, stored: StoredFile, ending: string): Promise<DataFile> => ({
      name: `${job.code}/${name}.${ending}`,
      atMs: job.createdAt,
      path: await ctx.files.path(stored),
    });
    const { image, clip } = job.inputs;
    yield await file('picture', image, ENDINGS[image.mime] ?? 'img');
    yield await file('clip', clip, 'mp4');
    if (!('video' in job)) continue;
    const video = await handOut(job.id);
    // What can't be marked right now is left out: no video leaves without its marks.
    if (video.ok && !(await ctx.cases.hides(job.id))) yield await file('video', video.value, 'mp4');
  }
}

/** What they keep to animate with, without whose message it was on. */
function itemOf({ id, kind, name, scope, spaceId, createdAt, facts, ...item }: LibraryItem) {
  return {
    id,
    kind,
    name,
    scope,
    ...(scope === 'space' ? { space: spaceId } : {}),
    createdAt: moment(createdAt),
    facts,
    ...('shows' in item ? { shows: item.shows } : {}),
  };
}

/** Without anybody else, and without who was reported by whom: a report must not come back to whoever made it. */
function recordOf({ atMs, by, about, spaceId, ...record }: AuditRecord, memberId: string) {
  if (record.kind === 'reported' && by !== memberId) return undefined;
  return {
    at: moment(atMs),
    ...record,
    // In a private chat, the space is the other one's name.
    ...(about !== memberId && about === spaceId ? {} : { spaceId }),
    ...(by === memberId ? { by } : {}),
    ...(about === memberId ? { about } : {}),
  };
}

/** Without what only we or a provider can read, and without whose picture it was, who is somebody else. */
function jobOf(job: Job) {
  const { code, state, requester, request, inputs, quote, createdAt, updatedAt } = job;
  return {
    code,
    state,
    space: requester.spaceId,
    createdAt: moment(createdAt),
    updatedAt: moment(updatedAt),
    request,
    picture: inputs.image.name,
    clip: inputs.clip.name,
    quote,
    ...('provider' in job ? { provider: job.provider } : {}),
    ...('costMicros' in job ? { costMicros: job.costMicros } : {}),
    ...(job.state === 'failed' ? { failure: job.failure } : {}),
  };
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

const moment = (at: number): string => new Date(at).toISOString();
