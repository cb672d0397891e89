import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CHATS } from '../src/chat/catalog.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Which parts each part may import. `*` is the composition root, which knows them all. */
const MAY_IMPORT: Record<string, readonly string[] | '*'> = {
  'src/app.ts': '*',
  'src/at-start.ts': ['src/config.ts', 'src/core', 'src/providers/catalog.ts'],
  'src/chats.ts': [
    'commands',
    'src/chat/catalog.ts',
    'src/chat/front.ts',
    'src/chat/web',
    'src/config.ts',
    'src/core',
    'src/engine',
  ],
  'src/main.ts': ['src/app.ts', 'src/config.ts', 'src/log.ts', 'src/scrub.ts'],
  'src/migrate.ts': ['src/moving.ts'],
  'src/moving.ts': ['src/config.ts', 'src/scrub.ts', 'src/store', 'src/words'],
  'src/bad-config.ts': [],
  'src/backup.ts': ['src/backing-up.ts'],
  'src/backing-up.ts': ['src/at-start.ts', 'src/config.ts', 'src/scrub.ts', 'src/store', 'src/words'],
  'src/restore.ts': ['src/restoring.ts'],
  'src/restoring.ts': ['src/config.ts', 'src/scrub.ts', 'src/store', 'src/words'],
  'src/copies.ts': ['src/config.ts', 'src/core', 'src/store', 'src/words'],
  'src/config.ts': [
    'src/bad-config.ts',
    'src/chat/catalog.ts',
    'src/core',
    'src/environment.ts',
    'src/files-url.ts',
    'src/providers/catalog.ts',
  ],
  'src/files-in-use.ts': ['src/chats.ts', 'src/config.ts', 'src/core', 'src/rules.ts', 'src/store'],
  'src/files-url.ts': ['src/environment.ts'],
  'src/environment.ts': [],
  'src/log.ts': ['src/scrub.ts'],
  'src/logged.ts': ['src/core'],
  'src/rules.ts': ['src/config.ts', 'src/core'],
  'src/scrub.ts': ['src/chat/catalog.ts'],
  'src/secrets.ts': [],
  'src/signing.ts': ['src/secrets.ts'],
  'src/zip.ts': ['src/core'],
  'src/shared-media.ts': ['src/core', 'src/media', 'src/shared-work.ts', 'src/steps.ts', 'src/store'],
  'src/alike.ts': ['src/chat/catalog.ts', 'src/config.ts', 'src/files-url.ts'],
  'src/shared-watch.ts': ['src/alike.ts', 'src/core'],
  'src/shared-work.ts': [
    'src/alike.ts',
    'src/at-start.ts',
    'src/chat/catalog.ts',
    'src/chat/front.ts',
    'src/chats.ts',
    'src/config.ts',
    'src/core',
    'src/shared-watch.ts',
    'src/store',
  ],
  'src/sharing.ts': ['src/config.ts', 'src/core', 'src/secrets.ts', 'src/store'],
  'src/sign-in.ts': ['src/config.ts', 'src/http', 'src/secrets.ts'],
  'src/steps.ts': ['src/chat/catalog.ts', 'src/core', 'src/engine', 'src/store'],
  // How a command's answer looks is its own, as a page that any chat can draw.
  commands: ['settings', 'src/chat', 'src/core', 'src/words'],
  settings: ['src/core', 'src/providers/catalog.ts'],
  'src/core': [],
  // Looks at every part from outside, without the bot: it knows those that it opens by themselves.
  'src/doctor': [
    'src/at-start.ts',
    'src/chat/catalog.ts',
    'src/chat/front.ts',
    'src/config.ts',
    'src/core',
    'src/environment.ts',
    'src/http',
    'src/media',
    'src/providers',
    'src/providers/catalog.ts',
    'src/scrub.ts',
    'src/secrets.ts',
    'src/store',
    'src/words',
  ],
  // Asks at a terminal, and tries what it is told by the doctor's looks.
  'src/setup': [
    'src/chat/catalog.ts',
    'src/config.ts',
    'src/core',
    'src/doctor',
    'src/environment.ts',
    'src/providers/catalog.ts',
    'src/words',
  ],
  'src/engine': ['src/core'],
  'src/store': ['src/chat/catalog.ts', 'src/core', 'src/files-url.ts'],
  'src/media': ['puppet', 'src/core'],
  // Draws free drafts; of the bot it knows only how pictures and clips are read and written.
  puppet: ['src/media'],
  'src/words': ['settings', 'src/core', 'src/providers/catalog.ts'],
  // Files for a first video, and what they are called.
  samples: [],
  'src/http': ['samples', 'src/core', 'src/words', 'src/zip.ts'],
  // Names and settings of the providers, without their adapters: whoever speaks of providers may read it.
  'src/providers/catalog.ts': ['src/environment.ts', 'src/providers'],
  'src/providers': ['src/core', 'src/environment.ts', 'src/providers/catalog.ts'],
  // What the chats share; each chat's own folder knows no other.
  'src/chat': [
    'commands',
    'samples',
    'settings',
    'src/core',
    'src/environment.ts',
    'src/words',
    'src/zip.ts',
  ],
  // What each chat is called, kept in and turned on by, without the chat itself: nobody else names one.
  'src/chat/catalog.ts': [
    ...CHATS.map(({ platform }) => `src/chat/${platform}`),
    'src/core',
    'src/environment.ts',
  ],
  'src/chat/front.ts': ['src/core'],
  'src/chat/web': ['src/chat', 'src/core', 'src/words'],
  ...Object.fromEntries(
    CHATS.map(({ platform }) => [
      `src/chat/${platform}`,
      ['commands', 'settings', 'src/chat', 'src/core', 'src/environment.ts', 'src/words'],
    ]),
  ),
};

