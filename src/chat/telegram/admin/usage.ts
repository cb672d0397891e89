/** `/usage`: what was spent, as a picture with its sums, and every line of it as a file. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InputFile } from 'grammy';
import type { Call, Command, Core } from '../../../core/command.ts';
import type { Files } from '../../../core/ports.ts';
import type { Outcome } from '../../../core/refusals.ts';
import type { Usage } from '../../../core/usage.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { usageLines, usageTitle } from '../../../words/usage.ts';
import { jobIdOf } from '../inbound/decide.ts';
import type { Deed } from '../inbound/pressed.ts';
import type { Place, Said } from '../inbound/records.ts';
import { targetOf, type Who } from '../inbound/who.ts';
import type { Outbound } from '../outbound/index.ts';
import { CAPTION_LENGTH, callbackData, escapeHtml, keyboardOf, linesOf } from '../render.ts';
import type { Body } from '../views.ts';
import type { People } from './people.ts';

export type UsageParts = {
  people: People;
  who: Who;
  usage: Command;
  files: Files;
  sayWith: Outbound['sayWith'];
};

export type UsageAnswers = {
  /** Undefined where it has been said already. */
  answer(said: Said, core: Core): Promise<Body | undefined>;
  csv: Deed;
};

export function createUsageAnswers({ people, who, usage, files, sayWith }: UsageParts): UsageAnswers {
  async function report(place: Place, id: string, period: string, core: Core): Promise<Outcome<Usage>> {
    const options: Call['options'] = period ? { period } : {};
    const outcome = await usage.execute({ ...(await who.fresh(place)), id, options, files: {} }, core);
    if (!outcome.ok) return outcome;
    if (outcome.value.kind !== 'usage') throw new Error('/usage shows something else');
    return { ok: true, value: outcome.value.usage };
  }

  async function bodyOf(place: Place, words: Words, told: Usage): Promise<Body> {
    const title = usageTitle(words, told);
    const lines = await people.named(place.chatId, words.t('settings.anonymous-admin'), (naming) =>
      usageLines(words, told, naming),
    );
    const { text, parse_mode } = linesOf(['', ...lines], CAPTION_LENGTH - title.length);
    const keyboard = keyboardOf(
      told.totals.jobs > 0
        ? [[{ text: words.t('usage.export'), data: callbackData('usage-csv', told.period) }]]
        : [],
    );
    return {
      text: `<b>${escapeHtml(title)}</b>${text}`,
      parse_mode,
      ...(keyboard ? { reply_markup: keyboard } : {}),
    };
  }

  return {
    async answer(said, core) {
      const words = wordsFor(said.locale);
      const outcome = await report(said, jobIdOf(said), said.text.trim().toLowerCase(), core);
      if (!outcome.ok) return linesOf([words.refusal(outcome.refusal)]);
      const body = await bodyOf(said, words, outcome.value);
      if (outcome.value.totals.jobs === 0) return body;
      const chart = await core.reports.chart(outcome.value, words.language);
      const open = () => new InputFile(chart, 'usage.png');
      const shown = await sayWith(targetOf(said), { as: 'photo', open }, body);
      // Where no pictures may be sent, the sums are told all the same.
      return shown === undefined ? body : undefined;
    },

    async csv({ press, words, code }, { core }) {
      const outcome = await report(press, press.pressId, code, core);
      if (!outcome.ok) return words.refusal(outcome.refusal);
      const told = outcome.value;
      await using temp = await files.temp('csv');
      await pipeline(Readable.from(core.reports.csv(told)), createWriteStream(temp.path));
      const open = () => new InputFile(temp.path, `usage-${told.period}.csv`);
      const sent = await sayWith(
        targetOf(press),
        { as: 'document', open },
        linesOf([usageTitle(words, told)]),
      );
      return sent === undefined ? words.t('told.trouble') : undefined;
    },
  };
}
