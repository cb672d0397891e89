/** Your own stop over everything that is spent. */
import type { Step } from './step.ts';

const BUDGETS = [
  ['BUDGET_USD_PER_DAY', 'The most that may be spent in a day, in dollars:', '20'],
  ['BUDGET_USD_PER_MONTH', 'And in a month:', '200'],
] as const;

export const budgets: Step = {
  name: 'budgets',
  title: 'What may be spent',
  async run({ ask, draft }) {
    ask.note('Your budget', [
      'Nobody and nothing gets past it, you included.',
      'What each server, channel and member may spend is set there, with /settings.',
    ]);
    for (const [name, question, preset] of BUDGETS) {
      const before = draft.value(name);
      const said = await ask.text(question, { preset: before || preset, wrong: notMoney });
      if (said !== (before || preset)) draft.set(name, said);
    }
  },
};

const notMoney = (text: string): string | undefined =>
  /^\d{1,6}(?:\.\d{1,2})?$/.test(text) ? undefined : 'A sum of dollars, like 20 or 7.50.';
