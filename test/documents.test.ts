/** What the documents say, held against what there is: every link, command, setting and message that they name. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../commands/index.ts';
import { namesFor } from '../src/chat/command.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const DOCUMENTS = globSync(
  ['*.md', 'docs/**/*.md', '{puppet,simulators,bench}/*.md', '.github/**/*.{md,yml}'],
  { cwd: ROOT },
);
const SOURCES = globSync('src/**/*.{ts,js}', { cwd: ROOT }).map(read).join('\n');

/** As the forges make them: small letters and figures, and a hyphen for each space. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsIn = (path: string): string[] =>
  [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
const withoutBoxes = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```$/gm, '');

describe.each(DOCUMENTS)('%s', (path) => {
  const text = read(path);

  it('leads only to what is there', () => {
    const lost: string[] = [];
    for (const [, link = ''] of withoutBoxes(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) {
        if (!URL.canParse(link)) lost.push(link);
        continue;
      }
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(ROOT, target))) lost.push(link);
      else if (anchor !== undefined && !anchorsIn(target).includes(anchor)) lost.push(link);
    }
    expect(lost).toEqual([]);
  });

  it('names only files that there are', () => {
    const named = [
      ...text.matchAll(/`((?:docs|src|test|commands|settings|deploy|samples|simulators)\/[\w./-]+\.\w+)`/g),
    ];
    expect(named.map(([, file = '']) => file).filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('names only commands of npm that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const known = Object.keys(scripts);
    const named = [...text.matchAll(/\bnpm run (?:-{1,2}[\w-]+ )*([\w-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names only settings that there are', () => {
    const known = read('.env.example');
    const others = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'CHROMIUM_PATH', 'NODE_COMPILE_CACHE'];
    const named = [...text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].map(
      ([, name = '']) => name,
    );
    const strange = named.filter(
      (name) =>
        !name.startsWith('STRUT_') &&
        !others.includes(name) &&
        !known.includes(`#${name}=`) &&
        // A constant of the code, or a word of somebody's protocol.
        !/^(?:CONTRIBUTING|SECURITY|simulators|bench|docs\/decisions|docs\/reliability)/.test(path),
    );
    expect(strange).toEqual([]);
  });

  it('names only commands of the bot that there are', () => {
    const pages = [
      'hooks',
      'media',
      'privacy',
      'report',
      'usage',
      'reports',
      'healthz',
      'readyz',
      'metrics',
      'api',
      'video',
      'v1',
      'v2',
    ];
    const others = [
      'newbot',
      'setprivacy',
      'setinline',
      'setprivacypolicy',
      'mybots',
      'data',
      'files',
      'mnt',
      'work',
      'paysupport',
      'proc',
      'var',
      'users',
    ];
    const known = [...namesFor(commands, 'members'), ...namesFor(commands, 'admins'), ...pages, ...others];
    const named = [...text.matchAll(/`\/([a-z]+)(?:[@ ][^`]*)?`/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('docs/trouble.md', () => {
  const trouble = read('docs/trouble.md');
  const rows = [...trouble.matchAll(/^\| `([^`]+)` +\| (.+?) *\|$/gm)].map(([, said = '', deed = '']) => ({
    said,
    deed,
  }));

  it('has a deed for each message, and each message is one that the bot says', () => {
    expect(rows.length).toBeGreaterThan(40);
    for (const { said, deed } of rows)
      expect([said, deed.length > 3 && SOURCES.includes(said)]).toEqual([said, true]);
  });

  it('has every message that ends the bot at its start', () => {
    const [, ends = ''] = /const WHY_NOT[\s\S]*?= \{([\s\S]*?)\n\};/.exec(read('src/main.ts')) ?? [];
    const messages = [...ends.matchAll(/'((?:[^'\\]|\\.)+)',?$/gm)].map(([, message = '']) => message);
    expect(messages.length).toBeGreaterThan(8);
    for (const message of messages)
      expect([message, rows.some(({ said }) => message.startsWith(said))]).toEqual([message, true]);
  });

  it('has every message that asks for something to be done', () => {
    const asks =
      /\b(?:set [A-Z][A-Z_]{4,}|top it up|see its console|buy a pack|allow it in its console|copy it anew|ask @BotFather|is it mounted|look at (?:PUBLIC_URL|your))\b/;
    // Read by the doctor or another command, which say for themselves what to do.
    const own = /^src\/(?:moving|backing-up|restoring|words|doctor|setup|http\/page)/;
    const files = globSync('src/**/*.ts', { cwd: ROOT }).filter((path) => !own.test(path));
    const asking = files.flatMap((path) =>
      [...read(path).matchAll(/(['`])((?:\\.|(?!\1)[^\n\\])*)\1/g)].flatMap(([, , text = '']) =>
        text.length > 25 && asks.test(text) ? [text] : [],
      ),
    );
    expect(asking.length).toBeGreaterThan(10);
    // What is put in differs; some of what stands around it is in the row.
    const isThere = (text: string) =>
      rows.some(({ said }) => text.includes(said) || said.includes(text.slice(0, 30)));
    expect(asking.filter((text) => !isThere(text) && !/^must |^leaves /.test(text))).toEqual([]);
  });
});
