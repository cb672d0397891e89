import { describe, expect, it } from 'vitest';
import { createOwnHolds } from '../../src/core/holds.ts';
import { holdsContract, noted } from '../contracts/holds.ts';

describe('what the only process has', () => {
  holdsContract(async () =>
    createOwnHolds((error) => {
      throw error;
    }),
  );

  it('is its own at once', () => {
    const holds = createOwnHolds(() => {});
    holds.onHeld('front', noted());
    expect(holds.holds('front')).toBe(true);
  });
});
