/** The record of an event in the inbox until it is answered: enough to resume after a crash, without any token. */
import { z } from 'zod';
import { fromOld } from '../render.ts';
import { targetSchema } from '../target.ts';
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
    command: z.enum(['animate', 'again']),
    options,
    files: recordedFilesSchema,
    /** The event whose form this is: what was given with it belongs to this too. */
    formOf: z.string().optional(),
    /** Our own message that tells how it stands, once it is there. */
    answerId: z.string().optional(),
  }),
  /** A form is open; what was given already is fetched meanwhile. */
  z.object({ kind: z.literal('form'), options, files: recordedFilesSchema }),
  /** A command that only shows something, or stops a job. */
  z.object({ kind: z.literal('say'), command: z.string(), options }),
  z.object({
    kind: z.literal('press'),
    verb: z.string(),
    code: z.string(),
    arg: z.string().optional(),
    messageId: z.string(),
  }),
  /** What admins do with the settings. */
  z.object({
    kind: z.literal('admin'),
    act: z.string(),
    /** A code, a part of a command, a word: whatever the act is about. */
    arg: z.string(),
    options,
    /** What was chosen from a menu. */
    values: z.array(z.string()),
    messageId: z.string().optional(),
  }),
]);
export type Ask = z.infer<typeof askSchema>;

/** As an earlier version wrote it, whose requests and reports were matters of their own. */
function upgraded(ask: Ask): Ask {
  if (ask.kind === 'press' && ask.arg === undefined) return { ...ask, ...fromOld(ask.verb, ask.code) };
  if (ask.kind !== 'admin') return ask;
  const { act, arg, options, messageId } = ask;
  if (act === 'usage') return { kind: 'say', command: act, options };
  if (messageId === undefined || !['ask', 'approve', 'refuse', 'csv'].includes(act)) return ask;
  return { kind: 'press', verb: act, code: arg, messageId };
}

export type AskOf<K extends Ask['kind']> = Extract<Ask, { kind: K }>;

export const recordSchema = z.object({
  target: targetSchema,
  moderator: z.boolean(),
  channelId: z.string().optional(),
  forAdults: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
  ask: askSchema.transform(upgraded),
});
/** Who asked, and what. */
export type InboundRecord<A extends Ask = Ask> = Omit<z.infer<typeof recordSchema>, 'ask'> & { ask: A };

/** Events of other chats are in the same inbox. */
export const INBOX_PREFIX = 'discord:';
export const inboxIdOf = (eventId: string): string => INBOX_PREFIX + eventId;
