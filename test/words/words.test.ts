import { describe, expect, it } from 'vitest';
import { type JobState, MOVES } from '../../src/core/job/job.ts';
import { FAILURE_CODES, REFUSAL_STATUS, type Refusal } from '../../src/core/refusals.ts';
import { LOCALES, wordsFor } from '../../src/words/index.ts';
import { jobIn } from '../fakes/jobs.ts';

/** Every refusal with facts, as a member may meet it. */
const REFUSALS: { [C in Refusal['code']]: Extract<Refusal, { code: C }> } = {
  'bad-request': { code: 'bad-request', reason: 'send a form.' },
  'missing-image': { code: 'missing-image' },
  'missing-clip': { code: 'missing-clip' },
  'missing-motion': { code: 'missing-motion' },
  'bad-option': { code: 'bad-option', option: 'quality', allowed: ['draft', 'pro'] },
  'not-signed-in': { code: 'not-signed-in' },
  'not-allowed': { code: 'not-allowed', why: 'channel' },
  'channel-closed': { code: 'channel-closed' },
  'adult-channel': { code: 'adult-channel' },
  blocked: { code: 'blocked', until: 1_800_000_000_000 },
  'space-not-allowed': { code: 'space-not-allowed' },
  'private-not-allowed': { code: 'private-not-allowed', memberId: 'telegram:42' },
  'no-such-job': { code: 'no-such-job' },
  'file-gone': { code: 'file-gone' },
  'job-hidden': { code: 'job-hidden' },
  'picture-blocked': { code: 'picture-blocked' },
  'consent-needed': { code: 'consent-needed', why: 'not-lately', provider: 'fal' },
  'not-usable': { code: 'not-usable', what: 'image' },
  'not-cancellable': { code: 'not-cancellable', state: 'delivered' },
  'already-decided': { code: 'already-decided' },
  'upload-too-large': { code: 'upload-too-large', what: 'clip', maxBytes: 300_000_000 },
  'not-an-image': { code: 'not-an-image', found: 'a PDF' },
  'not-a-video': { code: 'not-a-video', found: 'a ZIP archive' },
  'broken-file': { code: 'broken-file', what: 'clip' },
  'too-heavy': { code: 'too-heavy', what: 'clip' },
  'image-too-small': { code: 'image-too-small', width: 120, height: 300, minSide: 300 },
  'image-too-large': { code: 'image-too-large', by: 'bytes', bytes: 12_340_000, maxBytes: 10_000_000 },
  'image-bad-ratio': { code: 'image-bad-ratio', width: 400, height: 1600, maxRatio: 2.5 },
  'clip-too-short': { code: 'clip-too-short', seconds: 2.4, minSeconds: 3, canLoop: true },
  'clip-too-long': { code: 'clip-too-long', seconds: 31.23, maxSeconds: 30, canTrim: true },
  'clip-bad-ratio': { code: 'clip-bad-ratio', width: 4000, height: 400, maxRatio: 3 },
  'clip-too-small': { code: 'clip-too-small', width: 100, height: 100, minSide: 340 },
  'clip-too-large': { code: 'clip-too-large', by: 'pixels', width: 9000, height: 100, maxSide: 3850 },
  'clip-undecodable': { code: 'clip-undecodable', found: 'prores raw', encrypted: false },
  'no-picture-in-clip': { code: 'no-picture-in-clip' },
  'over-quota': {
    code: 'over-quota',
    scope: 'space',
    period: 'day',
    leftMicros: 160_000,
    resetsAt: 1_800_000_000_000,
  },
  'price-rose': { code: 'price-rose', micros: 280_000 },
  'offer-expired': { code: 'offer-expired' },
  'slow-down': { code: 'slow-down', retryAt: 1_800_000_000_000 },
  'no-provider': { code: 'no-provider' },
  'no-provider-for-model': { code: 'no-provider-for-model', model: 'Kling 3.0' },
  'no-provider-for-quality': { code: 'no-provider-for-quality', quality: 'pro' },
  'no-way-to-host-files': { code: 'no-way-to-host-files' },
  'provider-down': { code: 'provider-down' },
  'disk-full': { code: 'disk-full' },
  'under-way': { code: 'under-way' },
  'library-off': { code: 'library-off' },
  'bad-name': { code: 'bad-name', why: 'too-long' },
  'name-taken': { code: 'name-taken', kind: 'motion', name: 'Shuffle' },
  'library-full': { code: 'library-full', kind: 'motion', whose: 'space', max: 200 },
  'no-such-item': { code: 'no-such-item', kind: 'character', near: ['Rob'] },
  'several-items': { code: 'several-items', kind: 'motion', near: ['Shuffle', 'Shuttle'] },
  busy: { code: 'busy' },
  stopping: { code: 'stopping' },
};

const words = wordsFor('en');
const JOB_STATES = Object.keys(MOVES) as JobState[];

