/**
 * How often looks are right: `node bench/coach-truth.ts [--only pictures|clips] [--wrong]`. The pictures and clips are public
 * ones, named with their labels in `coach-truth.json`. They are fetched once into the folder that STRUT_TRUTH names (or
 * one under the temporary folder), as <owner>/<repository>/<path>; what lies there already is not fetched.
 *
 * Labels were made by looking at each picture, and at eight or more frames of each clip. A range of people stands where
 * eyes could not tell either. Limits were set on every other one, the tuned half; the other half was kept back.
 */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { FACINGS, FRAMINGS, type Person } from '../src/core/coach/look.ts';
import { lookAtClip } from '../src/media/look/look-at-clip.ts';
import { lookAtPicture } from '../src/media/look/look-at-picture.ts';

const label = z.object({
  repo: z.string(),
  path: z.string(),
  /** At least and at most. */
  people: z.tuple([z.int(), z.int()]),
  framing: z.array(z.enum(FRAMINGS)).optional(),
  facing: z.array(z.enum(FACINGS)).optional(),
  headInView: z.boolean().optional(),
  upright: z.boolean().optional(),
  cuts: z.int().optional(),
  turned: z.int().optional(),
  inBars: z.boolean().optional(),
});
type Label = z.infer<typeof label>;

const truth = z
  .object({
    commits: z.record(z.string(), z.string()),
    pictures: z.array(label),
    clips: z.array(label),
  })
  .parse(JSON.parse(await readFile(new URL('coach-truth.json', import.meta.url), 'utf8')));
const folder = process.env.STRUT_TRUTH ?? join(tmpdir(), 'strut-truth');
const tellsWrong = process.argv.includes('--wrong');

async function fileOf({ repo, path }: Label): Promise<string> {
  const file = join(folder, repo, path);
  if (await stat(file).catch(() => undefined)) return file;
  const address = `https://raw.githubusercontent.com/${repo}/${truth.commits[repo]}/${path}`;
  const answer = await fetch(address.replaceAll(' ', '%20'));
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, new Uint8Array(await answer.arrayBuffer()));
  return file;
}

type Count = { right: number; of: number };
const counts = { tuned: new Map<string, Count>(), kept: new Map<string, Count>() };
type Half = keyof typeof counts;

function judge(half: Half, what: string, isRight: boolean, { path }: Label, got: unknown): void {
  const count = counts[half].get(what) ?? { right: 0, of: 0 };
  counts[half].set(what, { right: count.right + (isRight ? 1 : 0), of: count.of + 1 });
  if (!isRight && tellsWrong) console.log(`${half}: ${what}: ${path}: ${JSON.stringify(got)}`);
}

/** A body that is not sure, and has no face: whoever is told of it is told that, too. */
const isUnsure = ({ score, face }: Person): boolean => score < 0.45 && face < 0.6;

function judgePeople(half: Half, kind: string, one: Label, count: number, people: readonly Person[]): void {
  const [least, most] = one.people;
  const [first] = people;
  const name =
    most === 0 ? 'nobody' : least === most && most === 1 ? 'one' : least > 1 ? 'several' : undefined;
  const isNobody = count === 0 || (count === 1 && first !== undefined && isUnsure(first));
  if (name === 'nobody') judge(half, `${kind}, nobody in it`, isNobody, one, count);
  else if (name === 'several') judge(half, `${kind}, several people`, count > 1, one, count);
  else if (name === 'one') judge(half, `${kind}, one person`, count === 1, one, count);
  else judge(half, `${kind}, hard to tell`, count >= least && count <= most, one, count);
}

function judgePerson(half: Half, kind: string, one: Label, person: Person | undefined): void {
  if (!person) return;
  const { framing, facing, headInView, upright } = one;
  if (framing) judge(half, `${kind}, framing`, framing.includes(person.framing), one, person.framing);
  if (facing) judge(half, `${kind}, facing`, facing.includes(person.facing), one, person.facing);
  if (headInView !== undefined)
    judge(half, `${kind}, head in view`, headInView === person.headInView, one, person.headInView);
  if (upright !== undefined) judge(half, `${kind}, upright`, upright === person.upright, one, person.upright);
}

const missing: string[] = [];
async function each(
  kind: 'pictures' | 'clips',
  look: (file: string, one: Label, half: Half) => Promise<void>,
) {
  if (process.argv.includes('--only') && !process.argv.includes(kind)) return;
  for (const [at, one] of truth[kind].entries()) {
    const half = at % 2 === 0 ? 'tuned' : 'kept';
    const file = await fileOf(one).catch((error: unknown) => void missing.push(String(error)));
    if (file) await look(file, one, half);
  }
}

await each('pictures', async (path, one, half) => {
  const look = await lookAtPicture({ path });
  if (!look) return judge(half, 'picture, can be looked at', false, one, look);
  judgePeople(half, 'picture', one, look.count, look.people);
  judgePerson(half, 'picture', one, look.people[0]);
  judge(half, 'picture, right way up', look.turned === 0, one, look.turned);
});

await each('clips', async (path, one, half) => {
  const context = { signal: new AbortController().signal, progress: () => {} };
  const look = await lookAtClip({ path }, context);
  if (!look) return judge(half, 'clip, can be looked at', false, one, look);
  judgePeople(half, 'clip', one, look.count, look.people);
  if (one.framing && look.people[0]) {
    const framings = look.shots.flatMap((shot) => shot.framing ?? []);
    judge(
      half,
      'clip, framing',
      framings.some((framing) => one.framing?.includes(framing)),
      one,
      framings,
    );
  }
  const cuts = look.cuts.map(({ atSeconds }) => atSeconds);
  if (one.cuts === 0) judge(half, 'clip of one shot, no cut', cuts.length === 0, one, cuts);
  else
    for (let cut = 0; cut < (one.cuts ?? 0); cut += 1)
      judge(half, 'cut, found', cut < cuts.length, one, cuts);
  judge(half, 'clip, right way up', look.turned === (one.turned ?? 0), one, look.turned);
  judge(half, 'clip, black bars', (look.inBars !== undefined) === (one.inBars ?? false), one, look.inBars);
});

const names = [...new Set([...counts.tuned.keys(), ...counts.kept.keys()])].sort();
const told = (count: Count | undefined): string =>
  count ? `${count.right} of ${count.of}, ${Math.round((100 * count.right) / count.of)} %` : '';
console.table(
  names.map((what) => ({
    what,
    tuned: told(counts.tuned.get(what)),
    'kept back': told(counts.kept.get(what)),
  })),
);
for (const one of missing) console.log(`left out: ${one}`);
