/** The environment, read once: every bad variable is named in one message, with what it should be. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { BadConfig } from './bad-config.ts';
import { CHAT_SETTINGS, CHATS, type ChatValues } from './chat/catalog.ts';
import { LABELLINGS } from './core/job/job.ts';
import { type AdmissionLimits, AT_ONCE } from './core/limits/admission-queue.ts';
import type { LimitRule } from './core/limits/limit-rules.ts';
import { isTimeZone } from './core/limits/windows.ts';
import { microsFromUsd } from './core/price/money.ts';
import { baseUrl, type Setting, yesOrNo } from './environment.ts';
import { filesUrl, S3_SECRETS, s3Keys, s3KeysOf } from './files-url.ts';
import {
  PROVIDER_IDS,
  PROVIDERS,
  type ProviderSettings,
  SETTINGS,
  settingsThat,
} from './providers/catalog.ts';

const LIMIT = /^(space|member):(day|month):(usd|jobs)=(\d+(?:\.\d+)?)$/;
const LIMIT_HELP = 'like space:day:usd=5,member:day:jobs=3, or none';

/** A word that is wrong helps to find it; a long one may be a secret that was pasted into the wrong line. */
const shown = (word: string): string =>
  word.length <= 32 ? `“${word}”` : `something of ${word.length} characters`;

const usd = z.coerce.number({ error: 'must be a sum of dollars' }).min(0, 'must not be negative');

const limits = z.string().transform((text, ctx): LimitRule[] => {
  if (text === 'none' || text === '') return [];
  return text.split(',').flatMap((part): LimitRule[] => {
    const [, scope, period, unit, amount] = LIMIT.exec(part.trim()) ?? [];
    const value = Number(amount);
    if (
      (scope !== 'space' && scope !== 'member') ||
      (period !== 'day' && period !== 'month') ||
      (unit === 'jobs' && !Number.isInteger(value))
    ) {
      ctx.addIssue({
        code: 'custom',
        message: `${shown(part.trim())} is not a limit; write it ${LIMIT_HELP}`,
      });
      return [];
    }
    const who = { kind: scope === 'space' ? ('space' as const) : ('everyone' as const) };
    return [
      unit === 'usd'
        ? { who, period, unit, max: microsFromUsd(value) }
        : { who, period, unit: 'jobs', max: value },
    ];
  });
});

const AT_ONCE_NAMES = { member: 'perMember', space: 'perSpace', all: 'overall' } as const;

/** `member=1,space=3,all=20`: what is not named stays as it is by itself. */
const jobsAtOnce = z.string().transform((text, ctx): AdmissionLimits => {
  const rules = { ...AT_ONCE };
  for (const part of text.split(',').filter(Boolean)) {
    const [, name, count] = /^(member|space|all)=([1-9]\d{0,3})$/.exec(part.trim()) ?? [];
    if (name === 'member' || name === 'space' || name === 'all') rules[AT_ONCE_NAMES[name]] = Number(count);
    else ctx.addIssue({ code: 'custom', message: `“${part.trim()}” is not like member=1,space=3,all=20` });
  }
  return rules;
});

const isPostgres = (text: string): boolean => /^postgres(?:ql)?:$/.test(URL.parse(text)?.protocol ?? '');

const timeZone = z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin');

const ROLES: readonly string[] = ['page', ...CHATS.map(({ platform }) => platform), 'worker'];

/** What one of several processes is there for. */
const roles = z.string().transform((text, ctx): ReadonlySet<string> => {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names.filter((one) => !ROLES.includes(one))) {
    ctx.addIssue({
      code: 'custom',
      message: `${shown(name)} is not a role; there are ${ROLES.join(', ')}`,
    });
  }
  return new Set(names);
});

const providers = z.string().transform((text, ctx) => {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if (!PROVIDER_IDS.some((id) => id === name)) {
      ctx.addIssue({
        code: 'custom',
        message: `${shown(name)} is not a provider; there are ${PROVIDER_IDS.join(', ')}`,
      });
    }
  }
  return PROVIDER_IDS.filter((name) => names.includes(name)).sort(
    (a, b) => names.indexOf(a) - names.indexOf(b),
  );
});

/** A space or a person, like `discord:123`. */
function isPlace(name: string): boolean {
  const at = name.indexOf(':');
  return CHATS.some(
    ({ platform, ids }) => platform === name.slice(0, at) && ids.pattern.test(name.slice(at + 1)),
  );
}
const PLACE_HELP = `like ${CHATS.map(({ platform, ids }) => `${platform}:${ids.example}`).join(' or ')}`;

/** `discord:1,telegram:-2`: spaces, or people. */
const places = z.string().transform((text, ctx): ReadonlySet<string> => {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names.filter((one) => !isPlace(one))) {
    ctx.addIssue({ code: 'custom', message: `${shown(name)} is not ${PLACE_HELP}` });
  }
  return new Set(names);
});

/** TypeScript can't follow the lists through this; `V` says what comes out. */
const shapesOf = <V>(settings: Record<keyof V, Setting>) =>
  Object.fromEntries(Object.entries<Setting>(settings).map(([name, { shape }]) => [name, shape])) as {
    [K in keyof V]: z.ZodType<V[K]>;
  };
