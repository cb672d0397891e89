/** What came in, as it is kept until it is answered: read from the update once, and free of anything secret. */
import { z } from 'zod';
import { mediaSchema } from '../media-of.ts';

/** Where something was said and by whom. */
const place = {
  chatId: z.number(),
  chatType: z.enum(['private', 'group', 'supergroup']),
  threadId: z.number().optional(),
  messageId: z.number(),
  /** Missing where somebody speaks as the chat itself, or as another one. */
  userId: z.number().optional(),
  /** Speaks as this very chat: only its anonymous admins can. */
  anonymousAdmin: z.boolean().optional(),
  locale: z.string(),
  /** Of whoever speaks, without the @. */
  username: z.string().optional(),
  /** The chat has topics. */
  forum: z.boolean().optional(),
};

const saidSchema = z.object({
  kind: z.literal('said'),
  ...place,
  /** Without the command or the mention. */
  text: z.string(),
  /** In lower case, without the slash. */
  command: z.string().optional(),
  mentioned: z.boolean(),
  media: mediaSchema,
  /** The message that it replies to. */
  repliesTo: z
    .object({
      messageId: z.number().optional(),
      toBot: z.boolean(),
      /** Whose it is, where it is a person's. */
      userId: z.number().optional(),
      media: mediaSchema,
    })
    .optional(),
  /** People who are named in `text` without a name of their own: from where to where, and who. */
  named: z.array(z.object({ from: z.number(), to: z.number(), userId: z.number() })).optional(),
  /** What the topic is called, where the message shows it. */
  topicName: z.string().optional(),
  album: z.string().optional(),
  /** An album with more files than can be used. */
  firstOfEach: z.boolean().optional(),
});
export type MessageRecord = z.infer<typeof saidSchema>;

/** All that is needed to render: also after a crash, also once the messages are gone. */
const requestSchema = z.object({
  kind: z.literal('request'),
  ...place,
  jobId: z.string(),
  command: z.enum(['animate', 'again', 'sample', 'verify', 'check', 'motion', 'character']),
  options: z.record(z.string(), z.string()),
  ask: z.boolean(),
  media: mediaSchema,
  /** There were more files than could be used. */
  firstOfEach: z.boolean().optional(),
  /** The message that tells how it stands, once it is there. */
  statusId: z.number().optional(),
  /** How often that message was sent without an answer. */
  statusLost: z.number().optional(),
});
export type Request = z.infer<typeof requestSchema>;

const pressSchema = z.object({
  kind: z.literal('press'),
  ...place,
  pressId: z.string(),
  /** In this life: after a crash it is answered anew. */
  answered: z.boolean().optional(),
  /** It was begun before, in this life or in an earlier one, and broke off. */
  begun: z.boolean().optional(),
  data: z.string(),
  /** The message has a button that says it, or is about the same: anybody can send anything about any message. */
  ofMessage: z.boolean().optional(),
  /** The message is a picture, whose words are its caption. */
  ofPicture: z.boolean().optional(),
});
export type Press = z.infer<typeof pressSchema>;

const joinedSchema = z.object({ kind: z.literal('joined'), ...place });
export type JoinRecord = z.infer<typeof joinedSchema>;

const movedSchema = z.object({ kind: z.literal('moved'), from: z.number(), to: z.number() });

export const recordSchema = z.discriminatedUnion('kind', [
  saidSchema,
  requestSchema,
  pressSchema,
  joinedSchema,
  movedSchema,
]);
export type Incoming = z.infer<typeof recordSchema>;

/** What every record but a move has. */
export type Place = Pick<
  MessageRecord,
  | 'chatId'
  | 'chatType'
  | 'threadId'
  | 'messageId'
  | 'userId'
  | 'anonymousAdmin'
  | 'locale'
  | 'username'
  | 'forum'
>;
