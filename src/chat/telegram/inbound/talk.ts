/** What the inbound half says, and through whom: the outbound half keeps the pace of each chat. */
import type { Job } from '../../../core/job/job.ts';
import type { Place } from '../outbound/index.ts';
import type { Body } from '../render.ts';
import type { TelegramTarget } from '../target.ts';

export type Talk = {
  /** Says something, as a reply where a message is named, and answers its id; undefined where it could not be said. */
  say(place: Place, body: Body): Promise<number | undefined>;
  /** Changes a message that was said; says it anew where that can't be. */
  edit(target: TelegramTarget, messageId: number, body: Body): Promise<void>;
  /** From now on this message tells how the job stands. */
  bind(jobId: string, status: { chatId: number; messageId: number; note?: string }): Promise<void>;
  show(job: Job): void;
};
