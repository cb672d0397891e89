// @ts-check
/** What is known of a finished video, as pairs of a term and its value. */

import { make } from './dom.js';
import { capital, lengthOf, nameOf } from './words.js';

/** @import { JobView } from './contract.ts' */

/** @param {JobView} job */
export function figuresOf(job) {
  /** @type {[string, string | undefined][]} */
  const pairs = [
    ['Cost', job.cost],
    ['Length', lengthOf(job.seconds)],
    ['Took', job.tookSeconds === undefined ? undefined : lengthOf(job.tookSeconds)],
    ['Quality', capital(job.request.quality)],
    ['Made by', nameOf(job.provider ?? job.quote.provider)],
  ];
  return pairs.flatMap(([term, value]) =>
    value ? [make('div', {}, make('dt', {}, term), make('dd', {}, value))] : [],
  );
}
