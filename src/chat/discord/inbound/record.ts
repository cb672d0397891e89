/** The record of an event in the inbox until it is answered: enough to resume after a crash, without any token. */

import { z } from 'zod';
import type { Call } from '../../../core/command.ts';
import { ITEM_KINDS } from '../../../core/library/kinds.ts';
import { type Words, wordsFor } from '../../../words/index.ts';
import { PANEL_VERB } from '../../settings-panel.ts';
import { fromOld } from '../ids.ts';
import { targetSchema } from '../target.ts';
import { memberIdOf } from '../text.ts';
import { callOf } from './asker.ts';
import { givenSchema } from './given-files.ts';

const keptSchema = z.object({
  key: z.string(),
  bytes: z.number(),
  mime: z.string(),
  name: z.string().optional(),
  repeats: z.literal(true).optional(),
  postedBy: z.string().optional(),
});
/** A member's file on our own disk. */
export type KeptFile = z.infer<typeof keptSchema>;

/** On our disk, or still on Discord's: once it is here, nothing remembers the address. */
const fileSchema = z.union([z.object({ kept: keptSchema }), z.object({ given: givenSchema })]);
export type RecordedFile = z.infer<typeof fileSchema>;

export const recordedFilesSchema = z.object({
  image: fileSchema.optional(),
  clip: fileSchema.optional(),
  /** Their bytes must tell what they are, and only what is missing is taken. */
  unknown: z.array(givenSchema).default([]),
});
export type RecordedFiles = z.infer<typeof recordedFilesSchema>;

const options = z.record(z.string(), z.string());

const askSchema = z.discriminatedUnion('kind', [
  /** A job is wanted. */
  z.object({
    kind: z.literal('make'),
    command: z.enum(['animate', 'again', 'sample']),
    options,
    files: recordedFilesSchema,
    /** The event whose form this is: what was given with it belongs to this too. */
    formOf: z.string().optional(),
    /** Our own message that tells how it stands, once it is there. */
    answerId: z.string().optional(),
  }),
  /** A form is open; what was given already is fetched meanwhile. */
  z.object({ kind: z.literal('form'), options, files: recordedFilesSchema }),
  /** A command that shows something, stops a job or changes a setting. */
  z.object({ kind: z.literal('say'), command: z.string(), part: z.string().optional(), options }),
  /** Whether that video is from here. */
  z.object({ kind: z.literal('verify'), clip: givenSchema }),
  /** Something is to be kept in the library. */
  z.object({ kind: z.literal('keep'), item: z.enum(ITEM_KINDS), options, files: recordedFilesSchema }),
  /** What may go wrong with these. */
  z.object({ kind: z.literal('check'), files: recordedFilesSchema }),
  z.object({
    kind: z.literal('press'),
    verb: z.string(),
    code: z.string(),
    arg: z.string().optional(),
    /** What was chosen from a menu, or filled in a form. */
    picked: z.array(z.string()).optional(),
    filled: options.optional(),
    messageId: z.string(),
  }),
]);
export type Ask = z.infer<typeof askSchema>;

/** What admins did, as an earlier version wrote it. */
const oldAskSchema = z.object({
  kind: z.literal('admin'),
  act: z.string(),
  /** A code, a part of a command, a word: whatever the act is about. */
  arg: z.string(),
  options,
  values: z.array(z.string()),
  messageId: z.string().optional(),
});

function fromOldAsk({ act, arg, options, values, messageId }: z.infer<typeof oldAskSchema>): Ask {
  if (messageId === undefined)
    return act === 'usage'
      ? { kind: 'say', command: act, options }
      : { kind: 'say', command: act, part: arg, options };
  if (['ask', 'approve', 'refuse', 'csv'].includes(act))
    return { kind: 'press', verb: act, code: arg, messageId };
  const { only, onlyIsRole, ...filled } = options;
  const who = only === undefined ? {} : onlyIsRole ? { role: only } : { member: memberIdOf(only) };
  return {
    kind: 'press',
    verb: PANEL_VERB,
    code: act,
    ...(arg === '' ? {} : { arg }),
    picked: act === 'members' ? values.map(memberIdOf) : values,
    filled: { ...filled, ...who },
    messageId,
  };
}

/** An earlier version had other codes on its buttons, too. */
const upgraded = (ask: Ask): Ask =>
  ask.kind === 'press' && ask.arg === undefined ? { ...ask, ...fromOld(ask.verb, ask.code) } : ask;

export type AskOf<K extends Ask['kind']> = Extract<Ask, { kind: K }>;

export const recordSchema = z.object({
  target: targetSchema,
  moderator: z.boolean(),
  channelId: z.string().optional(),
  forAdults: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
  /** Whoever receives it is not done with it yet: its answer, or what belongs to it, is still to come. */
  partly: z.literal(true).optional(),
  ask: z.union([askSchema.transform(upgraded), oldAskSchema.transform(fromOldAsk)]),
});
/** Who asked, and what. */
export type InboundRecord<A extends Ask = Ask> = Omit<z.infer<typeof recordSchema>, 'ask'> & { ask: A };

/** Events of other chats are in the same inbox. */
export const INBOX_PREFIX = 'discord:';
export const inboxIdOf = (eventId: string): string => INBOX_PREFIX + eventId;

/** One event of a member, with what every handler needs of it: built once, when the event is taken up. */
export type MemberEvent<A extends Ask = Ask> = {
  asked: InboundRecord<A>;
  words: Words;
  /** Who calls, without what they ask for. */
  call: Call;
};

export const eventOf = <A extends Ask>(asked: InboundRecord<A>): MemberEvent<A> => ({
  asked,
  words: wordsFor(asked.target.locale),
  call: callOf(asked),
});
