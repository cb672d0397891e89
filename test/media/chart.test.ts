import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Chart } from '../../src/core/media.ts';
import { chart, svgOf } from '../../src/media/chart.ts';
import { createMedia } from '../../src/media/index.ts';
import { createPool } from '../../src/media/pool.ts';

const days = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => new Date(Date.UTC(2026, 9, 1 + i)).toISOString().slice(0, 10));
const PROVIDERS = ['fal', 'local', 'runcomfy', 'runpod'];

function chartOf(over: Partial<Chart> & Pick<Chart, 'days' | 'series'>): Chart {
  const totalMicros = over.series.flatMap(({ micros }) => micros).reduce((sum, one) => sum + one, 0);
  return { language: 'en', totalMicros, ...over };
}

/** What can be read in the picture, without the blanks that no eye tells apart. */
const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text.replaceAll(/\s+/g, ' '));
const barsOf = (svg: string, colour: string): number => svg.split(`fill="${colour}"`).length - 1;

describe('the chart', () => {
  it('says the sum, the days, and what each provider took', () => {
    const series = PROVIDERS.map((name, i) => ({ name, micros: Array(31).fill(i * 210_000) }));
    const texts = textsOf(svgOf(chartOf({ days: days(31), series })));
    expect(texts).toContain('$39.06');
    expect(texts).toContain('10/1/26 – 10/31/26');
    expect(texts).toEqual(
      expect.arrayContaining(['fal $0', 'local $6.51', 'runcomfy $13.02', 'runpod $19.53', '10/1']),
    );
  });

  it('has a bar for each day on which a provider took something, and one square in the legend', () => {
    const series = [
      { name: 'fal', micros: [1, 0, 5] },
      { name: 'runpod', micros: [0, 0, 3] },
    ];
    const svg = svgOf(chartOf({ days: days(3), series }));
    expect([barsOf(svg, '#ff7a4d'), barsOf(svg, '#58c7f3')]).toEqual([3, 2]);
  });

  it('keeps tiny prices apart instead of calling them all nothing', () => {
    const series = [{ name: 'fal', micros: [70, 0, 350] }];
    const texts = textsOf(svgOf(chartOf({ days: days(3), series })));
    expect(texts).toEqual(expect.arrayContaining(['$0.00042', '$0.0001', '$0.0003']));
  });

  it.each([
    ['de', ['0,70 $', '01.10.26', '0,40 $', '1.10.']],
    ['ja', ['$0.70', '2026/10/01', '$0.40', '10/1']],
  ])('writes figures and dates as %s does', (language, expected) => {
    const series = [{ name: 'fal', micros: [700_000] }];
    expect(textsOf(svgOf(chartOf({ days: days(1), series, language })))).toEqual(
      expect.arrayContaining(expected),
    );
  });

  it('shows that nothing was spent, with or without a provider', () => {
    for (const series of [[], [{ name: 'local', micros: [0, 0] }]])
      expect(textsOf(svgOf(chartOf({ days: days(2), series })))).toContain('$0');
  });

  it('is a PNG with letters in it, drawn in a child process', async () => {
    const media = createMedia({ pool: createPool({ log: { warn() {} } }) });
    onTestFinished(() => media.stop());
    const series = [{ name: 'fal', micros: [700_000] }];
    const png = await media.chart(chartOf({ days: days(1), series }));
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([1280, 800]);
    // The sum stands at the upper left. Without a font there would be nothing, or one box like the other.
    const columns = new Set<string>();
    for (let x = 48; x < 180; x += 1) {
      const column = [];
      for (let y = 40; y < 100; y += 1) column.push(data[(y * info.width + x) * info.channels]);
      columns.add(column.join());
    }
    expect(columns.size).toBeGreaterThan(40);
  });

  it('is drawn where pictures of strangers were opened before, to which drawings stay shut', async () => {
    await import('../../src/media/stills.ts');
    const spec = chartOf({ days: days(1), series: [{ name: 'fal', micros: [700_000] }] });
    expect(
      Buffer.from(await chart(spec), 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    await expect(sharp(Buffer.from(svgOf(spec))).metadata()).rejects.toThrow('unsupported image format');
  });
});
