import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Model } from '../../src/core/models/model.ts';
import { DRAFT, MODELS } from '../../src/core/models/registry.ts';
import { PROVIDERS } from '../../src/providers/catalog.ts';

const readme = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8');

/** Its row in the table, with one blank between the words. */
function rowOf(model: Model): string {
  const at = PROVIDERS.filter(({ offers }) => offers.some((offer) => offer.model === model.id));
  const qualities = Object.entries(model.qualities).map(([quality, lines]) => `${quality} ${lines}p`);
  const { minSeconds, maxSeconds, minSide } = model.clip;
  const shorter =
    maxSeconds.image < maxSeconds.video ? ` (${maxSeconds.image} in the picture's orientation)` : '';
  const cells = [
    `${model.name} \`${model.id}\``,
    at.map(({ name }) => name).join(', '),
    qualities.join(', '),
    `${minSeconds} to ${maxSeconds.video} s${shorter}, sides from ${minSide}`,
    `sides from ${model.image.minSide}, ratio up to ${model.image.maxRatio ?? model.image.maxSide / model.image.minSide}`,
    model.understands.scenes.includes('clip') ? 'yes' : '',
  ];
  return `| ${cells.join(' | ')} |`.replaceAll(/\s+/g, ' ');
}

it('its document says of each hosted model where it is, and what it takes', () => {
  const rows = readme.split('\n').map((line) => line.replaceAll(/\s+/g, ' '));
  const offered = MODELS.filter(
    ({ id }) => id !== DRAFT && PROVIDERS.some(({ offers }) => offers.some((offer) => offer.model === id)),
  );
  expect(offered.length).toBeGreaterThan(3);
  expect(offered.map(rowOf).filter((row) => !rows.includes(row))).toEqual([]);
});

it('its document names no model that nobody offers', () => {
  const hidden = MODELS.filter(
    ({ id }) => id !== DRAFT && !PROVIDERS.some(({ offers }) => offers.some((offer) => offer.model === id)),
  );
  expect(hidden.filter(({ id }) => readme.includes(`\`${id}\``))).toEqual([]);
});
