import { describe, expect, it } from 'vitest';
import type { ProviderStatus } from '../../src/core/ports.ts';
import { createDoubtPolicy, type Reading } from '../../src/providers/doubts.ts';

const END: ProviderStatus = { state: 'failed', failure: 'provider-down' };
const RUNNING: ProviderStatus = { state: 'running' };
const unfamiliar: Reading = { doubt: 'unfamiliar', says: 'archived', end: END };
const mayPass: Reading = { doubt: 'may-pass', says: 'no video in it', end: END };

/** What each look comes to; `at` in seconds. */
function looks(...all: { at: number; reading: Reading; job?: string }[]) {
  let now = 0;
  const policy = createDoubtPolicy({ now: () => now });
  return all.map(({ at, reading, job = 'one' }) => {
    now = at * 1000;
    try {
      return policy.settle(job, reading);
    } catch (error) {
      return error instanceof Error ? error.name : error;
    }
  });
}
const each = (reading: Reading, ...seconds: number[]) => seconds.map((at) => ({ at, reading }));

describe('an end of a kind that nobody has met', () => {
  it('is not believed before half a minute has passed, however often it comes', () => {
    expect(looks(...each(unfamiliar, 0, 1.5, 3, 10, 29.9))).toEqual(Array(5).fill('NoClearAnswer'));
  });

  it('is believed the next time after that', () => {
    expect(looks(...each(unfamiliar, 0, 1.5, 30))).toEqual(['NoClearAnswer', 'NoClearAnswer', END]);
    expect(looks(...each(unfamiliar, 0, 3_600))).toEqual(['NoClearAnswer', END]);
  });

  it('is counted anew once a clear answer came between, and for each job by itself', () => {
    const between = { at: 20, reading: RUNNING };
    expect(looks(...each(unfamiliar, 0), between, ...each(unfamiliar, 31, 60, 61))).toEqual([
      'NoClearAnswer',
      RUNNING,
      'NoClearAnswer',
      'NoClearAnswer',
      END,
    ]);
    const other = { at: 40, reading: unfamiliar, job: 'other' };
    expect(looks(...each(unfamiliar, 0), other)).toEqual(['NoClearAnswer', 'NoClearAnswer']);
  });

  it('does not become older by other doubts before it', () => {
    expect(looks(...each(mayPass, 0), ...each(unfamiliar, 40, 50, 70))).toEqual([
      'NoClearAnswer',
      'NoClearAnswer',
      'NoClearAnswer',
      END,
    ]);
  });
});

describe('an end that may pass', () => {
  it('is believed at the fifth look, whenever that is', () => {
    const four = Array(4).fill('NoClearAnswer');
    expect(looks(...each(mayPass, 0, 1, 2, 3, 4))).toEqual([...four, END]);
    expect(looks(...each(mayPass, 0, 100, 200, 300, 400))).toEqual([...four, END]);
  });
});
