/** `.env`: names that are none, keys in the wrong line, and who can read it. */
import { readFile, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { parseEnv } from 'node:util';
import { CHATS } from '../chat/catalog.ts';
import { SETTING_NAMES } from '../config.ts';
import type { Diagnosis } from '../core/diagnosis.ts';
import { PROVIDERS } from '../providers/catalog.ts';
import { diagnosis } from '../words/doctor/index.ts';
import type { Check, Patient } from './patient.ts';

/** Of Node's and the system's own; whoever puts them into .env knows why. */
const OTHERS = /^(?:NODE_|AWS_|HTTPS?_PROXY|NO_PROXY|NO_COLOR|FORCE_COLOR|TZ$|PATH$|LANG$|LC_|UV_)/;

/** It needs nothing but these two, and so can be run where the settings can't be read. */
export const settings = {
  name: 'the settings',
  async look({ envFile, env }: Pick<Patient, 'envFile' | 'env'>) {
    const text = await readFile(envFile, 'utf8').catch(() => undefined);
    return [
      ...(text === undefined ? [] : strangeNames(parseEnv(text))),
      ...(await readers(envFile)),
      ...misplacedKeys(env),
    ];
  },
} satisfies Check;

function strangeNames(values: object): Diagnosis[] {
  return Object.keys(values)
    .filter((name) => !SETTING_NAMES.includes(name) && !OTHERS.test(name))
    .map((name) => {
      const [near] = SETTING_NAMES.filter((one) => distance(one, name) <= 2);
      return diagnosis('settings-unknown', { name, likely: near ? ` Perhaps ${near} is meant.` : '' }, name);
    });
}

async function readers(envFile: string): Promise<Diagnosis[]> {
  const mode = (await stat(envFile).catch(() => undefined))?.mode;
  // Windows has no such bits.
  const isOpen = mode !== undefined && (mode & 0o044) !== 0 && platform() !== 'win32';
  return isOpen ? [diagnosis('settings-open', {})] : [];
}

type Owner = { name: string; key: string; looks: readonly RegExp[] };

/** Who makes keys that can be told by their looks. */
const OWNERS: readonly Owner[] = [
  ...CHATS.map(({ name, key, tokenLooks }) => ({ name, key, looks: [tokenLooks] })),
  ...PROVIDERS.flatMap((module): Owner[] =>
    'keyLooks' in module && module.keyLooks
      ? [{ name: module.name, key: module.key, looks: [module.keyLooks] }]
      : [],
  ),
];

/** Whose key that is, where it stands in another's line. */
export function ownerOfKey(setting: string, value: string): Owner | undefined {
  const own = OWNERS.find(({ key }) => key === setting);
  const fits = ({ looks }: Owner): boolean => looks.some((look) => look.test(value));
  return own && fits(own) ? undefined : OWNERS.find((one) => one !== own && fits(one));
}

function misplacedKeys(env: NodeJS.ProcessEnv): Diagnosis[] {
  const keys = [...CHATS, ...PROVIDERS].map(({ key }) => key);
  return keys.flatMap((setting) => {
    const owner = ownerOfKey(setting, env[setting]?.trim() ?? '');
    return owner
      ? [diagnosis('key-elsewhere', { setting, owner: owner.name, right: owner.key }, setting)]
      : [];
  });
}

/** So many letters must be changed, added or taken away. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
