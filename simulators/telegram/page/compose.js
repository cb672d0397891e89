/** Where the person writes: words, files with what the browser knows of them, a reply, a correction. */
import { element, fill } from './dom.js';
import { shapeOf } from './shape.js';

const at = (id) => document.getElementById(id);

export function composer({ act, chat, place }) {
  let replyTo;
  let editing;
  const text = at('text');

  function forget() {
    replyTo = undefined;
    editing = undefined;
    at('files').value = '';
    text.value = '';
    showState();
  }

  function showState() {
    const about = editing ? 'Editing' : replyTo ? 'Replying to' : undefined;
    const message = editing ?? replyTo;
    at('replying').hidden = !about;
    if (message) {
      const words = (message.text ?? message.caption ?? 'a message without words').slice(0, 60);
      fill(at('replying'), [
        `${about}: ${words} `,
        element('button', { type: 'button', onclick: forget }, '×'),
      ]);
    }
    const files = [...at('files').files];
    at('chosen').hidden = files.length === 0;
    at('chosen').textContent = files.map(({ name }) => name).join(', ');
    showHints();
  }

  function showHints() {
    const current = chat();
    const all = current?.commands[place.user] ?? [];
    const typed = /^\/(\w*)$/.exec(text.value)?.[1];
    const fitting = typed === undefined ? [] : all.filter(({ command }) => command.startsWith(typed));
    at('hints').hidden = fitting.length === 0;
    fill(
      at('hints'),
      fitting.map(({ command, description }) =>
        element(
          'button',
          {
            type: 'button',
            title: description,
            onclick: () => {
              text.value = `/${command}${current.type === 'private' ? '' : `@${current.botName}`} `;
              text.focus();
              showHints();
            },
          },
          `/${command}`,
        ),
      ),
    );
  }

  async function send() {
    if (editing) {
      await act('edit', { message: editing.message_id, text: text.value });
      return forget();
    }
    const files = [...at('files').files];
    const as = at('as').value;
    const shapes = await Promise.all(files.map(shapeOf));
    const described = shapes.map(({ kind, ...shape }) => ({ kind: as || kind, ...shape }));
    const sent = await act(
      'send',
      {
        text: text.value,
        replyTo: replyTo?.message_id,
        topic: place.topic,
        anonymous: at('anonymous').checked || undefined,
        files: JSON.stringify(described),
      },
      files,
    );
    if (sent) forget();
  }

  at('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    send();
  });
  text.addEventListener('input', showHints);
  at('files').addEventListener('change', showState);

  return {
    forget,
    reply(message) {
      editing = undefined;
      replyTo = message;
      showState();
      text.focus();
    },
    edit(message) {
      replyTo = undefined;
      editing = message;
      text.value = message.text ?? message.caption ?? '';
      showState();
      text.focus();
    },
    show(current) {
      const admin = current.admins.includes(place.user) && current.type !== 'channel';
      at('anonymous-line').hidden = !admin;
      if (!admin) at('anonymous').checked = false;
    },
  };
}
