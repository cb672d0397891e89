import { describe, expect, it } from 'vitest';
import type { JobView, PriceView, Problem } from '../../src/http/page/contract.ts';
import type {
  CastView,
  LibraryItemView,
  LibraryView,
  SavingView,
} from '../../src/http/page/library-contract.ts';
import { FOUR } from '../fakes/cast-of-four.ts';
import { form, post, start } from './harness.ts';

const clipForm = (fields: Record<string, string | Blob> = {}): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries({ kind: 'motion', clip: new Blob(['a clip']), ...fields }))
    data.append(name, value);
  return data;
};
const pictureForm = (name: string): FormData => {
  const data = new FormData();
  data.append('kind', 'character');
  data.append('image', new Blob(['a picture']));
  data.append('name', name);
  return data;
};
const without = (...names: string[]): FormData => {
  const data = form();
  for (const name of names) data.delete(name);
  return data;
};
async function read<T>(response: Response | Promise<Response>, status = 200): Promise<T> {
  const answer = await response;
  const body = await answer.json();
  if (answer.status !== status) throw new Error(`${answer.status}: ${JSON.stringify(body)}`);
  return body as T;
}

async function keep(url: string, body: FormData, query = ''): Promise<LibraryItemView> {
  const saving = await read<SavingView>(post(`${url}/api/library`, body), 201);
  return read<LibraryItemView>(post(`${url}${saving.links.self}/save${query}`), 201);
}