const SOFT_LIMIT_LINES = 260;

const files = globSync(['src/**/*.ts', 'commands/**/*.ts', 'settings/**/*.ts', 'puppet/*.ts'], {
  cwd: ROOT,
}).map((path) => path.replaceAll('\\', '/'));

/** The part that a file belongs to: itself, where it has a rule of its own, else the nearest folder that has. */
function partOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((part) => path === part || path.startsWith(`${part}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function importsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const found = [...text.matchAll(/(?<!')\b(?:from|import)\s*\(?\s*'([^'\n]+)'|new URL\('(\.[^']+\.ts)'/g)];
  return found.flatMap(([, imported, url]) => imported ?? url ?? []);
}

describe('the architecture', () => {
  it('has a rule for every file', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((path) => partOf(path) === undefined)).toEqual([]);
  });

  it.each(files)('%s imports only what its part may', (path) => {
    const part = partOf(path) ?? '';
    const allowed = MAY_IMPORT[part] ?? [];
    const strangers = importsOf(path)
      .filter((name) => name.startsWith('.'))
      .map((name) => relative(ROOT, join(ROOT, dirname(path), name)).replaceAll('\\', '/'))
      .map((target) => partOf(target) ?? target)
      .filter((target) => target !== part && allowed !== '*' && !allowed.includes(target));
    expect(strangers).toEqual([]);
  });

  it('has no import circles, types included, in the product or around it', () => {
    const around = globSync(['{puppet,simulators,test,bench}/**/*.ts'], { cwd: ROOT });
    const all = [...new Set([...files, ...around.map((path) => path.replaceAll('\\', '/'))])];
    const targets = new Map(
      all.map((path) => [
        path,
        importsOf(path)
          .filter((name) => name.startsWith('.'))
          .map((name) => relative(ROOT, join(ROOT, dirname(path), name)).replaceAll('\\', '/')),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const walk = (path: string, above: readonly string[]): void => {
      if (above.includes(path)) circles.push([...above.slice(above.indexOf(path)), path].join(' > '));
      if (done.has(path) || above.includes(path)) return;
      for (const target of targets.get(path) ?? []) walk(target, [...above, path]);
      done.add(path);
    };
    for (const path of all) walk(path, []);
    expect(circles).toEqual([]);
  });

  it('keeps the core free of everything but zod', () => {
    const packages = files
      .filter((path) => path.startsWith('src/core/'))
      .flatMap((path) => importsOf(path).map((name) => `${path}: ${name}`))
      .filter((line) => !/: (?:\.|zod$)/.test(line));
    expect(packages).toEqual([]);
  });

  it('cuts texts at whole letters, in one place', () => {
    // `slice` would cut an emoji in two: `cut` of src/core/text.ts does not.
    const cutters = files.filter((path) =>
      /\.slice\(0, *\w*LENGTH/.test(readFileSync(join(ROOT, path), 'utf8')),
    );
    expect(cutters).toEqual([]);
  });

  it('exports by name', () => {
    expect(files.filter((path) => /^export default /m.test(readFileSync(join(ROOT, path), 'utf8')))).toEqual(
      [],
    );
  });

  it('has files of one idea each', () => {
    const long = files.filter(
      (path) => readFileSync(join(ROOT, path), 'utf8').split('\n').length > SOFT_LIMIT_LINES,
    );
    expect(long).toEqual([]);
  });
});

describe('the tests', () => {
  const helpers = globSync(['test/**/*.ts', 'puppet/test/**/*.ts', 'simulators/**/*.ts'], {
    cwd: ROOT,
  }).filter((path) => !path.endsWith('.test.ts'));
  const tests = globSync(['test/**/*.test.ts', '{puppet,simulators}/test/**/*.test.ts'], { cwd: ROOT });
  const withText = (paths: readonly string[], wrong: RegExp) =>
    paths.filter((path) => wrong.test(readFileSync(join(ROOT, path), 'utf8')));

  it('share no hooks: what several files import is loaded once, so its hooks would count for the first of them', () => {
    expect(withText(helpers, /^(?:before|after)(?:All|Each)\(/m)).toEqual([]);
  });

  it('leave it to timeouts.ts how long they wait', () => {
    expect(withText(tests, /\btimeout: \d+_|^ {0,2}\}, [\d_]{4,}\);|vi\.wait(?:For|Until)\(/m)).toEqual([]);
  });
});
