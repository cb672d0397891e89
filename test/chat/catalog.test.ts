import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHAT_SETTINGS, CHATS, PLATFORMS } from '../../src/chat/catalog.ts';
import { createWaiting } from '../../src/chat/discord/inbound/waiting.ts';
import { createChats, namedByChats } from '../../src/chats.ts';
import { readConfig, secretsIn } from '../../src/config.ts';
import { createHealth } from '../../src/core/health.ts';
import { createFileUse } from '../../src/core/intake/file-use.ts';
import { PAGE } from '../../src/core/job/job.ts';
import { createScheduler } from '../../src/engine/scheduler.ts';
import { createScrub } from '../../src/scrub.ts';
import { createStore } from '../../src/store/index.ts';
import { freshFolder } from '../fakes/folder.ts';
import { jobIn } from '../fakes/jobs.ts';
import { silent } from '../providers/subject.ts';

const ROOT = new URL('../../', import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const clock = { now: () => 0 };

function open() {
  const store = createStore(freshFolder(), () => {});
  onTestFinished(() => store.close());
  return store;
}

/** Makes what these variables turn on; nothing is asked of a platform before it is started. */
async function make(env: NodeJS.ProcessEnv) {
  const store = open();
  const health = createHealth(() => {});
  const { all } = await createChats({
    config: readConfig(env),
    secretKey: 'a key that signs',
    store,
    fileUse: createFileUse({ files: store.files, records: namedByChats(store), log: silent }),
    scheduler: () => createScheduler({ clock, atOnce: 1, onError: () => {} }),
    usualMs: () => undefined,
    health,
    clock,
    log: silent,
  });
  return { platforms: all.map(({ platform }) => platform), health: health.all() };
}

describe('the list of chats', () => {
  it('has a line for each folder of a chat', () => {
    const folders = readdirSync(new URL('src/chat/', ROOT), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== PAGE)
      .map(({ name }) => name);
    expect(CHATS.map(({ platform }) => platform as string).sort()).toEqual(folders.sort());
  });

  it('gives no two of them the same name or setting', () => {
    expect(new Set(PLATFORMS).size).toBe(CHATS.length + 1);
    const names = CHATS.flatMap(({ settings }) => Object.keys(settings));
    expect(names.toSorted()).toEqual(Object.keys(CHAT_SETTINGS).toSorted());
  });

  it('is the only place that names them', () => {
    const names = CHATS.flatMap(({ platform, settings }) => [`'${platform}[':]`, ...Object.keys(settings)]);
    const folders = CHATS.map(({ platform }) => `src/chat/${platform}/`);
    const naming = globSync(['{src,commands,settings}/**/*.{ts,js}'], { cwd: ROOT })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => !folders.some((folder) => path.startsWith(folder)))
      // It reads what earlier versions have written, whatever the chats are called today.
      .filter((path) => path !== 'src/store/migrations.ts')
      .filter((path) => new RegExp(names.join('|')).test(text(path)));
    expect(naming).toEqual([]);
  });
});

it('without a token there is the page alone, and each chat says what turns it on', async () => {
  const { platforms, health } = await make({});
  expect(platforms).toEqual([PAGE]);
  expect(health).toEqual(
    CHATS.map(({ platform, key }) => ({ name: platform, state: 'off', reason: `set ${key}` })),
  );
});

it('a file that only a chat’s notes need is known to be in use', async () => {
  const store = open();
  const kv = store.keyv('discord');
  const [inUse, fileUse] = [
    namedByChats(store),
    createFileUse({ files: store.files, records: [], log: silent }),
  ];
  await createWaiting({ kv, fileUse, clock, log: silent }).hold('a form', ['a-file']);
  const isNamed = (key: string) => Promise.all(inUse.map((names) => names(key)));
  expect(await isNamed('a-file')).toContain(true);
  expect(await isNamed('another')).not.toContain(true);
});

it('a job of a platform that nobody knows is not put on record', async () => {
  const { requester } = jobIn('delivered');
  const job = jobIn('delivered', { requester: { ...requester, platform: 'nowhere' } });
  await expect(open().jobs.save(job)).rejects.toThrow('platform');
});

describe.each(CHATS)('$name', ({ platform, name, key, settings, ids, mentions, privateSpaces }) => {
  const own = Object.entries<{ example: string }>(settings);

  it('has a name that addresses and records can hold', () => expect(platform).toMatch(/^[a-z]{2,20}$/));

  it('is made when its token is set, beside the page', async () =>
    expect((await make({ [key]: '12345678:a-token' })).platforms).toEqual([PAGE, platform]));

  it.each(own)('has its setting %s in .env.example', (setting, { example }) =>
    expect(text('.env.example').split('\n')).toContain(`#${setting}=${example}`),
  );

  it('is turned on by a token that nobody else sees, as its document and SECURITY say', () => {
    const secret = 'something-that-nobody-sees';
    expect(secretsIn({ [key]: secret })).toEqual([secret]);
    expect(createScrub(secretsIn({ [key]: secret }))(`it said ${secret}`)).not.toContain(secret);
    for (const path of [`docs/${platform}.md`, 'SECURITY.md']) expect(text(path)).toContain(`\`${key}`);
    expect(text('README.md')).toContain(name);
  });

  it('lets the operator name its spaces and people, and refuses what is no id of it', () => {
    const place = `${platform}:${ids.example}`;
    expect(readConfig({ ALLOWED_SPACES: place }).ALLOWED_SPACES).toEqual(new Set([place]));
    for (const bad of [platform, `${platform}:`, `${platform}:a b`, ids.example, `${PAGE}:${ids.example}`])
      expect(() => readConfig({ ALLOWED_SPACES: bad }), bad).toThrow(place);
  });

  it('finds a member in its notes, and nobody whose id only looks alike', () => {
    const id = ids.example.replace('-', '');
    expect(mentions(id).test(`half:7:${id}`)).toBe(true);
    for (const other of [`${id}9`, `9${id}`]) expect(mentions(id).test(`half:7:${other}`)).toBe(false);
  });

  it('names the private spaces of a member as its own', () => {
    const spaces = privateSpaces(ids.example.replace('-', ''));
    expect(spaces.length).toBeGreaterThan(0);
    for (const space of spaces) expect(space).toMatch(new RegExp(`^${platform}:.`));
  });

  it('may be where a job on record comes from', async () => {
    const store = open();
    const { requester } = jobIn('delivered');
    const job = jobIn('delivered', { id: 'x', requester: { ...requester, platform } });
    const saved = await store.jobs.save(job);
    expect(await store.jobs.get('x')).toEqual(saved);
  });

  it('has passed the contract of every chat', () =>
    expect(text(`test/chat/${platform}/contract.test.ts`)).toContain('chatContract('));
});
