/** Bubbles: words with their marks, files, what they answer, the keyboard beneath. */
import { element } from './dom.js';
import { say } from './toasts.js';
import { wordsOf } from './words.js';

const file = (id) => `/_sim/file/${id}`;
/** Bubbles stay while their message does not change, so that a video plays on. */
const drawn = new Map();

export function showMessages(parent, { messages, chat, me, bot, act, write }) {
  const atEnd = parent.scrollHeight - parent.scrollTop - parent.clientHeight < 80;
  const place = `${chat.id} ${me}`;
  const moved = parent.dataset.place !== place;
  parent.dataset.place = place;
  if (moved) drawn.clear();
  const nodes = messages.map((message) => {
    const now = JSON.stringify(message);
    const known = drawn.get(message.message_id);
    if (known?.now === now) return known.node;
    const node = bubble(message, { chat, me, bot, act, write });
    drawn.set(message.message_id, { now, node });
    return node;
  });
  for (const [nth, node] of nodes.entries())
    if (parent.children[nth] !== node) parent.insertBefore(node, parent.children[nth] ?? null);
  while (parent.children.length > nodes.length) parent.lastChild.remove();
  if (moved || atEnd) parent.scrollTop = parent.scrollHeight;
}

function bubble(message, context) {
  const service = serviceOf(message);
  if (service) return element('p', { className: 'service' }, service);
  const { me } = context;
  const own = message.from?.id === me;
  const inside = element(
    'div',
    { className: 'bubble' },
    own ? '' : element('div', { className: 'from' }, nameOf(message)),
    message.forward_origin ? element('div', { className: 'forwarded' }, 'Forwarded') : '',
    answeredIn(message),
    ...filesIn(message),
    wordsOf(message),
    metaOf(message),
    toolsOf(message, own, context),
  );
  const node = element(
    'article',
    { className: `message${own ? ' mine' : ''}` },
    inside,
    keyboardOf(message, context),
  );
  node.dataset.id = message.message_id;
  return node;
}

const nameOf = ({ from, sender_chat }) => sender_chat?.title ?? from?.first_name ?? 'Somebody';

function serviceOf(message) {
  const { from, new_chat_members: came, left_chat_member: left, forum_topic_created: topic } = message;
  if (came) return `${came.map(({ first_name }) => first_name).join(', ')} joined`;
  if (left) return `${left.first_name} left`;
  if (topic) return `${from.first_name} opened the topic ${topic.name}`;
  if (message.migrate_from_chat_id) return 'The group has become a supergroup';
  return undefined;
}

function answeredIn({ reply_to_message: to, external_reply: elsewhere }) {
  if (elsewhere) return element('span', { className: 'answered' }, 'Answers a message elsewhere');
  if (!to || to.forum_topic_created) return '';
  const go = () => {
    const node = document.querySelector(`[data-id="${to.message_id}"]`);
    node?.scrollIntoView({ block: 'center' });
    node?.classList.add('flash');
    setTimeout(() => node?.classList.remove('flash'), 1200);
  };
  return element(
    'button',
    { type: 'button', className: 'answered', onclick: go },
    element('b', {}, nameOf(to)),
    ` ${to.text ?? to.caption ?? kindOf(to)}`.slice(0, 80),
  );
}

const kindOf = (message) =>
  message.live_photo ? 'Live photo' : message.photo ? 'Photo' : message.video ? 'Video' : 'Attachment';

function filesIn(message) {
  const {
    photo,
    video,
    animation,
    video_note: note,
    sticker,
    live_photo: live,
    document: attached,
  } = message;
  const play = (of, more = {}) =>
    box(of, 'video', {
      controls: true,
      playsInline: true,
      muted: true,
      preload: 'metadata',
      poster: message.poster ?? '',
      ...more,
    });
  const loop = { autoplay: true, loop: true, controls: false };
  if (live) return [play(live)];
  if (photo) return [box(photo.at(-1), 'img', { alt: 'Photo' })];
  if (video) return [play(video)];
  if (animation)
    return [
      animation.mime_type?.startsWith('image/')
        ? box(animation, 'img', { alt: 'GIF' })
        : play(animation, loop),
    ];
  if (note) return [play({ ...note, width: 200, height: 200 }, { className: 'round' })];
  if (sticker)
    return [
      sticker.is_video ? play(sticker, loop) : box(sticker, 'img', { alt: sticker.emoji ?? 'Sticker' }),
    ];
  if (!attached) return [];
  const name = `${attached.file_name ?? 'file'} (${Math.ceil((attached.file_size ?? 0) / 1000)} kB)`;
  return [element('a', { href: file(attached.file_id), download: attached.file_name ?? '' }, name)];
}

/** As large as the message says that it is, as in Telegram's apps: a video described as a square is shown in one. */
function box({ file_id, width, height }, name, properties) {
  const node = element(name, { src: file(file_id), ...properties });
  const scale = Math.min(1, 380 / (width || 320), 320 / (height || 320));
  node.style.width = `${Math.round((width || 320) * scale)}px`;
  node.style.height = `${Math.round((height || 320) * scale)}px`;
  return node;
}

function metaOf({ date, edit_date, author_signature, reactions, media_group_id, silent }) {
  const time = new Date(date * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const parts = [
    ...reactions,
    author_signature,
    media_group_id && 'album',
    silent && '🔕',
    edit_date && 'edited',
    time,
  ];
  return element('div', { className: 'meta' }, parts.filter(Boolean).join(' · '));
}

function keyboardOf(message, { act, chat }) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return '';
  return element(
    'div',
    { className: 'keyboard' },
    ...rows.map((row) => element('div', {}, ...row.map(button))),
  );

  function button(one) {
    if (one.url)
      return element(
        'button',
        { type: 'button', onclick: () => window.open(one.url, '_blank', 'noopener') },
        `${one.text} ↗`,
      );
    const node = element('button', { type: 'button', onclick: press }, one.text);
    return node;
    async function press() {
      node.disabled = true;
      const answer = await act('press', { chat: chat.id, message: message.message_id, label: one.text });
      node.disabled = false;
      if (answer?.text) say(undefined, answer.text, answer.alert);
    }
  }
}

function toolsOf(message, own, { act, write, chat }) {
  const tool = (label, onclick) => element('button', { type: 'button', onclick }, label);
  const about = { chat: chat.id, message: message.message_id };
  return element(
    'div',
    { className: 'tools' },
    tool('Reply', () => write.reply(message)),
    own ? tool('Edit', () => write.edit(message)) : '',
    chat.type === 'private' ? '' : tool('Forward to bot', () => act('forward', about)),
    tool('Delete', () => act('delete', about)),
  );
}
