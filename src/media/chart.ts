/** What was spent by day, as a picture for a chat: a dark card of its own, readable on light and on dark. */
import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import sharp from 'sharp';
import type { Chart } from '../core/media.ts';
import { MICROS_PER_USD, type Micros, usdDigits } from '../core/price/money.ts';

use([BarChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** In points; the picture has twice as many pixels. Small enough that its text can be read on a phone. */
const SIZE = { width: 640, height: 400 };
const SCALE = 2;
/** No words, only figures and names: these fonts need not know every script. */
const FONT = 'DejaVu Sans, Liberation Sans, Arial, sans-serif';
const GROUND = '#17231e';
const INK = '#eaf2ed';
const MUTED = '#a9bab1';
const LINE = '#33443c';
/** Told apart also by those who see few colours: they differ in lightness too. */
const COLOURS = ['#ff7a4d', '#58c7f3', '#f5d76e', '#3fa37c', '#c79bf2', '#9fb0a7'];
/** A day, alone, must not fill the picture. */
const WIDEST_BAR = 56;
/** Of the legend. */
const ROW = 24;
const GAP = 28;

/** What a child that has opened a stranger's picture has shut (stills.ts); it does one task at a time. */
const DRAWINGS = { operation: ['VipsForeignLoadSvg'] };

export async function chart(spec: Chart): Promise<string> {
  sharp.unblock(DRAWINGS);
  try {
    const picture = await sharp(Buffer.from(svgOf(spec)), { density: 72 * SCALE })
      .png()
      .toBuffer();
    return picture.toString('base64');
  } finally {
    sharp.block(DRAWINGS);
  }
}

/** The same picture as a drawing. */
export function svgOf({ language, days, series, totalMicros }: Chart): string {
  const top = topOf(days, series);
  const money = moneyOf(language, top.step);
  const date = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'numeric', timeZone: 'UTC' });
  const long = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeZone: 'UTC' });
  const named = series.map((one) => ({
    name: `${one.name}  ${moneyOf(language, usdStep(sum(one.micros)))(sum(one.micros))}`,
    micros: one.micros,
  }));
  const [first, last] = [days[0], days.at(-1)];
  const drawing = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  drawing.setOption({
    animation: false,
    backgroundColor: GROUND,
    color: COLOURS,
    textStyle: { fontFamily: FONT },
    title: {
      text: moneyOf(language, usdStep(totalMicros))(totalMicros),
      subtext:
        first === undefined || last === undefined
          ? ''
          : first === last
            ? long.format(Date.parse(first))
            : long.formatRange(Date.parse(first), Date.parse(last)),
      left: 24,
      top: 18,
      itemGap: 4,
      textStyle: { color: INK, fontSize: 28, fontWeight: 'bold', fontFamily: FONT },
      subtextStyle: { color: MUTED, fontSize: 15, fontFamily: FONT },
    },
    legend: {
      bottom: 12,
      left: 24,
      right: 24,
      icon: 'roundRect',
      itemWidth: 14,
      itemHeight: 14,
      itemGap: GAP,
      textStyle: { color: INK, fontSize: 15, fontFamily: FONT },
    },
    grid: {
      left: 24,
      right: 24,
      top: 100,
      bottom: 32 + ROW * rowsOf(named),
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'category',
      data: days.map((day) => date.format(Date.parse(day))),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: LINE } },
      axisLabel: { color: MUTED, fontSize: 14, hideOverlap: true, fontFamily: FONT },
    },
    yAxis: {
      type: 'value',
      max: top.max,
      interval: top.step,
      axisLabel: {
        color: MUTED,
        fontSize: 14,
        fontFamily: FONT,
        formatter: (micros: number) => money(micros),
      },
      splitLine: { lineStyle: { color: LINE } },
    },
    series: named.map(({ name, micros }) => ({
      type: 'bar',
      stack: 'spent',
      name,
      // A bar of nothing would still have an edge, and cut the axis.
      data: micros.map((one) => one || '-'),
      barMaxWidth: WIDEST_BAR,
      barCategoryGap: '28%',
      itemStyle: { borderColor: GROUND, borderWidth: 1 },
    })),
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return svg;
}

const sum = (micros: readonly Micros[]): Micros => micros.reduce((total, one) => total + one, 0);

/** How many rows the legend takes, by a guess at its letters that is rather too wide. */
function rowsOf(named: readonly { name: string }[]): number {
  let [rows, left] = [0, 0];
  for (const { name } of named) {
    const width = name.length * 9 + 20 + GAP;
    if (width > left) [rows, left] = [rows + 1, SIZE.width - 48];
    left -= width;
  }
  return rows;
}

/** The highest stack, rounded up to whole steps of 1, 2 or 5 times a power of ten: at most five of them. */
function topOf(days: readonly string[], series: Chart['series']): { max: Micros; step: Micros } {
  const highest = Math.max(0, ...days.map((_, i) => sum(series.map(({ micros }) => micros[i] ?? 0))));
  if (highest === 0) return { max: MICROS_PER_USD, step: MICROS_PER_USD };
  const least = highest / 5;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  const step = ([1, 2, 5, 10].find((times) => times * power >= least) ?? 10) * power;
  return { max: Math.ceil(highest / step) * step, step };
}

/** A sum is shown in whole cents; smaller ones with all their digits, or tiny prices would all read as nothing. */
const usdStep = (micros: Micros): Micros => (micros >= MICROS_PER_USD ? 10_000 : micros);

/** Dollars with as many digits as one step needs. */
function moneyOf(language: string, step: Micros): (micros: Micros) => string {
  const digits = step % MICROS_PER_USD === 0 ? 0 : usdDigits(step);
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return (micros) => format.format(micros / MICROS_PER_USD);
}
