/** Nobody takes a job for what is held: what the member is asked instead. */
import type { JobIn } from '../core/job/job.ts';
import { filesLine, quoteLines } from '../words/facts.ts';
import type { Words } from '../words/index.ts';
import { offerPrice } from '../words/jobs.ts';
import type { Button, Page } from './page.ts';
import { yesArg } from './yes.ts';

/** It says which price it is a yes to: the message may be older than the question that stands by then. */
export const goOnButton = (words: Words, { code, instead }: JobIn<'asking'>): Button => ({
  verb: 'go-on',
  code,
  arg: yesArg(instead.micros),
  label: words.t('button.go-on', { price: offerPrice(words, instead) }),
  tone: 'success',
});

/** Its no is the job's cancel. */
export function askingPage(words: Words, job: JobIn<'asking'>): Pick<Page, 'lines' | 'rows'> {
  const { t, date } = words;
  const { code, inputs, instead, request, until } = job;
  const decline: Button = { verb: 'cancel', code, label: t('button.decline'), tone: 'danger' };
  return {
    lines: [
      words.job(job),
      filesLine(words, inputs),
      ...quoteLines(words, instead, request),
      t('confirm.waiting', { until: date(until) }),
      t('card.job', { code }),
    ],
    rows: [[goOnButton(words, job), decline]],
  };
}
