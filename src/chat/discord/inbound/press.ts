/** Presses of buttons: what Discord's face can do with them. */
import { runAction } from '../../actions.ts';
import type { Face, Press } from '../../face.ts';
import { LIBRARY_IN_PRIVATE } from '../../library-actions.ts';
import { said } from '../../page.ts';
import { formsPanel } from '../../settings-forms.ts';
import { PANEL_VERB } from '../../settings-panel.ts';
import { placeOfResult } from '../outbound/records.ts';
import { messageOf } from '../render.ts';
import { placeSchema } from '../target.ts';
import { naming } from '../text.ts';
import type { InboundParts } from './parts.ts';
import type { AskOf, MemberEvent } from './record.ts';
import { drawFor, privatePage, sayPage } from './speak.ts';

/** They answer in the place of what one member alone can see; a message for all must not go so. */
const IN_PRIVATE: ReadonlySet<string> = new Set([
  'delete-yes',
  'forget',
  'forget-yes',
  'keep',
  'csv',
  'audit',
  'my-data',
  PANEL_VERB,
  ...LIBRARY_IN_PRIVATE,
]);

export async function press(parts: InboundParts, event: MemberEvent<AskOf<'press'>>): Promise<void> {
  const { asked, words } = event;
  const { core, commands, admin } = parts;
  const face = faceOf(parts, event);
  if (IN_PRIVATE.has(asked.ask.verb) && !asked.target.private)
    return void (await face.aside(said(words.t('told.too-old'))));
  await runAction(pressOf(parts, event), face, {
    core,
    commands,
    requests: admin.requests,
    files: { temp: admin.temp, hasRoom: parts.files.hasRoom },
  });
}

function pressOf(parts: InboundParts, { asked, words, call }: MemberEvent<AskOf<'press'>>): Press {
  const { target, ask } = asked;
  const { memberId } = call.requester;
  const { kind: _, messageId: __, ...action } = ask;
  return {
    ...action,
    id: call.id,
    words,
    again: parts.resumed(target.eventId),
    as: (attempt) => attempt(call),
    asAdmin: (attempt) => attempt(call),
    // For all to see where all could see it before; anywhere else it is the member's own business.
    where({ requester }) {
      const { channelId, private: onlyForThem } = requester.target;
      const open = channelId === target.channelId && onlyForThem !== true;
      return { to: { ...target, private: !open }, reached: open || memberId === requester.memberId };
    },
    alone: target.private,
    name: async () => naming('member', memberId),
    // Its `@original` is the message with the video: by the token of this press, while it lives.
    mark: target.eventId,
  };
}

function faceOf(parts: InboundParts, event: MemberEvent<AskOf<'press'>>): Face {
  const { asked, words } = event;
  const { replies, outbound, tokens, admin, clock } = parts;
  const { target, ask } = asked;
  const { messageId } = ask;
  const instead = async (page: Parameters<Face['instead']>[0]) =>
    void (await sayPage(parts, { target }, words, page));

  /** The press brings a fresh token for the very message that tells how the job stands. */
  async function renew(eventId: string): Promise<void> {
    const live = await tokens.get(target.eventId);
    if (!live || eventId === target.eventId) return;
    const { applicationId, token } = live;
    await tokens.remember(eventId, { applicationId, token, receivedAt: clock.now() });
  }

  return {
    instead,
    over: instead,
    alone: true,
    aside: (page) => privatePage(parts, { target }, words, page),
    async confide(page) {
      await privatePage(parts, { target }, words, page);
    },
    async inPassing(page, job) {
      const status = await outbound.statusOf(job);
      if (status?.messageId !== messageId) await replies.replyPrivately({ target }, messageOf(words, page));
    },
    async ask(page, about) {
      if (about) await replies.replyPrivately({ target }, messageOf(words, page));
      else await instead(page);
    },
    async become(job) {
      const eventId = eventIdOf(job.requester.target);
      await renew(eventId);
      await outbound.bind(job.id, { channelId: target.channelId, statusMessageId: messageId, eventId });
      outbound.show(job);
    },
    async becomeAt(place, job) {
      const { channelId, messageId: statusMessageId, target: to } = placeSchema.parse(place);
      await outbound.bind(job.id, { channelId, statusMessageId, eventId: to.eventId });
      outbound.show(job);
    },
    here: (to) => ({ target: to, channelId: target.channelId, messageId }),
    reopen: (to) => renew(eventIdOf(to)),
    async removeMessages(job) {
      const status = await outbound.statusOf(job);
      const removed = await replies.remove({ eventId: ask.arg, ...placeOfResult(job) });
      if (status) await replies.remove(status);
      return removed;
    },
    async removeQuestion() {
      await replies.remove({ eventId: target.eventId });
    },
    async tellDeclined(code) {
      await admin.notices.tellDeclined(code);
    },
    draw: drawFor(parts, event),
    panel: formsPanel,
    maxBytes: target.uploadLimitBytes,
  };
}

const eventIdOf = (target: Record<string, unknown>): string =>
  typeof target.eventId === 'string' ? target.eventId : '';
