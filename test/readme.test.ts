/** What the documents say of pictures and clips, held against what the code goes by. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../commands/index.ts';
import { namesFor } from '../src/chat/command.ts';
import { MAX_UPLOAD_BYTES } from '../src/core/intake/uploads.ts';
import { DEFAULT_MODEL } from '../src/core/models/registry.ts';
import { MAX_PIXELS } from '../src/media/image-limits.ts';
import { CLIPS, IMAGES } from '../src/media/sniff.ts';
import { wordsFor } from '../src/words/index.ts';

const using = readFileSync(join(import.meta.dirname, '../docs/using.md'), 'utf8');
const documents = globSync(['README.md', 'docs/*.md'], { cwd: join(import.meta.dirname, '..') })
  .map((path) => readFileSync(join(import.meta.dirname, '..', path), 'utf8'))
  .join('\n');
const [, table = ''] = /## What goes in\n\n([\s\S]*?)\n\n/.exec(using) ?? [];
const { image, clip } = DEFAULT_MODEL;

const row = (name: string): { taken: string[]; limits: string } => {
  const cells = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const [, , taken = '', limits = ''] = cells.find(([, first]) => first === name) ?? [];
  return { taken: taken.split(', '), limits };
};
const megabytes = (bytes: number): string => `${bytes / 1_000_000} MB`;

describe('what goes in, as the document has it', () => {
  it('are the pictures that are taken, within their limits', () => {
    const { taken, limits } = row('picture');
    expect(taken.toSorted()).toEqual([...new Set([...Object.values(IMAGES), 'HEIC', 'AVIF'])].toSorted());
    expect(limits).toBe(
      `up to ${megabytes(MAX_UPLOAD_BYTES.image)} and ${MAX_PIXELS / 1_000_000} million pixels, ` +
        `each side at least ${image.minSide} pixels, at most ${image.maxRatio} times as long as wide`,
    );
  });

  it('are the clips that are taken, within their limits', () => {
    const { taken, limits } = row('clip');
    expect(taken.toSorted()).toEqual([...new Set(Object.values(CLIPS))].toSorted());
    expect(limits).toBe(
      `up to ${megabytes(MAX_UPLOAD_BYTES.clip)}, ${clip.minSeconds} to ${clip.maxSeconds.video} seconds ` +
        `(${clip.maxSeconds.image} when the picture's orientation is kept), each side at least ${clip.minSide} pixels`,
    );
  });

  it.each(['image', 'clip'] as const)('is what the refusal of another kind of file asks for (%s)', (what) => {
    const words = wordsFor('en').refusal({ code: what === 'image' ? 'not-an-image' : 'not-a-video' });
    for (const kind of row(what === 'image' ? 'picture' : 'clip').taken) expect(words).toContain(kind);
  });
});

it.each([...namesFor(commands, 'members'), ...namesFor(commands, 'admins')])(
  '/%s stands in the documents, as every command does',
  (name) => expect(documents).toMatch(new RegExp(`\`/${name}[\` ]`)),
);
