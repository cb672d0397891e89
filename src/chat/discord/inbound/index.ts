/**
 * What members do, from Discord's own events to what is done about it: first the answer that Discord waits for, then
 * the inbox, then anything that takes time. Events come more than once and break off half done; each has one effect.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { cleanAll } from '../../../core/text.ts';
import type { Words } from '../../../words/index.ts';
import { createChatInbox } from '../../inbox.ts';
import { troubleOf } from '../outbound/trouble.ts';
import { notice } from '../render.ts';
import type { FirstAnswer } from './ack.ts';
import { askerOf, inRank } from './asker.ts';
import { withMark } from './for-adults.ts';
import { checkFiles, keepFile } from './look.ts';
import { keepForForm, makeJob } from './make.ts';
import { createMentions } from './mentions.ts';
import type { InboundParts } from './parts.ts';
import { press } from './press.ts';
import { choicesOf, type Owners, readInteraction } from './reading.ts';
import { readerOf } from './readings.ts';
import {
  eventOf,
  INBOX_PREFIX,
  type InboundRecord,
  inboxIdOf,
  type MemberEvent,
  recordSchema,
} from './record.ts';
import { sayCommand } from './say.ts';
import { verifyClip } from './verify.ts';
import { type Interaction, interactionSchema, messageSchema, updateSchema } from './wire.ts';

/** Whoever receives a mention has looked behind its links by then, or is gone. */
const RECEIVED_WITHIN_MS = 60_000;
/** What is under way when we stop is given so long; the next start takes up the rest. */
const ENDS_WITHIN_MS = 2_000;

export type Inbound = {
  /** One packet of the gateway. Never throws. */
  take(packet: unknown, botId: string | undefined): void;
  /**
   * One interaction that came over HTTP. Ends once it has its first answer and what is left to do is on disk; rejects
   * where it could not be put there.
   */
  takeInteraction(data: unknown): Promise<'taken' | 'unreadable' | 'stopping'>;
  /** From now on deals with what comes in, beginning with what was left unanswered. */
  resume(): Promise<void>;
  /** Takes what other processes have received. */
  look(): Promise<void>;
  stop(): Promise<void>;
};

const packetSchema = z.object({ t: z.string().nullish(), d: z.unknown() });

