/** The library of the page: its motions and characters, for the page and for scripts. */
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { readParts } from '../core/coach/parts.ts';
import type { Core } from '../core/command.ts';
import type { Job, StoredFile } from '../core/job/job.ts';
import {
  fileOf,
  ITEM_KINDS,
  ITEM_SCOPES,
  type ItemKind,
  type ItemScope,
  type LibraryItem,
} from '../core/library/item.ts';
import { SORTS } from '../core/library/library.ts';
import type { Saving } from '../core/library/saving.ts';
import type { Caller } from '../core/limits/access.ts';
import type { Files } from '../core/ports.ts';
import { accept, type Outcome, refuse } from '../core/refusals.ts';
import { CONSENT_ANSWERS, readConsentAnswer } from '../core/trust/consent-answers.ts';
import type { LibraryView } from './page/library-contract.ts';
import { presentItem, presentSaving } from './present-library.ts';
import { problem } from './problem.ts';
import { readForm } from './uploads.ts';

type LibraryParts = { core: Pick<Core, 'library' | 'takedown' | 'settings'>; files: Files };

const COUNT = z
  .string()
  .regex(/^\d{1,4}$/)
  .transform(Number);
const SECONDS = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,3})?$/)
  .transform(Number);

const kindOf = (text: string | undefined): Outcome<ItemKind> => {
  const kind = ITEM_KINDS.find((one) => one === text);
  return kind ? accept(kind) : refuse({ code: 'bad-option', option: 'kind', allowed: ITEM_KINDS });
};

const scopeOf = (text: string | undefined): Outcome<ItemScope> => {
  const scope = ITEM_SCOPES.find((one) => one === text);
  return scope ? accept(scope) : refuse({ code: 'bad-option', option: 'scope', allowed: ITEM_SCOPES });
};