const ofProviders = shapesOf<ProviderSettings>(SETTINGS);
const ofChats = shapesOf<ChatValues>(CHAT_SETTINGS);

const schema = z
  .object({
    ...ofProviders,
    ...ofChats,
    ALLOWED_SPACES: places.optional(),
    OPERATORS: places.optional(),
    ALLOW_DMS: yesOrNo.prefault('false'),
    PROVIDERS: providers.optional(),
    PUBLIC_URL: baseUrl.optional(),
    DATA_DIR: z
      .string()
      .default('./data')
      .transform((path) => resolve(path)),
    STORE_URL: z
      .string()
      .refine(
        isPostgres,
        'must be like postgres://user:password@host:5432/database; unset, SQLite in DATA_DIR',
      )
      .optional(),
    FILES_URL: filesUrl.optional(),
    DAILY_COPIES: z.coerce.number({ error: 'must be a number of copies' }).int().min(0).max(366).default(7),
    ...s3Keys,
    ROLES: roles.prefault(ROLES.join()),
    HOST: z.string().default('127.0.0.1'),
    PORT: z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65535).default(8080),
    SECRET_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
    PAGE_PASSWORD: z.string().min(8, 'must have at least 8 characters').optional(),
    BUDGET_USD_PER_DAY: usd.default(20),
    BUDGET_USD_PER_MONTH: usd.default(200),
    DEFAULT_LIMITS: limits.prefault('space:day:usd=5,member:day:jobs=3'),
    TIMEZONE: timeZone.default('UTC'),
    JOBS_AT_ONCE: jobsAtOnce.prefault(''),
    LABEL_MINIMUM: z.enum(LABELLINGS, { error: `must be ${LABELLINGS.join(', ')}` }).default('caption'),
    C2PA_CERT: z.string().optional(),
    C2PA_KEY: z.string().optional(),
    JOB_DEADLINE_MINUTES: z.coerce.number({ error: 'must be a number of minutes' }).positive().default(60),
    LOG_LEVEL: z
      .enum(['debug', 'info', 'warn', 'error'], { error: 'must be debug, info, warn or error' })
      .default('info'),
  })
  .superRefine((settings, ctx) => {
    if (settings.FILES_URL?.kind === 's3' && !s3KeysOf(settings))
      ctx.addIssue({
        code: 'custom',
        path: ['FILES_URL'],
        message: 'names a bucket, but S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are not both set',
      });
    // Alone, it would wait for ever for what it leaves to others.
    if (!settings.STORE_URL && settings.ROLES.size < ROLES.length)
      ctx.addIssue({
        code: 'custom',
        path: ['ROLES'],
        message:
          'leaves something to other processes, which takes a PostgreSQL that they share: set STORE_URL',
      });
    for (const { id, key } of PROVIDERS) {
      // Going on without it would quietly render free drafts where somebody meant to pay.
      if (settings.PROVIDERS?.includes(id) && !settings[key])
        ctx.addIssue({
          code: 'custom',
          path: ['PROVIDERS'],
          message: `names ${id}, but ${key} is not set`,
        });
    }
  });

const secretNames = (settings: Record<string, Setting>) =>
  Object.keys(settings).filter((name) => settings[name]?.isSecret);

/** The variables whose values nobody but us and the service that they open may see. */
export const SECRET_NAMES: readonly string[] = [
  ...secretNames(CHAT_SETTINGS),
  ...secretNames(SETTINGS),
  'STORE_URL',
  'SECRET_KEY',
  'PAGE_PASSWORD',
  'C2PA_KEY',
  ...S3_SECRETS,
];

/** The secrets of the environment as they are used, whether or not the rest of it can be read. */
export const secretsIn = (env: NodeJS.ProcessEnv): string[] =>
  SECRET_NAMES.flatMap((name) => env[name]?.trim() || []);

export { BadConfig } from './bad-config.ts';
export type Config = z.infer<typeof schema>;

/** Every variable that is read, but for other tools' names of the same. */
export const SETTING_NAMES: readonly string[] = Object.keys(schema.shape);

/** Reads the environment. An empty variable counts as unset. Throws BadConfig, whose message is for the operator. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(
    // A space or a line end that came along when a key was pasted is part of no setting.
    Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  // Values stay out of the message: one of them may be a secret pasted into the wrong line.
  throw new BadConfig(parsed.error.issues.map(({ path, message }) => ({ name: path.join('.'), message })));
}

/** Where files are kept, with the keys of that place; undefined for DATA_DIR. */
export function filesAt(config: Config) {
  const { FILES_URL: place } = config;
  const keys = s3KeysOf(config);
  return place?.kind === 's3' ? keys && { ...place, ...keys } : place;
}

/** The operator's own base addresses are trusted even when they are private: a proxy, or a simulator. */
export function trustedOrigins(config: Config): string[] {
  const names = settingsThat(({ isTrusted }) => isTrusted === true);
  // One that turns its provider on may be missing.
  return names.flatMap((name) => (config[name] ? new URL(String(config[name])).origin : []));
}
