/** One fault, what is done about it, and what should become of the job. */
import type { Job } from '../../src/core/job/job.ts';
import type { End } from './ending.ts';
import type { FrontName } from './front.ts';
import type { ProviderName } from './provider.ts';
import type { Stage } from './stage.ts';

export type Scenario = {
  /** What breaks, as the scoreboard says it. */
  name: string;
  only?: readonly ProviderName[];
  chats?: readonly FrontName[];
  arrange(stage: Stage): unknown;
  /** Happens once the job is in that state. */
  later?: { state: Job['state']; happens(stage: Stage): Promise<void> };
  /** Happens once the job has ended, or is lost; what it makes of it counts. */
  after?(stage: Stage, id: string): Promise<void>;
  end: End | ((stage: Stage) => End);
  /** The video may come twice: nobody can know whether the first one arrived. */
  maybeTwice?: boolean;
};
