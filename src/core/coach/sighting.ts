/** What is looked through for findings, and what comes of that before it is known what the model makes of it. */
import type { Orientation } from '../job/job.ts';
import type { Choices } from '../job/wishes.ts';
import type { Model } from '../models/model.ts';
import type { Finding } from './finding.ts';
import type { Framing } from './look.ts';

export type CoachRequest = {
  model: Model;
  choices: Choices;
  /** As it will be rendered. */
  orientation: Orientation;
  /** Seconds that whoever renders it bills together. */
  stepSeconds?: number | undefined;
  /** How much of the person the picture shows. */
  framing?: Framing | undefined;
};

/**
 * Something seen, before it is known what the model makes of it. `unsure`: it is less than sure, and said one level more
 * mildly.
 */
export type Sighting = Omit<Finding, 'level' | 'mends'> & { unsure?: boolean; mends?: Finding['mends'] };
