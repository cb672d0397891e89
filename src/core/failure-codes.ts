/** How a job ends badly. The provider's own words never come along: they may hold ids, addresses and echoes. */
export const FAILURE_CODES = [
  'no-person-in-image',
  'no-person-in-clip',
  'content-refused',
  'image-rejected',
  'clip-rejected',
  'not-usable',
  'provider-busy',
  'provider-out-of-balance',
  'provider-down',
  /** Somebody else would have rendered it for more, and nobody said yes to that in time. */
  'not-confirmed',
  'result-lost',
  'timed-out',
  'unknown-fate',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];
