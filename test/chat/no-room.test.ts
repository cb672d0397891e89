import { describe, expect, it } from 'vitest';
import { statusPage } from '../../src/chat/cards.ts';
import { phaseOf } from '../../src/chat/status.ts';
import type { Job } from '../../src/core/job/job.ts';
import { LOCALES, wordsFor } from '../../src/words/index.ts';
import { jobIn } from '../fakes/jobs.ts';

const full = { provider: 'fal', since: 1_700_000_000_000, image: 'up/image', clip: 'up/clip' };
const waiting: Job[] = [
  { ...jobIn('created'), full },
  { ...jobIn('submitting'), full },
];
const facts = { usualMs: undefined, now: 1_700_000_001_000 };

describe('a job whose provider has no room for it', () => {
  it.each(LOCALES)('is told to be in line, like one that waits over there, in %s', (locale) => {
    const words = wordsFor(locale);
    for (const job of waiting) {
      expect(words.job(job)).toBe(words.t('job.queued'));
      expect(statusPage(words, job, facts).title).toBe(words.t('card.queued'));
    }
    expect(words.job(jobIn('created'))).toBe(words.t('job.created'));
    expect(words.job(jobIn('submitting'))).toBe(words.t('job.submitting'));
  });

  it('has no message changed each time that it is asked for room', () => {
    expect(new Set(waiting.map(phaseOf)).size).toBe(1);
    expect(phaseOf(jobIn('created'))).not.toBe(phaseOf(jobIn('submitting')));
  });
});
