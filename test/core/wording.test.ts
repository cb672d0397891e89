import { describe, expect, it } from 'vitest';
import { formatUsd, microsFromUsd } from '../../src/core/money.ts';
import { FAILURE_CODES, REFUSAL_STATUS, type Refusal } from '../../src/core/refusals.ts';
import { failureText, jobText, refusalText } from '../../src/core/wording.ts';
import { jobIn } from '../fakes/jobs.ts';

/** Every refusal with facts, as a member may meet it. */
const REFUSALS: { [C in Refusal['code']]: Extract<Refusal, { code: C }> } = {
  'bad-request': { code: 'bad-request', reason: 'send a form.' },
  'missing-image': { code: 'missing-image' },
  'missing-clip': { code: 'missing-clip' },
  'bad-option': { code: 'bad-option', option: 'quality', allowed: ['draft', 'pro'] },
  'not-signed-in': { code: 'not-signed-in' },
  'not-allowed': { code: 'not-allowed' },
  blocked: { code: 'blocked', until: 1_800_000_000_000 },
  'space-not-allowed': { code: 'space-not-allowed' },
  'private-not-allowed': { code: 'private-not-allowed', memberId: 'telegram:42' },
  'no-such-job': { code: 'no-such-job' },
  'not-cancellable': { code: 'not-cancellable', state: 'delivered' },
  'already-decided': { code: 'already-decided' },
  'upload-too-large': { code: 'upload-too-large', what: 'clip', maxBytes: 300_000_000 },
  'not-an-image': { code: 'not-an-image', found: 'a PDF' },
  'not-a-video': { code: 'not-a-video', found: 'a ZIP archive' },
  'broken-file': { code: 'broken-file', what: 'clip' },
  'image-too-small': { code: 'image-too-small', width: 120, height: 300, minSide: 300 },
  'image-too-large': { code: 'image-too-large', by: 'bytes', bytes: 12_340_000, maxBytes: 10_000_000 },
  'image-bad-ratio': { code: 'image-bad-ratio', width: 400, height: 1600, maxRatio: 2.5 },
  'clip-too-short': { code: 'clip-too-short', seconds: 2.4, minSeconds: 3 },
  'clip-too-long': { code: 'clip-too-long', seconds: 31.23, maxSeconds: 30, canTrim: true },
  'clip-too-small': { code: 'clip-too-small', width: 100, height: 100, minSide: 340 },
  'clip-too-large': { code: 'clip-too-large', by: 'pixels', width: 9000, height: 100, maxSide: 3850 },
  'no-picture-in-clip': { code: 'no-picture-in-clip' },
  'over-quota': {
    code: 'over-quota',
    limit: "server's daily limit",
    leftMicros: 160_000,
    resetsAt: 1_800_000_000_000,
  },
  'slow-down': { code: 'slow-down', retryAt: 1_800_000_000_000 },
  'no-provider': { code: 'no-provider', why: 'quality', quality: 'pro' },
  'no-way-to-host-files': { code: 'no-way-to-host-files' },
  'provider-down': { code: 'provider-down' },
  'disk-full': { code: 'disk-full' },
  stopping: { code: 'stopping' },
};

describe('the words', () => {
  it.each(Object.values(REFUSALS))(
    'of $code say what happened, with every figure, and what to do',
    (refusal) => {
      const text = refusalText(refusal);
      expect(text).toMatch(/^[A-Z“].*[.?]$/s);
      expect(text).not.toMatch(/undefined|NaN|null|\[object|\{|\}/);
      expect(REFUSAL_STATUS[refusal.code]).toBeGreaterThanOrEqual(400);
    },
  );

  it('name the limit and the value found', () => {
    expect(refusalText(REFUSALS['image-too-small'])).toContain('120×300 pixels');
    expect(refusalText(REFUSALS['image-too-small'])).toContain('at least 300');
    expect(refusalText(REFUSALS['image-too-large'])).toMatch(/12\.3 MB.*10 MB/);
    expect(refusalText(REFUSALS['clip-too-long'])).toMatch(/31\.2 s.*30 s.*trim/s);
    expect(refusalText(REFUSALS['over-quota'])).toMatch(/\$0\.16 is left.*resets/s);
    expect(refusalText(REFUSALS['bad-option'])).toBe('“quality” can be: draft, pro.');
  });

  it.each(FAILURE_CODES)('of the failure %s tell the truth about its cost', (failure) => {
    expect(failureText({ failure, costMicros: 0 })).toMatch(/It cost nothing\.$/);
    expect(failureText({ failure, costMicros: 280_000 })).toMatch(/The provider billed \$0\.28\.$/);
    const unsettled = failureText({ failure, costMicros: 0, unsettledMicros: 280_000 });
    expect(unsettled).toContain("can't be known; it would be about $0.28");
    expect(unsettled).not.toContain('It cost nothing');
  });

  it.each([
    'created',
    'submitting',
    'unknown',
    'queued',
    'running',
    'completed',
    'delivered',
    'failed',
    'cancelled',
  ] as const)('of a job that is %s are a sentence', (state) =>
    expect(jobText(jobIn(state))).toMatch(/^[A-Z].*[.…]$/),
  );
});

describe('dollars', () => {
  it.each([
    [0, '$0.00'],
    [280_000, '$0.28'],
    [5_000_000, '$5.00'],
    [336_000, '$0.336'],
    [56_000, '$0.056'],
    [1, '$0.000001'],
    [1_008_000, '$1.008'],
  ])('%i micros are shown as %s', (micros, text) => expect(formatUsd(micros)).toBe(text));

  it('become whole micros, and nothing else does', () => {
    expect(microsFromUsd(0.07 * 4)).toBe(280_000);
    expect(microsFromUsd(0.1 + 0.2)).toBe(300_000);
    for (const bad of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => microsFromUsd(bad)).toThrow(RangeError);
  });
});
