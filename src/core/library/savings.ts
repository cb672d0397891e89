/** Keeps something in the library: looked at first, shown, and kept with a yes. */
import type { Box, Span } from '../coach/look.ts';
import type { Context } from '../context.ts';
import { wholeOf } from '../intake/normalise.ts';
import { keepUpload } from '../intake/offer-store.ts';
import { isDiskFull, keptUpload, type Upload } from '../intake/uploads.ts';
import { codeOf } from '../job/code.ts';
import type { Event, Job } from '../job/job.ts';
import type { Caller } from '../limits/access.ts';
import { MachineBusy } from '../media.ts';
import { accept, type Outcome, type Refusal, refuse } from '../refusals.ts';
import type { ConsentAnswer } from '../trust/consent-answers.ts';
import { refusalByOwner } from '../trust/opt-outs.ts';
import { fullShelf } from './full-shelf.ts';
import { fileOf, type ItemKind, type ItemScope } from './item.ts';
import { itemFrom } from './kept-item.ts';
import { type Given, makeCharacter, makeMotion } from './look.ts';
import { readName } from './names.ts';
import { createNaming } from './naming.ts';
import { partText, SAVING_WAITS_MS, type SaveResult, type Saving, type SavingStore } from './saving.ts';
import { MOST_MINE, type Shelves } from './shelves.ts';
import type { ShelfLimits } from './store.ts';

type Asker = Caller & Pick<Event, 'id'>;

export type Savings = {
  /** Looks at a file and shows what would be kept. The same event again finds the same. `crop`: of a picture. */
  look(
    call: Asker,
    kind: ItemKind,
    upload: Upload,
    name: string | undefined,
    crop?: Box,
  ): Promise<Outcome<Saving>>;
  /** The picture or the clip of a job; who may is for the caller to know. */
  lookAtJob(call: Asker, kind: ItemKind, job: Job): Promise<Outcome<Saving>>;
  find(caller: Caller, code: string): Promise<Outcome<Saving>>;
  /** Another part of the clip, or of the picture; all of it where none is named. */
  choose(caller: Caller, code: string, part: { span?: Span; crop?: Box }): Promise<Outcome<Saving>>;
  /** Another name. */
  call(caller: Caller, code: string, name: string): Promise<Outcome<Saving>>;
  /** The yes; whom a character shows is part of it, and so is the part that was seen (`partText`), where that is known. */
  save(
    caller: Caller,
    code: string,
    how: { scope: ItemScope; shows?: ConsentAnswer | undefined; part?: string | undefined },
  ): Promise<Outcome<SaveResult>>;
  decline(caller: Caller, code: string): Promise<Outcome<Saving>>;
  /** For whom this member may keep something here. */
  scopes(caller: Caller): ItemScope[];
  limitsFor(caller: Caller, scope: ItemScope): ShelfLimits;
  sweep(): Promise<boolean>;
  forget(memberId: string): Promise<boolean>;
};