/** `mine`: the job that a request names. `eventId`: the same for the same `Idempotency-Key`. */
export function libraryRoutes(
  { core, files }: LibraryParts,
  caller: Caller,
  {
    mine,
    eventId,
  }: {
    mine(c: Context): Promise<Outcome<Job>>;
    eventId(c: Context, action: string): string;
  },
): Hono {
  const app = new Hono();
  const { library } = core;
  const { savings } = library;

  app.get('/library', async (c) => {
    const kind = kindOf(c.req.query('kind') ?? 'motion');
    if (!kind.ok) return problem(c, kind.refusal);
    const sort = SORTS.find((one) => one === (c.req.query('sort') ?? 'newest'));
    if (!sort) return problem(c, { code: 'bad-option', option: 'sort', allowed: SORTS });
    const [limit, offset] = [
      COUNT.safeParse(c.req.query('limit') ?? '60'),
      COUNT.safeParse(c.req.query('offset') ?? '0'),
    ];
    if (!limit.success) return problem(c, { code: 'bad-option', option: 'limit', allowed: ['60'] });
    if (!offset.success) return problem(c, { code: 'bad-option', option: 'offset', allowed: ['0'] });
    const shelf = c.req.query('scope');
    const scope = shelf === undefined ? accept(shelf) : scopeOf(shelf);
    if (!scope.ok) return problem(c, scope.refusal);
    const wish = { kind: kind.value, sort, typed: c.req.query('typed'), scope: scope.value };
    const all = await library.list(caller, wish);
    if (!all.ok) return problem(c, all.refusal);
    const { spaceId } = caller.requester;
    return c.json({
      items: all.value.slice(offset.data, offset.data + limit.data).map(presentItem),
      total: all.value.length,
      known: await library.count(caller, kind.value),
      size: { ...(await library.size(spaceId)), most: core.settings.of(spaceId).library.most },
    } satisfies LibraryView);
  });

  app.post('/library', async (c) => {
    const id = eventId(c, 'keep');
    const read = await readForm(c, files);
    if (!read.ok) return problem(c, read.refusal);
    await using form = read.value;
    const kind = kindOf(form.fields.kind);
    if (!kind.ok) return problem(c, kind.refusal);
    const upload = form.files[fileOf(kind.value)];
    if (!upload) return problem(c, { code: kind.value === 'motion' ? 'missing-clip' : 'missing-image' });
    const part = readParts({ crop: form.fields.crop });
    if (!part.ok) return problem(c, part.refusal);
    // Awaited here: the upload goes when this scope ends.
    return await answered(
      c,
      savings.look({ ...caller, id }, kind.value, upload, form.fields.name, part.value.crop),
    );
  });

  app.post('/jobs/:id/keep', async (c) => {
    const kind = kindOf(c.req.query('kind'));
    const job = await mine(c);
    if (!kind.ok) return problem(c, kind.refusal);
    if (!job.ok) return problem(c, job.refusal);
    if (await core.takedown.hides(job.value.id)) return problem(c, { code: 'job-hidden' });
    const id = eventId(c, `keep ${kind.value} ${job.value.id}`);
    return answered(c, savings.lookAtJob({ ...caller, id }, kind.value, job.value));
  });

  async function answered(c: Context, work: Promise<Outcome<Saving>>, status: 200 | 201 = 201) {
    const saving = await work;
    return saving.ok
      ? c.json(presentSaving(saving.value, savings.scopes(caller)), status)
      : problem(c, saving.refusal);
  }

  const codeOf = (c: Context): string => c.req.param('code') ?? '';

  app.get('/library/savings/:code', (c) => answered(c, savings.find(caller, codeOf(c)), 200));

  app.post('/library/savings/:code/name', (c) =>
    answered(c, savings.call(caller, codeOf(c), c.req.query('name') ?? ''), 200),
  );

  app.post('/library/savings/:code/part', (c) => {
    if (c.req.query('whole') === 'true') return answered(c, savings.choose(caller, codeOf(c), {}), 200);
    const [from, to] = [SECONDS.safeParse(c.req.query('from')), SECONDS.safeParse(c.req.query('to'))];
    if (!from.success || !to.success || from.data >= to.data)
      return problem(c, { code: 'bad-option', option: 'from', allowed: ['from=1.5&to=6.5', 'whole=true'] });
    return answered(
      c,
      savings.choose(caller, codeOf(c), { span: { fromSeconds: from.data, toSeconds: to.data } }),
      200,
    );
  });

  app.post('/library/savings/:code/save', async (c) => {
    const saving = await savings.find(caller, codeOf(c));
    const shows = readConsentAnswer(c.req.query('shows'));
    if (saving.ok && saving.value.kind === 'character' && !shows)
      return problem(c, { code: 'bad-option', option: 'shows', allowed: CONSENT_ANSWERS });
    const scope = scopeOf(c.req.query('scope') ?? 'space');
    if (!scope.ok) return problem(c, scope.refusal);
    const saved = await savings.save(caller, codeOf(c), { scope: scope.value, shows });
    if (!saved.ok) return problem(c, saved.refusal);
    // It names no part, so that only its name can stand in the way.
    if (saved.value.kind !== 'saved') {
      const { kind, taken = '' } = saved.value.saving;
      return problem(c, { code: 'name-taken', kind, name: taken });
    }
    return c.json(presentItem(await library.details(caller, saved.value.item)), 201);
  });

  app.delete('/library/savings/:code', async (c) => {
    const gone = await savings.decline(caller, codeOf(c));
    return gone.ok ? c.body(null, 204) : problem(c, gone.refusal);
  });

  async function itemOf(c: Context): Promise<Outcome<LibraryItem>> {
    const id = c.req.param('id') ?? '';
    const motion = await library.byId(caller, 'motion', id);
    return motion.ok ? motion : library.byId(caller, 'character', id);
  }

  /** Does something with the item that a request names, and answers with what it is then. */
  async function withItem(c: Context, work: (item: LibraryItem) => Promise<Outcome<LibraryItem>>) {
    const item = await itemOf(c);
    const done = item.ok ? await work(item.value) : item;
    return done.ok
      ? c.json(presentItem(await library.details(caller, done.value)))
      : problem(c, done.refusal);
  }

  app.get('/library/:id', (c) => withItem(c, async (item) => accept(item)));
  app.post('/library/:id/rename', (c) =>
    withItem(c, (item) => library.rename(caller, item, c.req.query('name') ?? '')),
  );
  app.post('/library/:id/pin', (c) =>
    withItem(c, (item) => library.pin(caller, item, c.req.query('pinned') !== 'false')),
  );

  app.post('/library/:id/move', (c) => {
    const scope = scopeOf(c.req.query('scope'));
    return withItem(c, async (item) => (scope.ok ? library.move(caller, item, scope.value) : scope));
  });

  app.delete('/library/:id', async (c) => {
    const item = await itemOf(c);
    const gone = item.ok ? await library.remove(caller, item.value) : item;
    if (!gone.ok) return problem(c, gone.refusal);
    // What this browser has kept of it goes, too.
    return c.body(null, 204, { 'clear-site-data': '"cache"' });
  });

  for (const [what, path] of [
    ['preview', '/library/:id/preview'],
    ['file', '/library/:id/file'],
  ] as const)
    app.get(path, async (c) => {
      const item = await itemOf(c);
      return item.ok ? send(c, item.value.kind, item.value[what]) : problem(c, item.refusal);
    });
  for (const [what, path] of [
    ['preview', '/library/savings/:code/preview'],
    ['file', '/library/savings/:code/file'],
  ] as const)
    app.get(path, async (c) => {
      const saving = await savings.find(caller, codeOf(c));
      return saving.ok ? send(c, saving.value.kind, saving.value[what]) : problem(c, saving.refusal);
    });

  async function send(c: Context, kind: ItemKind, file: StoredFile | undefined): Promise<Response> {
    const gone = { code: 'no-such-item', kind, near: [] } as const;
    if (!file || !(await files.has(file))) return problem(c, gone);
    // The same address may be another part of a clip later, or be blocked.
    c.header('cache-control', 'private, no-cache');
    c.header('accept-ranges', 'bytes');
    const response = await serveStatic({ path: await files.path(file) })(c, async () => {});
    return response ?? problem(c, gone);
  }

  return app;
}
