/** Changes to messages that are there already. */
import { z } from 'zod';
import { editable, writableChat } from '../access.ts';
import { badRequest } from '../errors.ts';
import { captionFieldsOf, textFields } from '../formatted.ts';
import { keyboardOf } from '../keyboards.ts';
import { editMessage, deleteMessage as remove, wireOf } from '../messages.ts';
import { method } from '../method.ts';
import {
  bool,
  captionFields,
  chatId,
  entity,
  inlineKeyboard,
  int,
  parseMode,
  readParams,
} from '../params.ts';
import type { Sim } from '../sim.ts';
import { animationOf, documentOf, photoOf, videoOf } from '../uploaded.ts';
import type { Message } from '../wire.ts';
import { type FileEntry, isAdmin, type SimChat } from '../world.ts';

const target = { chat_id: chatId, message_id: int, reply_markup: inlineKeyboard.optional() };
type Target = z.output<z.ZodObject<typeof target>>;

/** What a message says: everything else stays as it is when it is edited. */
const SAYS = [
  'text',
  'entities',
  'caption',
  'caption_entities',
  'photo',
  'video',
  'animation',
  'document',
] as const;
const DELETABLE_MS = 48 * 3_600_000;

export const editMessageText = method(
  z.strictObject({
    ...target,
    text: z.string().min(1),
    parse_mode: parseMode.optional(),
    entities: z.array(entity).optional(),
    link_preview_options: z.looseObject({}).optional(),
  }),
  (sim, params) =>
    edit(sim, params, ({ text }) => {
      if (text === undefined) throw badRequest('there is no text in the message to edit');
      return textFields(params.text, params.parse_mode, params.entities);
    }),
);

export const editMessageCaption = method(
  z.strictObject({ ...target, ...captionFields, show_caption_above_media: bool.optional() }),
  (sim, params) =>
    edit(sim, params, (message) => {
      const { photo, video, animation, document } = message;
      if (!(photo ?? video ?? animation ?? document))
        throw badRequest('there is no caption in the message to edit');
      return { ...filesOf(message), ...captionFieldsOf(params) };
    }),
);

export const editMessageReplyMarkup = method(z.strictObject(target), (sim, params) =>
  edit(sim, params, (message) => ({ ...filesOf(message), ...wordsOf(message) })),
);

const inputMedia = z.strictObject({
  type: z.enum(['photo', 'video', 'animation', 'document']),
  media: z.string().min(1),
  ...captionFields,
  thumbnail: z.string().optional(),
  cover: z.string().optional(),
  width: int.optional(),
  height: int.optional(),
  duration: int.optional(),
  supports_streaming: bool.optional(),
  has_spoiler: bool.optional(),
  show_caption_above_media: bool.optional(),
  disable_content_type_detection: bool.optional(),
});

export const editMessageMedia = method(
  z.strictObject({ ...target, media: z.record(z.string(), z.unknown()) }),
  (sim, params, { call: { uploads } }) => {
    const media = readParams(inputMedia, params.media);
    return edit(sim, params, async () => ({
      ...captionFieldsOf(media),
      ...(media.type === 'video' && (await videoOf(sim, { ...media, video: media.media }, uploads))),
      ...(media.type === 'animation' &&
        (await animationOf(sim, { ...media, animation: media.media }, uploads))),
      ...(media.type === 'photo' && { photo: await photoOf(sim, media.media, uploads) }),
      ...(media.type === 'document' && {
        document: await documentOf(sim, { ...media, document: media.media }, uploads),
      }),
    }));
  },
);

async function edit(
  sim: Sim,
  params: Target,
  say: (message: Message) => Partial<Message> | Promise<Partial<Message>>,
): Promise<Message> {
  const chat = writableChat(sim, params.chat_id, 'text');
  const stored = editable(sim, chat, params.message_id);
  const keyboard = keyboardOf(params.reply_markup);
  const said = await say(stored.message);
  const rest = without(stored.message, [...SAYS, 'reply_markup']);
  const next: Message = { ...rest, ...said, ...(keyboard ? { reply_markup: keyboard } : {}) };
  if (sameSaid(stored.message, next))
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  sim.floods.count(chat);
  editMessage(sim.world, stored, next);
  return wireOf(stored);
}

function sameSaid(before: Message, after: Message): boolean {
  const said = (message: Message) =>
    JSON.stringify([...SAYS, 'reply_markup' as const].map((name) => comparable(message[name])));
  return said(before) === said(after);
}

/** The same file is the same, whatever its id. */
const comparable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (key, inner) => (key === 'file_id' ? undefined : inner)));

const filesOf = ({ photo, video, animation, document }: Message): Partial<Message> => ({
  ...(photo ? { photo } : {}),
  ...(video ? { video } : {}),
  ...(animation ? { animation } : {}),
  ...(document ? { document } : {}),
});

const wordsOf = ({ text, entities, caption, caption_entities }: Message): Partial<Message> => ({
  ...(text === undefined ? {} : { text }),
  ...(entities ? { entities } : {}),
  ...(caption === undefined ? {} : { caption }),
  ...(caption_entities ? { caption_entities } : {}),
});

function without(message: Message, names: readonly (keyof Message)[]): Message {
  return Object.fromEntries(
    Object.entries(message).filter(([name]) => !(names as readonly string[]).includes(name)),
  ) as Message;
}

export const deleteMessage = method(z.strictObject({ chat_id: chatId, message_id: int }), (sim, params) => {
  const chat = writableChat(sim, params.chat_id, 'text');
  const stored = chat.messages.get(params.message_id);
  if (!stored) throw badRequest('message to delete not found');
  if (!mayDelete(sim, chat, stored)) throw badRequest("message can't be deleted");
  remove(sim.world, stored);
  return true;
});

export const deleteMessages = method(
  z.strictObject({ chat_id: chatId, message_ids: z.array(int).min(1).max(100) }),
  (sim, params) => {
    const chat = writableChat(sim, params.chat_id, 'text');
    // Those that are not there, or not the bot's to delete, are passed over.
    for (const id of params.message_ids) {
      const stored = chat.messages.get(id);
      if (stored && mayDelete(sim, chat, stored)) remove(sim.world, stored);
    }
    return true;
  },
);

function mayDelete(sim: Sim, chat: SimChat, { message }: FileEntry): boolean {
  if (isAdmin(chat, sim.bot.id)) return true;
  const young = sim.time.now() - message.date * 1000 < DELETABLE_MS;
  return young && (chat.type === 'private' || message.from?.id === sim.bot.id);
}
