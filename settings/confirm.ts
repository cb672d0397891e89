import { z } from 'zod';
import { type Micros, usdDecimal } from '../src/core/price/money.ts';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { dollars, wrong } from './reading.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** A job that is dearer than this starts only when its member has seen the price and said yes. */
    confirmAboveMicros: Micros;
  }
}

export const confirm = {
  key: 'confirmAboveMicros',
  name: 'confirm',
  options: [{ name: 'usd', type: 'text', of: 'number', maxLength: 20, required: true, examples: ['0.50'] }],
  schema: z.int().nonnegative(),
  preset: () => 1_000_000,
  read({ usd }) {
    const micros = dollars(usd);
    return micros === undefined ? wrong('usd', ['0.50']) : accept(micros);
  },
  write: (micros) => ({ usd: usdDecimal(micros) }),
  say: (micros, { money }) => money(micros),
  usual: [{ usd: '0.50' }, { usd: '1' }, { usd: '2' }, { usd: '5' }],
} satisfies Setting<'confirmAboveMicros'>;
