/** Finds the job that a button is about, and answers where that job is somebody else's or gone. */

import type { Job } from '../core/job/job.ts';
import type { Caller } from '../core/limits/access.ts';
import { accept, type Refusal } from '../core/refusals.ts';
import type { ActionHandler, Face, Press, Tools } from './face.ts';
import { notYours } from './pages.ts';

type JobAction = (
  found: { job: Job; caller: Caller },
  press: Press,
  face: Face,
  tools: Tools,
) => Promise<void>;

/** The job under whose message the button stands, for those whom it answers to; anybody else is told so. */
export const withJob =
  (then: JobAction): ActionHandler =>
  async (press, face, tools) => {
    const found = await jobOf(press, tools);
    if (found.ok) await then(found.value, press, face, tools);
    else await face.aside(notYours(press.words, found.refusal));
  };

export const jobOf = (press: Press, { core }: Tools) =>
  press.as(async (caller) => {
    const found = await core.jobs.find(caller, press.code);
    return found.ok ? accept({ job: found.value, caller }) : found;
  });

/** What has expired stands there no longer; what somebody else may not do leaves the message as it is. */
export async function offerIsOver(press: Press, face: Face, tools: Tools, refusal: Refusal): Promise<void> {
  if (refusal.code !== 'offer-expired') return void (await face.aside(notYours(press.words, refusal)));
  // The offer may have become somebody's job, which the message tells of by now; or the code is that of another sort of offer.
  const job = await jobOf(press, tools);
  const offer = await press.as((caller) => tools.core.offers.find(caller, press.code));
  if (!job.ok && job.refusal.code !== 'no-such-job') await face.aside(notYours(press.words, job.refusal));
  else if (offer.ok || offer.refusal.code !== 'offer-expired')
    await face.aside(notYours(press.words, offer.ok ? refusal : offer.refusal));
  else await face.over(notYours(press.words, refusal));
}