export function createSavings(ctx: Context, shelves: Shelves, kv: SavingStore): Savings {
  const { freeName, nameFor } = createNaming(shelves);

  /** Why this file is nobody's to keep, if so. */
  async function refusalFor(call: Caller, kind: ItemKind, upload: Upload): Promise<Refusal | undefined> {
    const { requester } = call;
    const byOwner = await refusalByOwner(ctx.optOuts, requester, { image: upload, clip: upload });
    if (byOwner) return { ...byOwner, what: fileOf(kind) };
    if (kind === 'character')
      return ctx.blocks.refusalFor(requester.spaceId, { image: upload, clip: upload });
    const left = await ctx.blocks.without(requester.spaceId, [upload], ({ sha256 }) => ({
      sha256: [sha256],
      looks: [],
    }));
    return left.length === 0 ? { code: 'picture-blocked' } : undefined;
  }

  async function lookAt(
    call: Asker,
    kind: ItemKind,
    given: Given,
    wished: string | undefined,
  ): Promise<Outcome<Saving>> {
    const code = codeOf(call.id);
    return kv.alone(code, async () => {
      const known = await kv.get(code);
      if (known?.id === call.id && known.expiresAt > ctx.clock.now()) return accept(known);
      const shut = shelves.closed(call);
      if (shut) return refuse(shut);
      if (ctx.stopping()) return refuse({ code: 'stopping' });
      if (!(await ctx.files.hasRoom())) return refuse({ code: 'disk-full' });
      const name = await nameFor(call, kind, wished, given.upload);
      if (!name.ok) return name;
      const why = await refusalFor(call, kind, given.upload);
      if (why) return refuse(why);
      return ours(() => make(call, kind, given, name.value, undefined));
    });
  }

  async function make(
    { id, requester }: Pick<Asker, 'id' | 'requester'>,
    kind: ItemKind,
    given: Given,
    name: string,
    part: Span | 'whole' | undefined,
    before?: Saving,
  ): Promise<Outcome<Saving>> {
    await using work = ctx.fileUse.begin();
    const file = await keepUpload(work, given.upload);
    // Only what a job has, or an earlier look has kept, can be gone.
    if (!file) return refuse({ code: before ? 'offer-expired' : 'file-gone' });
    // From here on it lies among our files, wherever it was before.
    const upload = await keptUpload(ctx.files, file);
    const own = { ...given, upload };
    const { spaceId } = requester;
    const whole = given.crop ? await wholeOf(ctx, upload) : file.croppedFrom;
    if (whole === 'busy') return refuse({ code: 'busy' });
    const made =
      kind === 'motion'
        ? await makeMotion(ctx, work, spaceId, own, part)
        : await makeCharacter(ctx, work, spaceId, own);
    if (!made.ok) return made;
    // A part of a picture may be a picture that is blocked, though the whole is none.
    const cropped = given.crop && (await keptUpload(ctx.files, made.value.file));
    const blocked = cropped && (await ctx.blocks.refusalFor(spaceId, { image: cropped, clip: cropped }));
    if (blocked) return refuse(blocked);
    const saving: Saving = {
      id,
      code: codeOf(id),
      requester,
      name,
      given: file,
      ...(given.isReady ? { isReady: true as const } : {}),
      // Who else is in it is known from the whole.
      ...(before?.kind === 'character' && before.people ? { people: before.people } : {}),
      ...made.value,
      ...(given.crop ? { crop: given.crop } : {}),
      ...(whole ? { croppedFrom: whole } : {}),
      expiresAt: ctx.clock.now() + SAVING_WAITS_MS,
    };
    return accept(await kv.save(saving, before));
  }

  async function find(caller: Caller, code: string): Promise<Outcome<Saving>> {
    const saving = await kv.get(code);
    if (!saving || saving.expiresAt <= ctx.clock.now())
      return refuse({ code: (await kv.itemOf(code)) ? 'already-decided' : 'offer-expired' });
    return saving.requester.memberId === caller.requester.memberId
      ? accept(saving)
      : refuse({ code: 'not-allowed' });
  }

  /** The same, for whoever may go on with it: both may have changed since it was looked at. */
  async function open(caller: Caller, code: string): Promise<Outcome<Saving>> {
    const shut = shelves.closed(caller);
    return shut ? refuse(shut) : find(caller, code);
  }

  const limitsFor: Savings['limitsFor'] = ({ requester }, scope) => {
    const { most, each } = ctx.settings.of(requester.spaceId).library;
    return scope === 'space' ? { shelf: most, owner: each } : { shelf: MOST_MINE, owner: MOST_MINE };
  };

  function mayKeep(caller: Caller, scope: ItemScope): Refusal | undefined {
    const shut = shelves.closed(caller);
    if (shut) return shut;
    return scope === 'space' && (caller.standing.private || !shelves.mayAdd(caller))
      ? { code: 'not-allowed', why: 'library' }
      : undefined;
  }

  /** It would stand on the shelf of where it was looked at, whatever they may do where they are now. */
  function elsewhere(caller: Caller, { requester }: Saving, scope: ItemScope): Refusal | undefined {
    const isHere = caller.requester.spaceId === requester.spaceId;
    return scope === 'space' && !isHere ? { code: 'not-allowed', why: 'library' } : undefined;
  }

  const save: Savings['save'] = (caller, code, { scope, shows = 'no-person', part }) =>
    kv.alone(code, async () => {
      const found = await find(caller, code);
      if (!found.ok) {
        const saved = await kv.itemOf(code);
        const item = saved === undefined ? undefined : await shelves.byId(caller, saved);
        return item ? accept({ kind: 'saved', item }) : found;
      }
      const saving = found.value;
      // As they stand now, where they are: rights change, and so do channels.
      const shut = mayKeep(caller, scope) ?? elsewhere(caller, saving, scope);
      if (shut) return refuse(shut);
      if (part !== undefined && part !== partText(saving)) return accept({ kind: 'other-part', saving });
      // Named from here on by this work, until the item itself names them.
      await using work = ctx.fileUse.begin();
      if (!(await work.hold(saving.file))) return refuse({ code: 'offer-expired' });
      if (saving.preview) await work.hold(saving.preview);
      const made = await ours(async () => accept(await itemFrom(ctx, saving, { scope, shows })));
      if (!made.ok) return made;
      const item = made.value;
      const kept = await ctx.library.add(item, limitsFor(caller, scope));
      if (kept === 'name-taken') {
        const name = await freeName(caller, item.kind, item.name);
        return accept({ kind: 'taken', saving: await kv.save({ ...saving, name, taken: item.name }) });
      }
      if (kept !== 'kept') return refuse(fullShelf(kept, item, limitsFor(caller, scope)));
      await kv.saved(saving, item.id);
      ctx.log.info({ kind: item.kind, scope }, 'something was kept in the library');
      return accept({ kind: 'saved', item });
    });

  return {
    look: (call, kind, upload, name, crop) => lookAt(call, kind, { upload, isReady: false, crop }, name),
    async lookAtJob(call, kind, job) {
      const { inputs, requester } = job;
      const file = inputs[fileOf(kind)];
      if (!(await ctx.files.has(file))) return refuse({ code: 'file-gone' });
      const upload = await keptUpload(ctx.files, { postedBy: requester.memberId, ...file });
      return lookAt(call, kind, { upload, isReady: true }, undefined);
    },
    find: open,
    choose: (caller, code, { span, crop }) =>
      kv.alone(code, async () => {
        const found = await open(caller, code);
        if (!found.ok) return found;
        const saving = found.value;
        if (saving.kind === 'motion' ? crop : span) return found;
        const upload = await keptUpload(ctx.files, saving.given);
        const given = { upload, isReady: saving.isReady ?? false, crop };
        return ours(() => make(saving, saving.kind, given, saving.name, span ?? 'whole', saving));
      }),
    call: (caller, code, text) =>
      kv.alone(code, async () => {
        const found = await open(caller, code);
        const name = readName(text);
        if (!found.ok) return found;
        if (!name.ok) return name;
        const { taken: _, ...saving } = found.value;
        return accept(await kv.save({ ...saving, name: name.value } as Saving));
      }),
    save,
    decline: (caller, code) =>
      kv.alone(code, async () => {
        const found = await find(caller, code);
        if (found.ok) await kv.drop(found.value);
        return found;
      }),
    scopes: (caller) => (['space', 'mine'] as const).filter((scope) => mayKeep(caller, scope) === undefined),
    limitsFor,
    sweep: kv.sweep,
    forget: kv.forget,
  };
}

/** What is no fault of the file's is said as what it is. */
async function ours<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (isDiskFull(error)) return refuse({ code: 'disk-full' });
    if (error instanceof MachineBusy) return refuse({ code: 'busy' });
    throw error;
  }
}
