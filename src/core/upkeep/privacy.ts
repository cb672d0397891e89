/**
 * What is kept of a member, and how it goes: jobs with their files, offers, notes of the chats, what admins granted.
 * The sums in the ledger stay without the name, as they are money; and what keeps a member within bounds stays, a block,
 * a limit, a list of those who may: it is the admins' word, and this must be no way around it.
 */
import type { Context } from '../context.ts';
import type { OfferStore } from '../intake/offer-store.ts';
import type { Offers } from '../intake/offers.ts';
import { release } from '../job/fetch-video.ts';
import { isOver, type Job } from '../job/job.ts';
import type { Casts } from '../library/cast.ts';
import type { Library } from '../library/library.ts';
import { OPERATOR } from '../limits/quota.ts';
import type { Unreadable } from '../ports.ts';
import { type DataFile, myData } from './my-data.ts';

/** More than any member has; the rest goes with the next time. */
const AT_ONCE = 10_000;
const HOUR_MS = 3_600_000;
const ARCHIVE_KEPT_MS = 24 * HOUR_MS;
/** So long the same archive answers whoever asks again. */
const ARCHIVE_FRESH_MS = HOUR_MS;

export type DeletionReport = {
  jobs: number;
  /** Still under way: they can be forgotten once they have ended. */
  underWay: number;
  /** Something else went: an offer, a note, a grant, the name in the ledger. */
  other: boolean;
};

/** Where the archive of a member's data can be had, and until when. */
type KeptArchive = { url: string; until: number };

type Archiving = {
  /** What was kept for the member in the last hour. */
  kept(): Promise<KeptArchive | undefined>;
  /**
   * Keeps the archive at that path for a day behind a signed link, in the place of earlier ones. `no-links` where the
   * internet does not reach us; `outdated` where something in it was hidden since the work began.
   */
  keep(tempPath: string): Promise<KeptArchive | 'no-links' | 'outdated'>;
};

export type Privacy = {
  /** Everything that is kept of a member, file by file. `files`: pictures, clips and videos too. */
  export(memberId: string, what: { files: boolean }): AsyncIterable<DataFile>;
  /** The making of an archive of that: one at a time for each member, as it may be large. */
  archive<T>(memberId: string, make: (archiving: Archiving) => Promise<T>): Promise<T>;
  /** Lets go of the archives that are kept for that member: their links are dead. */
  dropArchives(memberId: string): Promise<void>;
  /** The hosted providers that files may go to. */
  providers(): readonly string[];
  /** Removes a member's offers and the jobs that are rendered or over, with pictures, clips, videos and words. */
  forget(memberId: string): Promise<DeletionReport>;
  /** Removes one such job, in the same way; who may is for the caller to know. False while it is under way. */
  forgetJob(id: string): Promise<boolean>;
  /** Removes a record that is no job any more, with its files. What it may still be billed stays with the operator. */
  forgetUnreadable(record: Unreadable): Promise<void>;
};

