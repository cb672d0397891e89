import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

describe('the configuration', () => {
  it('needs nothing at all', () => {
    expect(readConfig({})).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8080,
      BUDGET_USD_PER_DAY: 20,
      BUDGET_USD_PER_MONTH: 200,
      TIMEZONE: 'UTC',
      JOB_DEADLINE_MINUTES: 60,
    });
    expect(readConfig({}).DEFAULT_LIMITS).toEqual([
      { who: { kind: 'space' }, period: 'day', unit: 'usd', max: 5_000_000 },
      { who: { kind: 'everyone' }, period: 'day', unit: 'jobs', max: 3 },
    ]);
  });

  it('does not go on without a provider that was named', () => {
    expect(() => readConfig({ PROVIDERS: 'runpod,fal', FAL_KEY: 'id:secret' })).toThrow(
      'names runpod, but RUNPOD_API_KEY is not set',
    );
    expect(() => readConfig({ PROVIDERS: 'fall' })).toThrow(
      '“fall” is not a provider; there are fal, runpod, runcomfy, kling, runware',
    );
    expect(readConfig({ PROVIDERS: 'runpod, fal', FAL_KEY: 'a', RUNPOD_API_KEY: 'b' }).PROVIDERS).toEqual([
      'runpod',
      'fal',
    ]);
  });

  it('reads base addresses, with or without a slash at their end', () => {
    expect(readConfig({ FAL_QUEUE_URL: 'http://127.0.0.1:4010/fal/' }).FAL_QUEUE_URL).toBe(
      'http://127.0.0.1:4010/fal',
    );
    expect(readConfig({}).RUNPOD_API_URL).toBe('https://api.runpod.ai');
    expect(() => readConfig({ PUBLIC_URL: 'strut.example' })).toThrow('PUBLIC_URL');
  });

  it('takes an empty variable for one that is not set', () =>
    expect(readConfig({ PORT: '', TIMEZONE: '' }).PORT).toBe(8080));

  it('reads how many may render at once, and keeps what is not named', () => {
    expect(readConfig({}).JOBS_AT_ONCE).toEqual({ perMember: 1, perSpace: 3, overall: 20 });
    expect(readConfig({ JOBS_AT_ONCE: 'all=40, member=2' }).JOBS_AT_ONCE).toEqual({
      perMember: 2,
      perSpace: 3,
      overall: 40,
    });
    for (const bad of ['all', 'all=0', 'all=x', 'server=3', 'all=1.5'])
      expect(() => readConfig({ JOBS_AT_ONCE: bad })).toThrow('member=1,space=3,all=20');
  });

  it('reads limits, and none', () => {
    expect(readConfig({ DEFAULT_LIMITS: 'member:month:usd=1.5' }).DEFAULT_LIMITS).toEqual([
      { who: { kind: 'everyone' }, period: 'month', unit: 'usd', max: 1_500_000 },
    ]);
    expect(readConfig({ DEFAULT_LIMITS: 'none' }).DEFAULT_LIMITS).toEqual([]);
  });

  it('reads what a process is there for, by itself for everything', () => {
    expect([...readConfig({}).ROLES]).toEqual(['page', 'discord', 'telegram', 'worker']);
    const STORE_URL = 'postgres://strut@localhost/strut';
    expect([...readConfig({ STORE_URL, ROLES: 'worker, page' }).ROLES]).toEqual(['worker', 'page']);
    for (const bad of ['pages', 'page,', 'page worker'])
      expect(() => readConfig({ STORE_URL, ROLES: bad }), bad).toThrow(
        'there are page, discord, telegram, worker',
      );
  });

  it('leaves nothing to other processes where it can have none', () => {
    expect(() => readConfig({ ROLES: 'page' })).toThrow('set STORE_URL');
    expect(readConfig({ ROLES: 'worker,telegram,discord,page' }).ROLES.size).toBe(4);
  });

  it('reads spaces and people, and says which of them is written wrong', () => {
    const read = readConfig({ ALLOWED_SPACES: 'discord:123, telegram:-100456', OPERATORS: 'telegram:2' });
    expect(read.ALLOWED_SPACES).toEqual(new Set(['discord:123', 'telegram:-100456']));
    expect(read.OPERATORS).toEqual(new Set(['telegram:2']));
    expect(readConfig({}).ALLOWED_SPACES).toBeUndefined();
    // Half a list would let fewer people in than was meant, or more: nothing is guessed.
    for (const bad of ['discord:123,', '123', 'discord:abc', 'slack:1', 'discord:1 telegram:2'])
      expect(() => readConfig({ ALLOWED_SPACES: bad }), bad).toThrow('ALLOWED_SPACES');
  });

  it('keeps private chats closed unless told otherwise in so many words', () => {
    expect(readConfig({}).ALLOW_DMS).toBe(false);
    expect(readConfig({ ALLOW_DMS: 'false' }).ALLOW_DMS).toBe(false);
    expect(readConfig({ ALLOW_DMS: 'true' }).ALLOW_DMS).toBe(true);
    expect(() => readConfig({ ALLOW_DMS: 'yes' })).toThrow('must be true or false');
  });

  it('reads the origins that attachments are fetched from', () => {
    expect(readConfig({}).DISCORD_CDN_URLS).toEqual([
      'https://cdn.discordapp.com',
      'https://media.discordapp.net',
      'https://images-ext-1.discordapp.net',
      'https://images-ext-2.discordapp.net',
    ]);
    expect(readConfig({ DISCORD_CDN_URLS: 'http://127.0.0.1:9/cdn/ , http://b' }).DISCORD_CDN_URLS).toEqual([
      'http://127.0.0.1:9/cdn',
      'http://b',
    ]);
    expect(() => readConfig({ DISCORD_CDN_URLS: 'cdn.example' })).toThrow('DISCORD_CDN_URLS');
  });

  it('names every bad variable at once, without its value', () => {
    const bad = {
      PORT: 'eighty',
      TIMEZONE: 'Mars/Olympus',
      DEFAULT_LIMITS: 'guild:day:usd=5',
      LOG_LEVEL: 'loud',
      BUDGET_USD_PER_DAY: '-1',
      PAGE_PASSWORD: 'hunter2',
    };
    let message = '';
    try {
      readConfig(bad);
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    for (const name of Object.keys(bad)) expect(message).toContain(name);
    expect(message).not.toContain('hunter2');
  });

  it.each(['space:day:usd', 'space:day:jobs=1.5', 'space:week:usd=3', 'x'])(
    'refuses the limit “%s”',
    (limit) => {
      expect(() => readConfig({ DEFAULT_LIMITS: limit })).toThrow('space:day:usd=5');
    },
  );
});

describe('.env.example', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const example = new Set(
    [...read('../.env.example').matchAll(/^#?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name),
  );

  it('names every setting that is read', () => {
    const settings = [...read('../src/config.ts').matchAll(/^ {2,4}([A-Z][A-Z_]+):/gm)].map(
      ([, name]) => name ?? '',
    );
    expect(settings.length).toBeGreaterThan(15);
    expect(settings.filter((name) => !example.has(name))).toEqual([]);
  });
});
