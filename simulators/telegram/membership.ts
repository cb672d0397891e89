/** Who is what in a chat, and what the bot hears of it. */
import { putMessage } from './messages.ts';
import { announce, type Sim } from './sim.ts';
import type { ChatMember, User } from './wire.ts';
import { chatOf, isIn, type Member, type SimChat } from './world.ts';

const RIGHTS = {
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: true,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: true,
  can_edit_stories: true,
  can_delete_stories: true,
  can_pin_messages: true,
};

/** As `getChatMember` and the updates show a member. */
export function memberOf({ user, status, anonymous = false, rights, title }: Member): ChatMember {
  const named = title === undefined ? {} : { custom_title: title };
  switch (status) {
    case 'creator':
      return { status, user, is_anonymous: anonymous, ...named };
    case 'administrator':
      // Rights that only newer servers tell of are left out, as they may be missing.
      return {
        status,
        user,
        can_be_edited: false,
        is_anonymous: anonymous,
        ...RIGHTS,
        ...rights,
        ...named,
      } as ChatMember;
    case 'kicked':
      return { status, user, until_date: 0 };
    case 'restricted':
      return {
        status,
        user,
        is_member: true,
        until_date: 0,
        can_send_messages: false,
        can_send_audios: false,
        can_send_documents: false,
        can_send_photos: false,
        can_send_videos: false,
        can_send_video_notes: false,
        can_send_voice_notes: false,
        can_send_polls: false,
        can_send_other_messages: false,
        can_add_web_page_previews: false,
        can_react_to_messages: false,
        can_edit_tag: false,
        can_change_info: false,
        can_invite_users: false,
        can_pin_messages: false,
        can_manage_topics: false,
      } as ChatMember;
    default:
      return { status, user };
  }
}

/**
 * Makes somebody something else. The bot hears of itself by `my_chat_member`, of others by `chat_member` where it is
 * an admin, and by the message that the group shows.
 */
export function changeMember(sim: Sim, chat: SimChat, by: User, next: Member): void {
  const { world, bot } = sim;
  const before = chat.members.get(next.user.id) ?? { user: next.user, status: 'left' as const };
  const wasIn = isIn(chat, next.user.id);
  const about = {
    chat: chatOf(chat),
    from: by,
    date: world.date(),
    old_chat_member: memberOf(before),
    new_chat_member: memberOf(next),
  };
  chat.members.set(next.user.id, next);
  const own = next.user.id === bot.id;
  // Privacy mode is read when the bot comes in: switched off later, it must leave and come again.
  if (own && !wasIn && isIn(chat, bot.id)) chat.openToBot = sim.me.can_read_all_group_messages;
  if (own) sim.updates.push({ my_chat_member: about }, `chat ${chat.id}`);
  else if (chat.members.get(bot.id)?.status === 'administrator')
    sim.updates.push({ chat_member: about }, `chat ${chat.id}`);
  if (chat.type === 'group' || chat.type === 'supergroup') {
    const nowIn = isIn(chat, next.user.id);
    if (nowIn && !wasIn)
      announce(sim, putMessage(world, chat, { from: by, new_chat_members: [next.user] }), 'message');
    if (!nowIn && wasIn)
      announce(sim, putMessage(world, chat, { from: by, left_chat_member: next.user }), 'message');
  }
  world.changed();
}
