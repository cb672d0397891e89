/**
 * The shortest time between two looks at a hosted job. Renders take minutes: with this, and the core's pace, a job of
 * five minutes is noticed as soon as with 2 s, for a tenth fewer looks.
 */
export const POLL_FLOOR_MS = 3_000;
