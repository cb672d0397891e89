/** Which providers, and their keys: each is tried the moment it is pasted. */
import type { Diagnosis } from '../core/diagnosis.ts';
import type { ProviderTrouble } from '../core/ports.ts';
import { hostedOf, inspect } from '../doctor/providers.ts';
import { ownerOfKey } from '../doctor/settings.ts';
import type { Setting } from '../environment.ts';
import { PROVIDERS } from '../providers/catalog.ts';
import { isSecret, wrongWith } from './draft.ts';
import { KEEP, keyChoices, type Setup, type Step, tell } from './step.ts';

const TRIES_FOR_MS = 30_000;

type Module = (typeof PROVIDERS)[number];

export const providers: Step = {
  name: 'providers',
  title: 'Which providers',
  async run(setup) {
    const { ask, draft } = setup;
    const on = PROVIDERS.filter(({ key }) => draft.value(key) !== '').map(({ id }) => id as string);
    const all = PROVIDERS.map((module) => ({
      value: module.id as string,
      label: module.name,
      hint: hintOf(module),
    }));
    const chosen = await ask.some(
      'Who shall render? You pay them yourself; without any, this machine makes free drafts.',
      all,
      on,
    );
    // An order of others would leave out who is new, and name who is gone.
    const order = draft.value('PROVIDERS');
    if (order && chosen.toSorted().join() !== order.split(',').toSorted().join())
      draft.set('PROVIDERS', undefined);
    for (const module of PROVIDERS) {
      if (chosen.includes(module.id)) await connect(setup, module);
      else if (on.includes(module.id)) draft.set(module.key, undefined);
    }
  },
};

function hintOf(module: Module): string {
  const models = [...new Set(module.offers.map(({ model }) => model))].join(', ');
  return 'isOwn' in module ? `${models}; your own GPU` : models;
}

async function connect(setup: Setup, module: Module): Promise<void> {
  const { ask, draft } = setup;
  const { name, key, keyFrom } = module;
  let value = draft.value(key);
  if (value) {
    const what = await ask.one(`${name} is set up.`, keyChoices(name, true), KEEP);
    if (what === 'leave') return draft.set(key, undefined);
    if (what === 'paste') value = '';
  } else ask.note(`Where the key of ${name} is`, [keyFrom]);
  for (;;) {
    value ||= isSecret(key)
      ? await ask.secret(`Paste the key of ${name} (it is not shown):`, (text) => wrongKey(module, text))
      : await ask.text(`The address of ${name}:`, { wrong: (text) => wrongKey(module, text) });
    const more = await others(setup, module);
    const trying = { ...more, [key]: value };
    const found = await ask.while(`Asking ${name} …`, () => tried(setup, module, trying));
    const isWell = tell(ask, found);
    const what = isWell
      ? KEEP
      : await ask.one('What now?', [
          ...keyChoices(name, false),
          { value: KEEP, label: 'Go on with it all the same; I mend that later' },
        ]);
    if (what === 'leave') return draft.set(key, undefined);
    if (what === KEEP) {
      for (const [one, text] of Object.entries(trying))
        if (text !== draft.value(one)) draft.set(one, text || undefined);
      return;
    }
    value = '';
  }
}

function wrongKey({ key, name }: Module, text: string): string | undefined {
  if (text === '') return 'Paste it, or press Ctrl+C to stop.';
  const owner = ownerOfKey(key, text);
  return owner ? `That looks like a key of ${owner.name}, not of ${name}.` : wrongWith(key, text);
}

/** What else it can be told: only what it says something about. */
async function others({ ask, draft }: Setup, { key, settings }: Module): Promise<Record<string, string>> {
  const said: Record<string, string> = {};
  for (const [name, { comment, example }] of Object.entries<Setting>(settings)) {
    if (name === key || comment === undefined) continue;
    const preset = draft.value(name);
    if (isSecret(name)) {
      // Whoever has one pastes it; most have none.
      if (!preset && (await ask.yes(`${comment} Do you have it?`, false)))
        said[name] = await ask.secret(`${name}:`, (text) => wrongWith(name, text));
    } else
      said[name] = await ask.text(`${name} (Enter leaves it as it is): ${comment}`, {
        preset: preset || example,
        wrong: (text) => wrongWith(name, text),
      });
    if (said[name] === example) delete said[name];
  }
  return said;
}

async function tried({ draft }: Setup, { id }: Module, trying: Record<string, string>): Promise<Diagnosis[]> {
  const troubles: ProviderTrouble[] = [];
  const config = draft.config({ ...trying, PROVIDERS: '' });
  const [entry, ...rest] = await hostedOf({ ...config, PROVIDERS: [id] }, config.PUBLIC_URL, (_, trouble) => {
    if (trouble) troubles.push(trouble);
  });
  if (!entry) throw new Error(`${id} was not made`);
  try {
    // How files get there is asked next.
    const stop = AbortSignal.timeout(TRIES_FOR_MS);
    return await inspect({ provider: entry.provider }, () => troubles.at(-1), stop);
  } finally {
    await Promise.all([entry, ...rest].map(({ provider }) => provider.stop?.()));
  }
}
