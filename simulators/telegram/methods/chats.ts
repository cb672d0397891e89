/** Chats and who is in them. */
import { z } from 'zod';
import { chatFor, writableChat } from '../access.ts';
import { badRequest } from '../errors.ts';
import { changeMember, memberOf } from '../membership.ts';
import { method } from '../method.ts';
import { bool, chatId, int } from '../params.ts';
import { chatOf, isAdmin, isIn } from '../world.ts';

const ACTIONS = [
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
];

export const getChat = method(z.strictObject({ chat_id: chatId }), (sim, params) => {
  const chat = chatFor(sim, params.chat_id);
  return {
    ...chatOf(chat),
    accent_color_id: 3,
    max_reaction_count: 11,
    accepted_gift_types: {
      unlimited_gifts: true,
      limited_gifts: true,
      unique_gifts: true,
      premium_subscription: true,
      gifts_from_channels: true,
    },
    ...(chat.discussion ? { linked_chat_id: chat.discussion.id } : {}),
  };
});

export const getChatMember = method(z.strictObject({ chat_id: chatId, user_id: int }), (sim, params) => {
  const chat = chatFor(sim, params.chat_id);
  // Promised only where the bot is an admin.
  if (chat.hidesMembers && params.user_id !== sim.bot.id && !isAdmin(chat, sim.bot.id))
    throw badRequest('CHAT_ADMIN_REQUIRED');
  const user = sim.world.users.get(params.user_id);
  if (!user) throw badRequest('PARTICIPANT_ID_INVALID');
  return memberOf(chat.members.get(user.id) ?? { user, status: 'left' });
});

export const getChatAdministrators = method(
  z.strictObject({ chat_id: chatId, return_bots: bool.optional() }),
  (sim, params) => {
    const chat = chatFor(sim, params.chat_id);
    if (chat.type === 'private') throw badRequest('there are no administrators in the private chat');
    return [...chat.members.values()]
      .filter(({ user }) => isAdmin(chat, user.id) && (!user.is_bot || user.id === sim.bot.id))
      .map(memberOf);
  },
);

export const getChatMemberCount = method(z.strictObject({ chat_id: chatId }), (sim, params) => {
  const chat = chatFor(sim, params.chat_id);
  return chat.type === 'private' ? 2 : [...chat.members.keys()].filter((id) => isIn(chat, id)).length;
});

export const leaveChat = method(z.strictObject({ chat_id: chatId }), (sim, params) => {
  const chat = chatFor(sim, params.chat_id);
  if (chat.type === 'private') throw badRequest("chat member status can't be changed in private chats");
  changeMember(sim, chat, sim.bot, { user: sim.bot, status: 'left' });
  return true;
});

export const sendChatAction = method(
  z.strictObject({ chat_id: chatId, message_thread_id: int.optional(), action: z.string().min(1) }),
  (sim, params) => {
    const chat = writableChat(sim, params.chat_id, 'text');
    if (!ACTIONS.includes(params.action)) throw badRequest('wrong parameter action in request');
    if (params.message_thread_id !== undefined && !chat.topics.has(params.message_thread_id))
      throw badRequest('message thread not found');
    const topic = params.message_thread_id === undefined ? {} : { topic: params.message_thread_id };
    sim.actions.push({ at: sim.time.now(), chatId: chat.id, ...topic, action: params.action });
    sim.world.changed();
    return true;
  },
);

const reaction = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('emoji'), emoji: z.string().min(1) }),
  z.strictObject({ type: z.literal('custom_emoji'), custom_emoji_id: z.string() }),
]);
/** Some of those that everybody may use: https://core.telegram.org/bots/api#reactiontypeemoji. */
const EMOJI =
  '👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳❤‍🔥🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👨‍💻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷‍♂🤷🤷‍♀😡';

export const setMessageReaction = method(
  z.strictObject({
    chat_id: chatId,
    message_id: int,
    reaction: z.array(reaction).optional(),
    is_big: bool.optional(),
  }),
  (sim, params) => {
    const chat = writableChat(sim, params.chat_id, 'text');
    const stored = chat.messages.get(params.message_id);
    if (!stored) throw badRequest('message to react not found');
    const reactions = params.reaction ?? [];
    if (reactions.length > 1) throw badRequest('REACTIONS_TOO_MANY');
    const emoji = reactions.map((each) => (each.type === 'emoji' ? each.emoji : each.custom_emoji_id));
    if (reactions.some((each) => each.type === 'emoji' && !EMOJI.includes(each.emoji)))
      throw badRequest('REACTION_INVALID');
    stored.reactions = emoji;
    sim.world.changed();
    return true;
  },
);