describe('the library of the page', () => {
  it('shows what would be kept, and keeps it with a yes, once', async () => {
    const { url } = await start();
    const headers = { 'idempotency-key': 'press' };
    const ask = () =>
      read<SavingView>(post(`${url}/api/library`, clipForm({ name: 'Shuffle' }), headers), 201);
    const saving = await ask();
    expect(saving).toMatchObject({ kind: 'motion', name: 'Shuffle', seconds: 4, price: '$0.28' });
    expect(await ask()).toEqual(saving);
    const preview = await fetch(`${url}${saving.links.preview}`);
    expect([preview.headers.get('content-type'), await preview.text()]).toEqual(['image/webp', 'webp']);
    const item = await read<LibraryItemView>(post(`${url}${saving.links.self}/save`), 201);
    expect(item).toMatchObject({ name: 'Shuffle', seconds: 4, numbers: { used: 0, text: 'not used yet' } });
    expect(await read(post(`${url}${saving.links.self}/save`), 201)).toEqual(item);
    const { items, total, size } = await read<LibraryView>(fetch(`${url}/api/library?kind=motion`));
    expect([items, total, size.motion, size.most]).toEqual([[item], 1, 1, 200]);
    expect(await (await fetch(`${url}${item.links.file}`)).text()).toBe('clip');
  });

  it('keeps the part of a picture that was chosen, and refuses what is none', async () => {
    const { url, life } = await start();
    const { media } = life.ctx;
    const { normaliseImage } = media;
    const cut: unknown[] = [];
    media.normaliseImage = async (path, to, how) => {
      cut.push(how?.crop);
      return normaliseImage(path, to, how);
    };
    const body = pictureForm('Rob');
    body.set('crop', '0.5,0,0.5,1');
    expect((await keep(url, body, '?shows=no-person')).name).toBe('Rob');
    expect(cut).toEqual([{ left: 0.5, top: 0, width: 0.5, height: 1 }]);
    body.set('crop', 'half of it');
    expect((await post(`${url}/api/library`, body)).status).toBe(400);
  });

  it('is used in the place of a file, for a price and for a job', async () => {
    const { url, life, world } = await start();
    const motion = await keep(url, clipForm({ name: 'Shuffle' }));
    const rob = await keep(url, pictureForm('Rob'), '?shows=no-person');
    const asked = without('clip');
    asked.append('motion', motion.id);
    const { quote } = await read<PriceView>(post(`${url}/api/quote`, asked));
    expect(quote).toMatchObject({ price: '$0.28', seconds: 4 });
    const both = without('clip', 'image');
    both.append('motion', 'shuf');
    both.append('character', 'ROB');
    const job = await read<JobView>(post(`${url}/api/jobs`, both), 201);
    await life.scheduler.runAll(world.time.now + 3_600_000);
    expect((await read<JobView>(fetch(`${url}/api/jobs/${job.id}`))).state).toBe('delivered');
    const now = await read<LibraryItemView>(fetch(`${url}${motion.links.self}`));
    expect(now.numbers).toMatchObject({ used: 1, delivered: 1, text: 'used once', meanCost: '$0.28' });
    const wrong = without('clip');
    wrong.append('motion', 'polka');
    expect((await post(`${url}/api/jobs`, wrong)).status).toBe(404);
    expect(rob.kind).toBe('character');
  });

  it('makes a cast of four with one press, however often that is sent, and each is delivered', async () => {
    const { url, life, world } = await start();
    await keep(url, clipForm({ name: 'Shuffle' }));
    for (const name of FOUR) await keep(url, pictureForm(name), '?shows=no-person');
    const cast = (query: string, key = 'press') =>
      post(`${url}/api/cast?characters=${FOUR.join(',')}&${query}`, undefined, { 'idempotency-key': key });
    expect([(await cast('')).status, (await cast('motion=shuf&max_usd=1.11', 'dear')).status]).toEqual([
      400, 409,
    ]);
    const { jobs } = await read<CastView>(cast('motion=shuf&max_usd=1.12'), 201);
    expect(jobs).toHaveLength(4);
    const again = await read<CastView>(cast('motion=shuf&max_usd=1.12'), 201);
    expect(again.jobs.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
    await life.scheduler.runAll(world.time.now + 3_600_000);
    for (const { id } of jobs)
      expect((await read<JobView>(fetch(`${url}/api/jobs/${id}`))).state).toBe('delivered');
    await fetch(`${url}/api/jobs/${jobs[0]?.id}`, { method: 'DELETE' });
    expect((await read<CastView>(cast('motion=shuf&max_usd=1.12'), 201)).jobs).toHaveLength(3);
  });

  it('takes the motion and the picture of a job that was made', async () => {
    const { url } = await start();
    const job = await read<JobView>(post(`${url}/api/jobs`, form()), 201);
    const saving = await read<SavingView>(post(`${url}/api/jobs/${job.id}/keep?kind=motion`), 201);
    expect(saving).toMatchObject({ kind: 'motion', name: 'Motion 1' });
    const character = await read<SavingView>(post(`${url}/api/jobs/${job.id}/keep?kind=character`), 201);
    expect(character.consent?.answers).toContain('self');
    const unsaid = await post(`${url}${character.links.self}/save`);
    expect([unsaid.status, ((await unsaid.json()) as Problem & { option?: string }).option]).toEqual([
      400,
      'shows',
    ]);
  });

  it('renames, pins, removes, and tells what it can not do', async () => {
    const { url, files, world } = await start();
    const item = await keep(url, clipForm({ name: 'Shuffle' }));
    await keep(url, clipForm({ name: 'Twist' }));
    const self = url + item.links.self;
    expect((await post(`${self}/rename?name=TWIST`)).status).toBe(409);
    expect((await post(`${self}/rename?name=%F0%9F%92%83`)).status).toBe(422);
    expect(await read<LibraryItemView>(post(`${self}/rename?name=Two-step`))).toMatchObject({
      name: 'Two-step',
    });
    expect(await read<LibraryItemView>(post(`${self}/pin`))).toMatchObject({ pinned: true });
    const { items } = await read<LibraryView>(fetch(`${url}/api/library?sort=newest`));
    expect(items.map(({ name }) => name)).toEqual(['Two-step', 'Twist']);
    expect((await read<LibraryView>(fetch(`${url}/api/library?typed=two`))).total).toBe(1);
    const stored = await world.disk.library.get(item.id);
    expect((await fetch(self, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(self)).status).toBe(404);
    expect(stored && (await files.has(stored.file))).toBe(true);
    const [other] = (await read<LibraryView>(fetch(`${url}/api/library`))).items;
    await fetch(url + other?.links.self, { method: 'DELETE' });
    expect(stored && (await files.has(stored.file))).toBe(false);
  });

  it('keeps something for whom it is told to, lists one shelf or both, and moves between them', async () => {
    const { url } = await start();
    const saving = await read<SavingView>(post(`${url}/api/library`, clipForm({ name: 'Shuffle' })), 201);
    expect(saving.scopes).toEqual(['space', 'mine']);
    const item = await read<LibraryItemView>(post(`${url}${saving.links.self}/save?scope=mine`), 201);
    expect(item.scope).toBe('mine');
    await keep(url, clipForm({ name: 'Twist' }));
    const names = async (query: string) => {
      const { items, total, known } = await read<LibraryView>(fetch(`${url}/api/library?${query}`));
      return [items.map(({ name }) => name).sort(), total, known];
    };
    expect(await names('')).toEqual([['Shuffle', 'Twist'], 2, 2]);
    expect(await names('scope=mine')).toEqual([['Shuffle'], 1, 2]);
    expect(await names('scope=space&typed=twi')).toEqual([['Twist'], 1, 2]);
    const self = url + item.links.self;
    expect(await read<LibraryItemView>(post(`${self}/move?scope=space`))).toMatchObject({ scope: 'space' });
    expect(await names('scope=mine')).toEqual([[], 0, 2]);
    await keep(url, clipForm({ name: 'shuffle' }), '?scope=mine');
    // The name is taken there.
    const back = await post(`${self}/move?scope=mine`);
    expect([back.status, ((await back.json()) as Problem).code]).toEqual([409, 'name-taken']);
  });

  it.each(['/api/library?scope=all', '/api/library?scope='])('refuses the shelf of %s', async (path) => {
    const { url } = await start();
    expect((await fetch(url + path)).status).toBe(400);
  });

  it('refuses to keep something for, or to move it to, whoever there is not', async () => {
    const { url } = await start();
    const { links } = await read<SavingView>(post(`${url}/api/library`, clipForm({ name: 'Shuffle' })), 201);
    expect((await post(`${url}${links.self}/save?scope=all`)).status).toBe(400);
    const item = await read<LibraryItemView>(post(`${url}${links.self}/save`), 201);
    expect(item.scope).toBe('space');
    for (const query of ['', '?scope=all'])
      expect((await post(`${url}${item.links.self}/move${query}`)).status).toBe(400);
  });

  it('tells which name was taken meanwhile, and proposes another', async () => {
    const { url } = await start();
    const first = await read<SavingView>(post(`${url}/api/library`, clipForm({ name: 'Café' })), 201);
    await keep(url, clipForm({ name: 'cafe' }));
    const late = await post(`${url}${first.links.self}/save`);
    expect([late.status, ((await late.json()) as Problem).code]).toEqual([409, 'name-taken']);
    const again = await read<SavingView>(fetch(`${url}${first.links.self}`));
    expect(again).toMatchObject({ taken: 'Café', name: 'Café 2' });
    expect(await read<SavingView>(post(`${url}${first.links.self}/name?name=Other`))).toMatchObject({
      name: 'Other',
    });
    expect((await fetch(`${url}${first.links.self}`, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(`${url}${first.links.self}`)).status).toBe(409);
  });

  it.each([
    ['/api/library?kind=dance', 400],
    ['/api/library?sort=oldest', 400],
    ['/api/library?limit=-1', 400],
    ['/api/library/nothing', 404],
    ['/api/library/savings/NOTHING', 409],
  ])('refuses %s', async (path, status) => {
    const { url } = await start();
    expect((await fetch(url + path)).status).toBe(status);
  });

  it('refuses a form without the file that it is about', async () => {
    const { url } = await start();
    const response = await post(`${url}/api/library`, pictureForm('x'));
    expect(response.status).toBe(201);
    const wrong = pictureForm('x');
    wrong.set('kind', 'motion');
    const refused = await post(`${url}/api/library`, wrong);
    expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([400, 'missing-clip']);
  });
});
