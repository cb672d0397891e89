/** Everything that a person is told, in their language: what happened, and what to do next. */
import type { Job, QuoteNote, QuoteWarning } from '../core/job/job.ts';
import type { Micros } from '../core/price/money.ts';
import type { FailureCode, Refusal } from '../core/refusals.ts';
import { type FailedJob, failureText, jobText, priceText } from './jobs.ts';
import { type Language, languageOf } from './languages.ts';
import { refusalText } from './refusals.ts';
import { type Speech, speechOf } from './speech.ts';

export { type Language, LOCALES, type WordKey } from './languages.ts';

export type Words = Speech & {
  refusal(refusal: Refusal): string;
  /** Why a job failed, without what it cost. */
  failureReason(code: FailureCode): string;
  /** Why a job failed, and what it cost. */
  failure(ended: FailedJob): string;
  note(note: QuoteNote): string;
  warning(warning: QuoteWarning): string;
  /** `free`, or the sum. */
  price(micros: Micros): string;
  /** One sentence on how a job stands. */
  job(job: Job): string;
};

const made = new Map<Language, Words>();

/** The words for a chat's or a member's locale; English where it is unknown or not among ours. */
export function wordsFor(locale?: string): Words {
  const language = languageOf(locale);
  const known = made.get(language);
  if (known) return known;
  const speech = speechOf(language);
  const words: Words = {
    ...speech,
    refusal: (refusal) => refusalText(speech, refusal),
    failureReason: (code) => speech.t(`failure.${code}`),
    failure: (ended) => failureText(speech, ended),
    note: (note) => speech.t(`note.${note}`),
    warning: (warning) => speech.t(`warning.${warning}`),
    price: (micros) => priceText(speech, micros),
    job: (job) => jobText(speech, job),
  };
  made.set(language, words);
  return words;
}
