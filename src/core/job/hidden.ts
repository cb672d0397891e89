/** A job whose video was reported. */

/** Why a video was reported. The first three hide it at once. */
export const REPORT_REASONS = ['me', 'intimate', 'minor', 'other'] as const;
export type ReportReason = (typeof REPORT_REASONS)[number];

/** It was reported: nobody is given its video. `locked`: nor may anybody but the operator decide, or have it deleted. */
export type Hidden = { reason: ReportReason; since: number; locked?: true };