describe.each(LOCALES)('in %s, the words', (locale) => {
  const words = wordsFor(locale);

  it.each(Object.values(REFUSALS))('of $code are a sentence without a gap', (refusal) => {
    const text = words.refusal(refusal);
    expect(text).toMatch(/[.?。]$/);
    expect(text).not.toMatch(/\b(?:undefined|NaN|null)\b|\[object|\{|\}|refusal\./);
    expect(REFUSAL_STATUS[refusal.code]).toBeGreaterThanOrEqual(400);
  });

  it.each(FAILURE_CODES)('of the failure %s tell the truth about its cost', (failure) => {
    const reason = words.failureReason(failure);
    const cost = words.money(280_000);
    const free = words.failure({ failure, costMicros: 0 });
    const unsettled = words.failure({ failure, costMicros: 0, unsettledMicros: 280_000 });
    expect(free.startsWith(reason)).toBe(true);
    expect(words.failure({ failure, costMicros: 280_000 })).toContain(cost);
    expect(unsettled).toContain(cost);
    expect(unsettled).not.toContain(words.t('cost.nothing'));
  });

  it.each(JOB_STATES)('of a job that is %s are a sentence', (state) =>
    expect(words.job(jobIn(state))).toMatch(/[^{}][.…。]$/),
  );

  it('of a job that the provider cancelled are not those of one that the member cancelled', () => {
    const job = { ...jobIn('cancelled'), costMicros: 0 };
    const billed = { ...job, costMicros: 280_000 };
    expect(words.job({ ...job, by: 'provider' })).not.toBe(words.job(job));
    expect(words.job({ ...billed, by: 'provider' })).toContain(words.price(280_000));
    expect(words.job({ ...billed, by: 'provider' })).not.toBe(words.job(billed));
  });
});

describe('the words', () => {
  it('name the limit and the value found', () => {
    expect(words.refusal(REFUSALS['image-too-small'])).toContain('120×300 pixels');
    expect(words.refusal(REFUSALS['image-too-small'])).toContain('at least 300');
    expect(words.refusal(REFUSALS['image-too-large'])).toMatch(/12\.3 MB.*10 MB/);
    expect(words.refusal(REFUSALS['clip-too-long'])).toMatch(/31\.2 s.*30 s.*trim/s);
    expect(words.refusal(REFUSALS['clip-too-large'])).toMatch(/9000×100.*3850 pixels/s);
    expect(words.refusal(REFUSALS['over-quota'])).toMatch(
      /daily limit for everyone here: \$0\.16 left.*Jan 15, 2027/s,
    );
    expect(words.refusal(REFUSALS['bad-option'])).toBe('“quality” can be: draft, pro.');
    expect(words.refusal(REFUSALS['not-a-video'])).toContain('a ZIP archive');
    expect(words.refusal({ code: 'not-a-video', found: 'still GIF' })).toContain(
      'That GIF is a single still',
    );
    expect(words.refusal(REFUSALS['no-provider-for-quality'])).toContain('“Pro”');
  });

  it('count as the language does', () => {
    const told = (language: string, counts: number[]) =>
      counts.map(
        (count) =>
          wordsFor(language)
            .t('privacy.days', { count })
            .match(/\d+ \p{L}+/u)?.[0],
      );
    expect(told('pl', [1, 2, 5, 22])).toEqual(['1 dniu', '2 dniach', '5 dniach', '22 dniach']);
    expect(told('ru', [1, 2, 5, 21])).toEqual(['1 день', '2 дня', '5 дней', '21 день']);
    expect(told('fr', [1, 2])).toEqual(['1 jour', '2 jours']);
  });

  it('say which limit ran short: of dollars, or of jobs', () => {
    const limit = { code: 'over-quota', scope: 'member', period: 'month', resetsAt: 0 } as const;
    expect(words.refusal({ ...limit, leftMicros: 400_000, leftJobs: 2 })).toMatch(
      /^That's over your monthly limit: \$0\.40 left\. It starts over on Jan 1, 1970/,
    );
    for (const left of [{ leftJobs: 0 }, { leftMicros: 400_000, leftJobs: 0 }])
      expect(words.refusal({ ...limit, ...left })).toMatch(/^Your jobs for this month are used up\./);
  });

  it('say why it is too late to cancel', () => {
    const late = (state: string) => words.refusal({ code: 'not-cancellable', state });
    expect(late('delivered')).toBe("It's too late to cancel: this job is already delivered.");
    expect(late('gone')).toContain('has been deleted');
    expect(late('no state of ours')).toBe(late('running'));
  });

  it('say what a failed job cost', () => {
    const failure = 'provider-down';
    expect(words.failure({ failure, costMicros: 0 })).toMatch(/It cost nothing\.$/);
    expect(words.failure({ failure, costMicros: 280_000 })).toMatch(/The provider billed \$0\.28\.$/);
    expect(words.failure({ failure, costMicros: 0, unsettledMicros: 280_000 })).toContain(
      "can't be known; it would be about $0.28",
    );
  });

  it('leave what a member wrote as it is, whatever it holds', () => {
    const nasty = '<b>$t(cost.free) {{limit}} {{allowed}}</b> & "$&"';
    expect(words.refusal({ code: 'bad-option', option: nasty, allowed: [] })).toBe(
      `There is no option “${nasty}”.`,
    );
  });

  it.each([
    ['en', 'en'],
    ['en-GB', 'en'],
    ['en-US', 'en'],
    ['es-ES', 'es'],
    ['es-419', 'es'],
    ['pt', 'pt-BR'],
    ['pt-br', 'pt-BR'],
    ['pt_BR', 'pt-BR'],
    ['zh-CN', 'en'],
    ['xx', 'en'],
    ['', 'en'],
    [undefined, 'en'],
    ...LOCALES.map((language) => [language, language] as const),
  ] as const)('for the locale %s are those of %s', (locale, language) =>
    expect(wordsFor(locale).language).toBe(language),
  );
});
