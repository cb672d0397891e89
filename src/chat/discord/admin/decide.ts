/** A member asks the admins past a limit, and an admin decides. Each step may be taken up again after a crash. */
import type { Job } from '../../../core/job.ts';
import { wordsFor } from '../../../words/index.ts';
import { callOf } from '../inbound/asker.ts';
import type { InboundParts } from '../inbound/parts.ts';
import { eventIdOf, offerIsOver, renew } from '../inbound/press.ts';
import type { Asked, AskOf } from '../inbound/record.ts';
import { targetSchema } from '../target.ts';
import { notice, refusalNotice } from '../views.ts';
import { naming } from './naming.ts';
import { decidedMessage, overMessage } from './over.ts';

type Administered = Asked<AskOf<'admin'>>;
const HOURS = 24;

/** "Ask an admin". The message that the button was on says what comes of it. */
export async function ask(parts: InboundParts, pressed: Administered): Promise<void> {
  const { core, replies, admin } = parts;
  const { target } = pressed;
  const { arg: code, messageId = '' } = pressed.ask;
  const words = wordsFor(target.locale);
  const call = callOf(pressed);
  const found = await core.offers.find(call, code);
  if (!found.ok) return offerIsOver(parts, pressed, code, found.refusal);
  const { id, requester, over } = found.value;
  await renew(parts, pressed, eventIdOf(requester.target));
  const known = await admin.requests.get(code);
  const where = { target: targetSchema.parse(requester.target), channelId: target.channelId, messageId };
  await admin.requests.put(code, { jobId: id, ...known, ...where });
  const asked = await core.approvals.ask(call, code);
  if (!asked.ok) return replies.whisper(pressed, refusalNotice(words, asked.refusal));
  const offer = asked.value.offer;
  // A crash between the asking and the telling; or nobody could be told, and this is another try.
  const told = (await admin.requests.get(code))?.texts !== undefined || (await tell());
  const news = words.t(told ? 'approval.sent' : 'approval.nobody');
  if (over) await replies.say(pressed, overMessage(words, { offer, refusal: over }, target, news));

  async function tell(): Promise<boolean> {
    const { spaceId } = requester;
    const channel = core.settings.of(spaceId).logChannel;
    const notice = { kind: 'asked' as const, offer };
    if (channel !== undefined && (await admin.notices.post({ channel }, spaceId, notice))) return true;
    return admin.notices.post({ target: requester.target }, spaceId, notice);
  }
}

/** "Approve once": the member's message becomes the job's. */
export async function approve(parts: InboundParts, pressed: Administered): Promise<void> {
  const { core, outbound, admin } = parts;
  const code = pressed.ask.arg;
  const request = await admin.requests.get(code);
  const made = await core.approvals.approve(callOf(pressed), code);
  if (!made.ok && made.refusal.code === 'over-quota' && made.refusal.scope !== 'operator') {
    const { t } = wordsFor(pressed.target.locale);
    const { scope, period } = made.refusal;
    return parts.replies.whisper(
      pressed,
      notice(t('approval.another', { limit: t(`limit.${scope}-${period}`) })),
    );
  }
  const job = made.ok ? made.value : await madeBefore(parts, pressed, request?.jobId);
  if (!made.ok && !job) return refused(parts, pressed, made.refusal);
  if (job && request) {
    const { channelId, messageId, target } = request;
    await outbound.bind(job.id, { channelId, statusMessageId: messageId, eventId: target.eventId });
    outbound.show(job);
  }
  await decided(parts, pressed, 'approved');
}

/** "Decline": the member is told on their own message. */
export async function decline(parts: InboundParts, pressed: Administered): Promise<void> {
  const { core, admin } = parts;
  const code = pressed.ask.arg;
  const answer = await core.approvals.refuse(callOf(pressed), code);
  if (!answer.ok) {
    const request = await admin.requests.get(code);
    const mine = isTakenUp(parts, pressed, answer.refusal) && request && !request.decided;
    if (!mine || (await core.intake.existing({ id: request.jobId, requester: callOf(pressed).requester })))
      return refused(parts, pressed, answer.refusal);
    await admin.notices.tellDeclined(code);
  }
  await decided(parts, pressed, 'declined');
}

/** This very press was under way when the process ended, and has had its effect on the offer. */
const isTakenUp = (parts: InboundParts, { target }: Administered, { code }: { code: string }): boolean =>
  code === 'already-decided' && parts.resumed(target.eventId);

async function madeBefore(
  parts: InboundParts,
  pressed: Administered,
  jobId: string | undefined,
): Promise<Job | undefined> {
  if (jobId === undefined || !parts.resumed(pressed.target.eventId)) return undefined;
  return parts.core.intake.existing({ id: jobId, requester: callOf(pressed).requester });
}

/** Who decided what stands on the request from now on. */
async function decided(
  { admin, replies }: InboundParts,
  pressed: Administered,
  how: 'approved' | 'declined',
): Promise<void> {
  const code = pressed.ask.arg;
  const { texts = [] } = (await admin.requests.get(code)) ?? {};
  const name = naming('member', callOf(pressed).requester.memberId);
  const words = wordsFor(pressed.target.locale);
  await replies.say(pressed, decidedMessage(texts, words.t(`approval.${how}`, { admin: name })));
  await admin.requests.note(code, { decided: true });
}

/** What nobody decided in time stands there no longer; anything else is for whoever pressed. */
async function refused(
  { admin, core, replies }: InboundParts,
  pressed: Administered,
  refusal: Parameters<typeof refusalNotice>[1],
): Promise<void> {
  const words = wordsFor(pressed.target.locale);
  const request = await admin.requests.get(pressed.ask.arg);
  const { requester } = callOf(pressed);
  const isOpen =
    request && !request.decided && !(await core.intake.existing({ id: request.jobId, requester }));
  // An offer that is swept away leaves nothing behind that could say so.
  const expired = refusal.code === 'offer-expired' || (refusal.code === 'already-decided' && isOpen);
  if (!expired) return replies.whisper(pressed, refusalNotice(words, refusal));
  await replies.say(
    pressed,
    decidedMessage(request?.texts ?? [], words.t('approval.expired', { hours: HOURS })),
  );
}
