/** New groups and channels, peopled. */
import type { Sim } from './sim.ts';
import type { User } from './wire.ts';
import type { Member, SimChat } from './world.ts';

export type GroupOptions = {
  title?: string;
  username?: string;
  type?: 'group' | 'supergroup';
  forum?: boolean;
  creator?: User;
  admins?: readonly User[];
  members?: readonly User[];
  /** `absent`: it was never there. */
  bot?: 'member' | 'administrator' | 'absent';
} & Partial<Pick<SimChat, 'hidesMembers' | 'schedulesVideos'>>;

export type ChannelOptions = {
  title?: string;
  admins?: readonly User[];
  /** Where its posts turn up by themselves. */
  discussion?: SimChat;
};

export function addGroup({ world, bot, me }: Sim, facts: GroupOptions = {}): SimChat {
  const { type = 'supergroup', creator, admins = [], members = [], bot: place = 'member' } = facts;
  const chat = world.addChat({
    type,
    title: facts.title ?? 'Dancers',
    forum: facts.forum ?? false,
    hidesMembers: facts.hidesMembers ?? false,
    schedulesVideos: facts.schedulesVideos ?? false,
    ...(facts.username === undefined ? {} : { username: facts.username }),
  });
  const all: Member[] = [
    ...members.map((user): Member => ({ user, status: 'member' })),
    ...admins.map((user): Member => ({ user, status: 'administrator' })),
    ...(creator ? [{ user: creator, status: 'creator' } satisfies Member] : []),
  ];
  for (const member of all) chat.members.set(member.user.id, member);
  if (place !== 'absent') {
    chat.members.set(bot.id, { user: bot, status: place });
    chat.openToBot = me.can_read_all_group_messages;
  }
  return chat;
}

export function addChannel({ world, bot }: Sim, facts: ChannelOptions = {}): SimChat {
  const chat = world.addChat({
    type: 'channel',
    title: facts.title ?? 'News',
    ...(facts.discussion ? { discussion: facts.discussion } : {}),
  });
  chat.members.set(bot.id, { user: bot, status: 'administrator' });
  for (const user of facts.admins ?? []) chat.members.set(user.id, { user, status: 'administrator' });
  return chat;
}
