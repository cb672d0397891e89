/** A member asks the admins past a limit, and an admin decides. Each step may be taken up again after a crash. */
import type { Job } from '../core/job/job.ts';
import { type AskedOffer, priceOf } from '../core/library/cast-offer.ts';
import { accept, type Outcome, type Refusal } from '../core/refusals.ts';
import { offerPrice } from '../words/jobs.ts';
import type { ActionHandler, Face, Press, Tools } from './face.ts';
import { said } from './page.ts';
import { decidedPage, overPage, refusedPage, requestPage } from './pages.ts';
import { offerIsOver } from './presses.ts';
import { readYes, whereIn } from './yes.ts';

const HOURS = 24;

/** "Ask an admin". The message that the button was on says what comes of it. */
export const ask: ActionHandler = async (press, face, tools) => {
  const { words, code } = press;
  const { core, requests } = tools;
  const found = await press.as(async (caller): Promise<Outcome<AskedOffer>> => {
    const offer = await core.offers.find(caller, code);
    return !offer.ok && offer.refusal.code === 'offer-expired' ? core.casts.find(caller, code) : offer;
  });
  if (!found.ok) return offerIsOver(press, face, tools, found.refusal);
  await face.reopen(found.value.requester.target);
  await requests.ask(found.value, face.here(found.value.requester.target));
  const asked = await press.as((caller) => core.approvals.ask(caller, code));
  if (!asked.ok) return offerIsOver(press, face, tools, asked.refusal);
  const { offer, told } = asked.value;
  // The button stays where nobody could be told: another press tries again.
  if (told === 'nobody') return void (await face.aside(said(words.t('approval.nobody'))));
  const { over } = offer;
  if (over) await face.instead(overPage(words, { offer, refusal: over }, false, words.t('approval.sent')));
};

/** "Approve once": the member's message becomes the job's. */
export const approve: ActionHandler = async (press, face, tools) => {
  const { code, arg } = press;
  const request = await tools.requests.get(code);
  const { agreedMicros } = readYes(arg);
  const made = await press.asAdmin((caller) => tools.core.approvals.approve(caller, code, agreedMicros));
  const { value } = made.ok ? made : { value: undefined };
  if (value?.kind === 'dearer') return askAnew(press, face, tools, value.offer);
  const jobs = value ? value.jobs : await madeBefore(press, tools, request?.jobId);
  if (!made.ok && jobs.length === 0) return notDecided(press, face, tools, made.refusal);
  if (request?.place) for (const job of jobs) await face.becomeAt(request.place, job);
  await decided(press, face, tools, 'approved');
};

/** What the admins have read, with the price of now below it and on its button. */
async function askAnew(
  { words, arg }: Press,
  face: Face,
  { requests }: Tools,
  offer: AskedOffer,
): Promise<void> {
  const { lines = [] } = (await requests.get(offer.code)) ?? {};
  const price = 'characters' in offer ? words.price(priceOf(offer)) : offerPrice(words, offer.quote);
  const news = {
    text: words.t('approval.anew', { price, button: words.t('button.approve') }),
    strong: true as const,
  };
  // Of what was asked nothing is strong: that is the price of the time before.
  const told = [...lines.filter((line) => typeof line === 'string' || !line.strong), news];
  await face.instead(requestPage(words, offer, told, whereIn(arg)));
  // What is decided then was this.
  await requests.told(offer.code, told);
}

/** "Decline": the member is told on their own message. */
export const refuse: ActionHandler = async (press, face, tools) => {
  const { code } = press;
  const answer = await press.asAdmin((caller) => tools.core.approvals.refuse(caller, code));
  if (!answer.ok) {
    const request = await tools.requests.get(code);
    const open = isTakenUp(press, answer.refusal) && request && !request.decided;
    const mine = open && (await mayDecide(press, tools, request.spaceId));
    if (!mine || (await jobOf(tools, request.jobId))) return notDecided(press, face, tools, answer.refusal);
    await face.tellDeclined(code);
  }
  await decided(press, face, tools, 'declined');
};

/** This very press was under way when it broke off, and has had its effect on the offer. */
const isTakenUp = ({ again }: Press, { code }: Refusal): boolean => again && code === 'already-decided';

async function madeBefore(press: Press, tools: Tools, jobId: string | undefined): Promise<Job[]> {
  const job = press.again ? await jobOf(tools, jobId) : undefined;
  if (!job || !(await mayDecide(press, tools, job.requester.spaceId))) return [];
  const { id, cast = [id] } = job;
  const all = await Promise.all(cast.map((one) => jobOf(tools, one)));
  return all.flatMap((one) => one ?? []);
}

/** The offer, which says who may, is gone by then: anybody's press may have broken off in the same moment. */
async function mayDecide(press: Press, { core }: Tools, spaceId: string | undefined): Promise<boolean> {
  const may = await press.asAdmin(async (caller) =>
    accept(spaceId !== undefined && core.approvals.mayDecide(caller, spaceId)),
  );
  return may.ok && may.value;
}

async function jobOf({ core }: Tools, jobId: string | undefined): Promise<Job | undefined> {
  return jobId === undefined ? undefined : core.intake.existing({ id: jobId });
}

/** Who decided what stands on the request from now on. */
async function decided(
  { code, words, name }: Press,
  face: Face,
  { requests }: Tools,
  how: 'approved' | 'declined',
): Promise<void> {
  const { lines = [] } = (await requests.get(code)) ?? {};
  await face.instead(decidedPage(lines, words.t(`approval.${how}`, { admin: await name() })));
  await requests.decided(code);
}

/** What nobody decided in time stands there no longer; anything else is for whoever pressed. */
async function notDecided(press: Press, face: Face, tools: Tools, refusal: Refusal): Promise<void> {
  const { words, code } = press;
  const { t } = words;
  if (refusal.code === 'over-quota' && refusal.scope !== 'operator') {
    const limit = t(`limit.${refusal.scope}-${refusal.period}`);
    return void (await face.aside(said(t('approval.another', { limit }))));
  }
  if (refusal.code === 'not-allowed' && !refusal.why)
    return void (await face.aside(refusedPage(words, { code: 'not-allowed', why: 'admins-only' })));
  const request = await tools.requests.get(code);
  const expired = decidedPage(request?.lines ?? [], t('approval.expired', { hours: HOURS }));
  if (refusal.code === 'offer-expired') return face.instead(expired);
  // An offer that is swept away leaves nothing behind that could say so.
  const isOpen = request?.jobId && !request.decided && !(await jobOf(tools, request.jobId));
  if (refusal.code === 'already-decided' && isOpen) return face.over(expired);
  await face.aside(refusedPage(words, refusal));
}
