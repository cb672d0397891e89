import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig, secretsIn, trustedOrigins } from '../../src/config.ts';
import { isOwn, PROVIDER_IDS, PROVIDERS, SETTINGS, settingsThat } from '../../src/providers/catalog.ts';
import { createHosted, type HostedParts } from '../../src/providers/index.ts';
import { createScrub } from '../../src/scrub.ts';
import { providerName } from '../../src/words/facts.ts';
import { LOCALES, wordsFor } from '../../src/words/index.ts';
import { MARKS } from '../e2e/marks.ts';
import { PROVIDERS as BROKEN, NOT_HERE } from '../faults/provider.ts';
import { OPERATIONS } from '../fuzz/operations.ts';
import { silent } from './subject.ts';

const ROOT = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const example = text('.env.example').split('\n');
const readme = text('docs/providers.md');

/** With every key set, and no wire: prices are asked for where nobody listens. */
const NOWHERE = 'http://127.0.0.1:1';
const everything = Object.fromEntries([
  ...PROVIDERS.map(({ key }) => [key, `key-of-${key}`]),
  ...settingsThat(
    ({ shape }) => shape.safeParse(NOWHERE).data === NOWHERE && !shape.safeParse('x').success,
  ).map((name) => [name, NOWHERE]),
]);

const parts = (env: NodeJS.ProcessEnv): HostedParts => ({
  settings: readConfig(env),
  links: undefined,
  pathOf: async () => '',
  clock: { now: () => 0 },
  log: silent,
  onTrouble() {},
});

describe('the list of providers', () => {
  it('has a line for each folder of a hosted provider', () => {
    const folders = readdirSync(new URL('src/providers/', ROOT), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'local')
      .map(({ name }) => name);
    expect([...PROVIDER_IDS].sort()).toEqual(folders.sort());
  });

  it('gives no two of them the same setting', () => {
    const names = PROVIDERS.flatMap(({ settings }) => Object.keys(settings));
    expect(names.toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
  });

  it('makes exactly those whose key is set, in the order that PROVIDERS says', async () => {
    const [first, ...rest] = PROVIDERS;
    expect(await createHosted(parts({}))).toEqual([]);
    const reversed = [...PROVIDER_IDS].reverse();
    const made = await createHosted(parts({ ...everything, PROVIDERS: reversed.join(',') }));
    expect(made.map(({ provider }) => provider.id)).toEqual(reversed);
    const alone = await createHosted(
      parts({ [first.key]: 'a key', ...Object.fromEntries(rest.map(({ key }) => [key, ''])) }),
    );
    expect(alone.map(({ provider }) => provider.id)).toEqual([first.id]);
    for (const { provider } of [...made, ...alone]) await provider.stop?.();
  });
});

describe.each(PROVIDERS)('$name', ({ id, name, key, settings, offers }) => {
  const own = Object.entries(settings) as [string, { example: string; comment?: string; isSecret?: true }][];

  it('has an id that addresses and records can hold', () => expect(id).toMatch(/^[a-z]{2,20}$/));

  it('is made with the id and the offers that it is listed with', async () => {
    const made = await createHosted(parts({ ...everything, PROVIDERS: id }));
    expect(made).toHaveLength(1);
    expect(made[0]?.provider.id).toBe(id);
    expect(made[0]?.provider.capabilities.offers).toEqual(offers);
    await made[0]?.provider.stop?.();
  });

  it.each(own)('has its setting %s in .env.example', (setting, { example: preset, comment }) => {
    const at = example.indexOf(`#${setting}=${preset}`);
    expect(at).toBeGreaterThan(0);
    if (comment !== undefined) expect(example[at - 1]).toBe(`# ${comment}`);
  });

  it('is turned on by a key that nobody else sees, or is a machine of the operator’s own', () => {
    expect(SETTINGS[key].isSecret ?? false).toBe(!isOwn(id));
    expect(text('SECURITY.md')).toContain(`\`${key}\``);
    if (isOwn(id)) return;
    const secret = 'something-that-nobody-sees';
    expect(secretsIn({ [key]: secret })).toEqual([secret]);
    expect(createScrub(secretsIn({ [key]: secret }))(`it said ${secret}`)).not.toContain(secret);
  });

  it('is asked with marked secrets where it is looked whether one gets out', () => {
    const secrets = own.filter(([, { isSecret }]) => isSecret).map(([setting]) => setting);
    expect(Object.keys(MARKS)).toEqual(expect.arrayContaining(secrets));
  });

  it('is answered with anything, with faults, or says why not', () => {
    expect(Object.keys(OPERATIONS)).toContain(id);
    expect([...BROKEN, ...Object.keys(NOT_HERE)].filter((one) => one === id)).toEqual([id]);
  });

  it('stands in docs/providers.md with its key and its qualities', () => {
    const row =
      readme.split('\n').find((line) => line.startsWith('| [') && line.includes(`\`${key}\``)) ?? '';
    expect(row).toContain(`[${name}](https://`);
    expect(row).toContain([...new Set(offers.map(({ quality }) => quality))].join(', '));
  });

  it('may be asked for results where the operator has put it', () => {
    const trusted = own.filter(([setting]) =>
      settingsThat(({ isTrusted }) => isTrusted === true).some((one) => one === setting),
    );
    expect(trusted.length).toBeGreaterThan(0);
    for (const [setting] of trusted)
      expect(trustedOrigins(readConfig({ [setting]: 'http://10.0.0.7:99/prefix' }))).toContain(
        'http://10.0.0.7:99',
      );
  });

  it('has passed the contract of every provider', () =>
    expect(text(`test/providers/${id}.contract.test.ts`)).toContain('providerContract('));

  it.each(LOCALES)('is called by its name in %s, and is among those to choose from', (locale) => {
    const words = wordsFor(locale);
    expect(providerName(words, id)).toBe(name);
    expect(words.t('command.settings.part.providers.option.list.description')).toContain(id);
  });
});

it('.env.example names the providers in their order', () =>
  expect(example).toContain(`#PROVIDERS=${PROVIDER_IDS.join(',')}`));
