/** What somebody does on the page. */
import { z } from 'zod';
import type { MediaContent, Source } from './media.ts';
import { changeMember } from './membership.ts';
import { type Content, deletes, edits, forwards, sends, sendsAlbum } from './people.ts';
import { blocks, opensTopic, starts } from './places.ts';
import { presses } from './presses.ts';
import type { PressAnswer, Sim, Upload } from './sim.ts';
import type { Message, User } from './wire.ts';
import type { SimChat } from './world.ts';

export type DoneByHand = { done: true } | PressAnswer;

const KINDS = ['photo', 'video', 'animation', 'videoNote', 'document', 'sticker', 'livePhoto'] as const;
const optional = <T extends z.ZodType>(schema: T) =>
  z.union([schema, z.literal('').transform(() => undefined)]).optional();

const fields = z.object({
  user: z.int(),
  chat: z.int(),
  message: optional(z.int()),
  text: z.coerce.string().optional(),
  label: z.coerce.string().optional(),
  replyTo: optional(z.int()),
  topic: optional(z.int()),
  anonymous: z.boolean().optional(),
  /** One for each file, in their order, as the browser knows them. */
  files: z
    .string()
    .transform((text) => JSON.parse(text))
    .pipe(
      z.array(
        z.object({
          kind: z.enum(KINDS),
          width: z.number().optional(),
          height: z.number().optional(),
          seconds: z.number().optional(),
        }),
      ),
    )
    .optional(),
});
type Fields = z.output<typeof fields>;

/** Throws with words for the page when it can't be done. */
export async function doByHand(
  sim: Sim,
  what: string,
  params: Record<string, unknown>,
  uploads: readonly Upload[],
): Promise<DoneByHand> {
  const read = fields.parse(params);
  const user = sim.world.users.get(read.user);
  const chat = sim.world.chats.get(read.chat);
  if (!user || !chat) throw new Error('nobody there');
  if (what === 'press') return press(sim, user, messageIn(chat, read.message), read.label ?? '');
  await act(sim, what, user, chat, read, uploads);
  sim.world.changed();
  return { done: true };
}

async function act(
  sim: Sim,
  what: string,
  user: User,
  chat: SimChat,
  read: Fields,
  uploads: readonly Upload[],
): Promise<unknown> {
  const bot = (status: 'member' | 'administrator' | 'kicked') =>
    changeMember(sim, chat, user, { user: sim.bot, status });
  switch (what) {
    case 'send':
      return send(sim, user, chat, read, uploads);
    case 'edit': {
      const message = messageIn(chat, read.message);
      const words = read.text ?? '';
      return edits(sim, message, message.text === undefined ? { caption: words } : { text: words });
    }
    case 'delete':
      return deletes(sim, messageIn(chat, read.message));
    case 'forward': {
      const own = sim.world.chats.get(user.id);
      if (!own) throw new Error(`${user.first_name} has no chat with the bot`);
      return forwards(sim, user, messageIn(chat, read.message), own);
    }
    case 'topic':
      return opensTopic(sim, user, chat, read.text || 'Topic');
    case 'block':
      return blocks(sim, chat);
    case 'start':
      return starts(sim, chat);
    case 'bot-in':
      return bot('member');
    case 'bot-admin':
      return bot('administrator');
    case 'bot-out':
      return bot('kicked');
    default:
      throw new Error(`nothing is called ${what}`);
  }
}

function messageIn(chat: SimChat, id: number | undefined): Message {
  const stored = chat.messages.get(id ?? 0);
  if (!stored) throw new Error('that message is gone');
  return stored.message;
}

async function send(
  sim: Sim,
  user: User,
  chat: SimChat,
  read: Fields,
  uploads: readonly Upload[],
): Promise<unknown> {
  const place: Content = {
    ...(read.replyTo === undefined ? {} : { replyTo: messageIn(chat, read.replyTo) }),
    ...(read.topic === undefined ? {} : { topic: read.topic }),
    ...(read.anonymous ? { as: 'anonymous' } : {}),
  };
  const text = read.text ?? '';
  const sources = uploads.map((upload, at) => {
    const described = read.files?.[at] ?? { kind: 'document' as const };
    const { kind, width, height, seconds } = { width: 0, height: 0, seconds: 0, ...described };
    const source: Source = {
      file: upload.path,
      name: upload.name,
      ...(upload.mime ? { mime: upload.mime } : {}),
      ...(width ? { width } : {}),
      ...(height ? { height } : {}),
      ...(seconds ? { seconds } : {}),
    };
    return { kind, source };
  });
  const [first, second] = sources;
  if (!first) {
    if (text === '') throw new Error('there is nothing to send');
    return sends(sim, user, chat, { ...place, text });
  }
  if (first.kind === 'livePhoto') {
    if (!second) throw new Error('a live photo is a picture and a clip');
    const livePhoto = { photo: first.source, video: second.source };
    return sends(sim, user, chat, { ...place, livePhoto, caption: text });
  }
  const items = sources.map(({ kind, source }): MediaContent => ({ [kind]: source }));
  return items.length === 1
    ? sends(sim, user, chat, { ...place, ...items[0], caption: text })
    : sendsAlbum(sim, user, chat, items, { ...place, caption: text });
}

/** Answers what the bot does, or nothing much when it says nothing for long. */
async function press(sim: Sim, user: User, message: Message, label: string): Promise<PressAnswer> {
  const { done } = presses(sim, user, message, label);
  const { promise: patience, resolve } = Promise.withResolvers<PressAnswer>();
  setTimeout(() => resolve({ alert: false, text: 'The bot says nothing' }), 15_000).unref();
  return Promise.race([done, patience]);
}