export function createPrivacy(
  ctx: Context,
  offers: Pick<Offers, 'forget'>,
  waiting: Pick<OfferStore, 'keepFor' | 'keptFor' | 'dropKept'>,
  { library, casts }: { library: Pick<Library, 'forgetMember'>; casts: Pick<Casts, 'forget'> },
): Privacy {
  // A video that nobody could be given yet is paid and settled: its owner may do without.
  // One that may show a minor stays where it is, seen by nobody, until the operator has decided.
  const isUnderWay = async (job: Job): Promise<boolean> =>
    (!isOver(job) && job.state !== 'completed') || (await ctx.cases.get(job.id))?.locked === true;

  async function forgetJob(id: string): Promise<'forgotten' | 'under-way' | 'gone'> {
    const before = await ctx.store.get(id);
    // Nobody waits for the step that it is in just to hear that.
    if (before && (await isUnderWay(before))) return 'under-way';
    return ctx.locks.run(id, async () => {
      const job = await ctx.store.get(id);
      if (!job) return 'gone';
      if (await isUnderWay(job)) return 'under-way';
      await ctx.scheduler.remove(id);
      await forgetKept(ctx, job);
      return 'forgotten';
    });
  }

  function forgetUnreadable({ id, files }: Unreadable): Promise<void> {
    return ctx.locks.run(id, async () => {
      // Nobody follows it, and whether it was sent, nobody can read.
      if ((await ctx.ledger.held()).includes(id)) await ctx.ledger.suspend(id, OPERATOR);
      await ctx.traces.forgetJob(id);
      await ctx.store.remove(id);
      await ctx.fileUse.release(files);
    });
  }

  async function hiddenOf(memberId: string): Promise<string[]> {
    const all = await ctx.cases.all();
    return all.flatMap(({ jobId, hidden, asker }) => (hidden && asker.memberId === memberId ? [jobId] : []));
  }

  async function archivingFor(memberId: string): Promise<Archiving> {
    const { links } = ctx;
    const hidden = new Set(await hiddenOf(memberId));
    return {
      async kept() {
        const freshUntil = ctx.clock.now() + ARCHIVE_KEPT_MS - ARCHIVE_FRESH_MS;
        for (const { file, expiresAt: until } of await waiting.keptFor(memberId))
          if (links && until > freshUntil && (await ctx.files.has(file)))
            return { url: links.media(file, until), until };
        return undefined;
      },
      async keep(tempPath) {
        if (!links) return 'no-links';
        const until = ctx.clock.now() + ARCHIVE_KEPT_MS;
        await using work = ctx.fileUse.begin();
        const file = await work.keep(tempPath, 'application/zip');
        await waiting.dropKept(memberId);
        await waiting.keepFor(memberId, file, until);
        // A report that came before this archive was on record has not dropped it.
        if ((await hiddenOf(memberId)).some((id) => !hidden.has(id))) {
          await waiting.dropKept(memberId);
          return 'outdated';
        }
        return { url: links.media(file, until), until };
      },
    };
  }

  return {
    export: (memberId, what) => myData(ctx, memberId, what),
    archive: (memberId, make) =>
      ctx.locks.run(`archive of ${memberId}`, async () => make(await archivingFor(memberId))),
    dropArchives: waiting.dropKept,
    providers: () => ctx.registry.hosted(),
    async forget(memberId) {
      const hadOffers = await offers.forget(memberId);
      const hadCasts = await casts.forget(memberId);
      const hadItems = (await library.forgetMember(memberId)) || hadCasts;
      for (const chat of ctx.chats.values()) await chat.forgetMember?.(memberId);
      let jobs = 0;
      let underWay = 0;
      for (const { id, inputs } of await ctx.store.ofMember(memberId, AT_ONCE)) {
        // Others may have the same clip; what was put up for this member is nobody's any more.
        await ctx.providerCopies.forget(inputs.clip.key);
        const how = await forgetJob(id);
        if (how === 'forgotten') jobs += 1;
        if (how === 'under-way') underWay += 1;
      }
      for (const record of await ctx.store.unreadableOf(memberId)) {
        await forgetUnreadable(record);
        jobs += 1;
      }
      const hadGrants = await ctx.settings.forget(memberId);
      // Last: the ledger keeps the name of what is still on record.
      const hadTraces = await ctx.traces.forget(memberId, ctx.rules.unnamed);
      // What was done stays on record, by nobody in particular.
      const wasAudited = await ctx.audit.forget(memberId);
      const wasReported = await ctx.cases.forget(memberId);
      // It is all gone; that it can still be made out on the disk is mended with the next sweep.
      await ctx.traces
        .overwrite()
        .catch((err: unknown) => ctx.log.warn({ err }, 'nothing was overwritten yet'));
      ctx.log.info({ jobs, underWay }, 'a member was forgotten');
      return {
        jobs,
        underWay,
        other: hadOffers || hadItems || hadGrants || hadTraces || wasAudited || wasReported,
      };
    },
    forgetJob: async (id) => (await forgetJob(id)) !== 'under-way',
    forgetUnreadable,
  };
}

/** The record first: a crash in between leaves a file that nobody names, never a job whose files are gone. */
async function forgetKept(ctx: Context, job: Job): Promise<void> {
  const chat = ctx.chats.get(job.requester.platform);
  if (chat) await chat.forget?.(job);
  // The operator took the chat's token out: what it has noted has no end of its own.
  else await ctx.traces.forgetJob(job.id);
  await release(ctx, job);
  await ctx.store.remove(job.id);
  await ctx.fileUse.release(filesOf(job));
}

function filesOf(job: Job): string[] {
  const made = 'video' in job ? [job.video, job.marked?.video, job.smaller] : [];
  return [job.inputs.image, job.inputs.clip, ...made].flatMap((file) => file?.key ?? []);
}
