/** Good data with a few things in it put wrong: missing, of another type, or larger than anybody thought. */
import fc from 'fast-check';

const text = fc.string({ unit: 'binary', maxLength: 40 }).map((one) => one.toWellFormed());
const ODD = [
  null,
  true,
  '',
  'x',
  -1,
  0,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  [],
  {},
  '__proto__',
  '\u202e\u0000',
];
const odd = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...ODD) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 1, arbitrary: text },
);
type Edit = { at: number; how: 'replace' | 'remove' | 'deepen'; value: unknown };

/** One to three edits, anywhere in one of these. What comes of it is JSON. */
export function mutations(good: readonly unknown[]): fc.Arbitrary<unknown> {
  const edit = fc.record<Edit>({
    at: fc.nat(10_000),
    how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'deepen'),
    value: odd,
  });
  return fc
    .tuple(fc.constantFrom(...good), fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([one, edits]) => {
      let changed: unknown = JSON.parse(JSON.stringify(one));
      for (const each of edits) changed = edited(changed, each);
      return changed;
    });
}

/** Anything that JSON can say. */
export const anything = odd;

function edited(root: unknown, { at, how, value }: Edit): unknown {
  const holder = { root };
  const places = placesIn(holder);
  const place = places[at % places.length];
  if (!place) return value;
  const [parent, key] = place;
  if (how === 'remove' && parent !== holder) Reflect.deleteProperty(parent, key);
  else Reflect.set(parent, key, how === 'deepen' ? [Reflect.get(parent, key)] : value);
  return holder.root;
}

function placesIn(parent: object): [object, string][] {
  return Object.entries(parent).flatMap(([key, value]): [object, string][] => [
    [parent, key],
    ...(typeof value === 'object' && value !== null ? placesIn(value) : []),
  ]);
}
