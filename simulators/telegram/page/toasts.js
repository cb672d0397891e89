/** What pops up: notifications, as a phone shows them, and answers to pressed buttons. */
import { element } from './dom.js';

const SHOWN_MS = 6000;
const MOST = 3;

export function say(title, words, alert = false) {
  if (alert) {
    const dialog = document.getElementById('alert');
    dialog.querySelector('p').textContent = words;
    return dialog.showModal();
  }
  return toast(title, words);
}

function toast(title, words, onclick) {
  const node = element(
    'div',
    { className: 'toast', onclick },
    title ? element('b', {}, title) : '',
    words ?? '',
  );
  const all = document.getElementById('toasts');
  all.append(node);
  while (all.children.length > MOST) all.firstChild.remove();
  setTimeout(() => node.remove(), SHOWN_MS);
}

/** New messages of the bot that the person's phone would ring for: in private all, in groups those that answer them. */
export function notify(before, now, me, open) {
  for (const chat of now.chats.filter(({ people }) => people.includes(me))) {
    const old = before.chats.find(({ id }) => id === chat.id);
    const last = old?.messages.at(-1)?.message_id ?? 0;
    for (const message of chat.messages) {
      if (message.message_id <= last || message.from?.id !== now.bot.id || message.silent) continue;
      const toMe = message.reply_to_message?.from?.id === me;
      if (chat.type !== 'private' && !toMe) continue;
      const words = message.text ?? message.caption ?? (message.video ? 'Video' : 'Message');
      toast(`${now.bot.first_name}${toMe ? ' answers you' : ''}`, words, () => open(chat.id));
    }
  }
}
