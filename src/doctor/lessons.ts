/** Whether what the coach foretells comes true here. */
import { createLessons } from '../core/coach/lessons.ts';
import { createLocks } from '../core/locks.ts';
import { diagnosis } from '../words/doctor/index.ts';
import { wordsFor } from '../words/index.ts';
import { lessonSums } from '../words/usage.ts';
import type { Check } from './patient.ts';
import { recordsOf } from './records.ts';

export const lessons: Check = {
  name: 'what the coach foretold',
  async look(patient) {
    const records = await recordsOf(patient);
    if (!records) return [];
    const { record } = await createLessons(records.keyv('lessons'), createLocks()).read();
    return lessonSums(wordsFor('en'), record).map(({ warning: finding, jobs, spoiled }) =>
      diagnosis('lesson', { finding, jobs, spoiled }, finding),
    );
  },
};
