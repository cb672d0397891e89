/** What becomes of chats: started, blocked, moved, divided into topics. */
import { memberOf } from './membership.ts';
import { deleteMessage, putMessage } from './messages.ts';
import { announce, type Sim } from './sim.ts';
import type { User } from './wire.ts';
import { ANONYMOUS_ADMIN, chatOf, type SimChat } from './world.ts';

/** Presses Start, or lets a blocked bot back in. */
export function starts(sim: Sim, chat: SimChat): void {
  const { person } = chat;
  if (!person || (chat.started && !chat.blocked)) return;
  if (chat.blocked) privateChange(sim, chat, person, 'kicked', 'member');
  chat.started = true;
  chat.blocked = false;
  sim.world.changed();
}

export function blocks(sim: Sim, chat: SimChat): void {
  const { person } = chat;
  if (!person || chat.blocked) return;
  chat.blocked = true;
  privateChange(sim, chat, person, 'member', 'kicked');
  sim.world.changed();
}

function privateChange(
  sim: Sim,
  chat: SimChat,
  person: User,
  before: 'member' | 'kicked',
  after: 'member' | 'kicked',
): void {
  sim.updates.push(
    {
      my_chat_member: {
        chat: chatOf(chat),
        from: person,
        date: sim.world.date(),
        old_chat_member: memberOf({ user: sim.bot, status: before }),
        new_chat_member: memberOf({ user: sim.bot, status: after }),
      },
    },
    `chat ${chat.id}`,
  );
}

/** The group becomes a supergroup under another id; the old one stays behind and answers with it. */
export function migrates(sim: Sim, group: SimChat): SimChat {
  const { id: _, messages: __, lastMessageId: ___, topics, ...kept } = group;
  const next = sim.world.addChat({ ...kept, type: 'supergroup', topics, migratedFrom: group.id });
  announce(
    sim,
    putMessage(sim.world, group, { from: ANONYMOUS_ADMIN, migrate_to_chat_id: next.id }),
    'message',
  );
  group.migratedTo = next.id;
  announce(
    sim,
    putMessage(sim.world, next, { from: ANONYMOUS_ADMIN, migrate_from_chat_id: group.id }),
    'message',
  );
  return next;
}

export function opensTopic(sim: Sim, user: User, chat: SimChat, name: string): number {
  if (!chat.forum) throw new Error('only a forum has topics');
  const stored = putMessage(sim.world, chat, {
    from: user,
    forum_topic_created: { name, icon_color: 7_322_096 },
  });
  const id = stored.message.message_id;
  stored.message = { ...stored.message, message_thread_id: id, is_topic_message: true };
  chat.topics.set(id, { id, name, closed: false, deleted: false });
  announce(sim, stored, 'message');
  return id;
}

/** Closed, only admins write there; deleted, it is gone with all that was said. */
export function changesTopic(sim: Sim, chat: SimChat, id: number, to: 'closed' | 'deleted'): void {
  const topic = chat.topics.get(id);
  if (!topic) throw new Error(`no topic ${id} in ${chat.title}`);
  if (to === 'closed') topic.closed = true;
  else {
    topic.deleted = true;
    const inside = [...chat.messages.values()].filter(({ message }) => message.message_thread_id === id);
    for (const stored of inside) deleteMessage(sim.world, stored);
  }
  sim.world.changed();
}