export function createInbound(given: Omit<InboundParts, 'resumed'>, owners: Owners): Inbound {
  const resumed = new Set<string>();
  const parts: InboundParts = { ...given, resumed: (eventId) => resumed.has(eventId) };
  const { acks, keep, inbox, replies, unfurling, log, clock } = parts;
  const incoming = createChatInbox({
    inbox,
    prefix: INBOX_PREFIX,
    schema: recordSchema,
    take(_, asked, isResumed) {
      if (isResumed) resumed.add(asked.target.eventId);
      return handle(asked);
    },
    isWhole: ({ partly }, at) => !partly || clock.now() - at > RECEIVED_WITHIN_MS,
    onReceived: parts.onReceived,
    log,
    scrubbed: troubleOf,
  });

  const mentions = createMentions(parts, incoming, handle);

  /** Ends with the first answer given, and what is to be done begun. */
  async function onInteraction(event: Interaction): Promise<void> {
    const receivedAt = clock.now();
    const asker = askerOf(event);
    if (!asker) return;
    const reader = readerOf(parts, asker);
    const reading = readInteraction(reader, owners, event);
    if (!reading) return;
    if (reading.kind === 'choices') {
      const choices = await choicesOf(parts, reader, reading);
      await acks.first(event, { kind: 'choices', choices });
      return;
    }
    const acked = await firstAnswer(event, reading.answer, reader.words);
    if (acked.kind === 'late' || !reading.asked) return;
    const asked = withAnswer(reading.asked, acked);
    const { application_id: applicationId, token } = event;
    const received = incoming.receive(inboxIdOf(asked.target.eventId));
    const isOurs = await keep(asked, { applicationId, token, receivedAt }, incoming.stopping).catch(
      async (error: unknown) => {
        received.leave();
        await tellUnkept(event, reading.answer, reader.words);
        throw error;
      },
    );
    if (isOurs) received.deal(() => handle(asked));
    else received.leave();
  }

  function interactionOf(data: unknown): Interaction | undefined {
    const { success, data: event, error } = interactionSchema.safeParse(cleanAll(data));
    if (success) return event;
    const fields = error.issues.map(({ path }) => path.join('.'));
    log.warn({ fields }, 'an interaction could not be read');
    return undefined;
  }

  /** A form or a text that Discord does not take is a bug of ours, and no reason to leave the member without a word. */
  async function firstAnswer(event: Interaction, answer: FirstAnswer, { t }: Words) {
    try {
      return await acks.first(event, answer);
    } catch (error) {
      await acks.first(event, { kind: 'message', body: notice(t('told.trouble')) });
      throw error;
    }
  }

  /** Where nothing of it is on disk, its token least of all: the member must not wait for it. */
  async function tellUnkept(event: Interaction, { kind }: FirstAnswer, { t }: Words): Promise<void> {
    if (kind !== 'form') await replies.sayBy(event, kind === 'thinking', notice(t('told.trouble')));
  }

  async function handle(asked: InboundRecord): Promise<void> {
    const { eventId } = asked.target;
    try {
      const outcome = await act(eventOf(await withMark(parts, await inRank(parts, asked))));
      if (outcome === 'later') return;
    } catch (thrown) {
      // The store may be closed already; the record in it says where to go on.
      if (incoming.stopping()) return;
      await tell(eventOf(asked), troubleOf(thrown));
    }
    await incoming.done(inboxIdOf(eventId));
    await parts.waiting.release(eventId);
  }

  function act({ asked, ...event }: MemberEvent): Promise<'later' | unknown> {
    const { ask, ...who } = asked;
    switch (ask.kind) {
      case 'make':
        return makeJob(parts, { ...event, asked: { ...who, ask } });
      case 'form':
        return keepForForm(parts, { ...who, ask });
      case 'say':
        return sayCommand(parts, { ...event, asked: { ...who, ask } });
      case 'verify':
        return verifyClip(parts, { ...event, asked: { ...who, ask } });
      case 'check':
        return checkFiles(parts, { ...event, asked: { ...who, ask } });
      case 'keep':
        return keepFile(parts, { ...event, asked: { ...who, ask } });
      case 'press':
        return press(parts, { ...event, asked: { ...who, ask } });
    }
  }

  /** Something that nobody foresaw: the log says what, and the member that nothing was paid for it. */
  async function tell({ asked, words, call }: MemberEvent, err: unknown): Promise<void> {
    const { target, ask } = asked;
    log.error({ err, kind: ask.kind }, 'what a member asked could not be done');
    const text = notice(words.t('told.trouble'));
    if (ask.kind === 'form') return;
    if (ask.kind === 'press') return replies.replyPrivately({ target }, text);
    const job = ask.kind === 'make' && (await parts.core.intake.existing(call));
    // The job is there all the same, and goes on.
    const goesOn = job ? notice(words.job(job)) : text;
    await replies.say({ target, answerId: ask.kind === 'make' ? ask.answerId : undefined }, goesOn);
  }

  return {
    take(packet, botId) {
      const { t, d } = packetSchema.catch({ t: null, d: undefined }).parse(packet);
      if (t === 'INTERACTION_CREATE') {
        const event = interactionOf(d);
        if (event) incoming.begin(() => onInteraction(event));
      } else if (t === 'MESSAGE_CREATE' && botId !== undefined) {
        const read = messageSchema.safeParse(cleanAll(d));
        if (read.success) incoming.begin(() => mentions(read.data, botId));
      } else if (t === 'MESSAGE_UPDATE') {
        const read = updateSchema.safeParse(cleanAll(d));
        if (read.success) unfurling.changed(read.data.id, read.data.embeds);
      }
    },
    async takeInteraction(data) {
      if (incoming.stopping()) return 'stopping';
      const event = interactionOf(data);
      if (!event) return 'unreadable';
      const taken = onInteraction(event);
      incoming.begin(() => taken);
      await taken;
      return 'taken';
    },
    resume: incoming.resume,
    look: incoming.look,
    async stop() {
      const stopped = incoming.stop(wait(ENDS_WITHIN_MS, undefined, { ref: false }));
      unfurling.stop();
      await parts.downloads.stop();
      await stopped;
    },
  };
}

/** What Discord said of its answer: which message it is, and whether only the member sees it. */
function withAnswer(
  asked: InboundRecord,
  { messageId, ephemeral }: { messageId?: string; ephemeral?: boolean },
): InboundRecord {
  const target = ephemeral ? { ...asked.target, private: true } : asked.target;
  const { ask } = asked;
  if (ask.kind !== 'make' || messageId === undefined) return { ...asked, target };
  return { ...asked, target, ask: { ...ask, answerId: messageId } };
}
