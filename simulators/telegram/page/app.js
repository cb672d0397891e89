/** Puts the page together: what came from the server on one side, what the person does on the other. */
import { composer } from './compose.js';
import { element, fill } from './dom.js';
import { showMessages } from './messages.js';
import { notify, say } from './toasts.js';

const at = (id) => document.getElementById(id);
/** The person, the chat and the topic that are looked at; kept over a reload. */
const place = JSON.parse(localStorage.getItem('place') ?? '{}');
const read = new Map();
let state;

const mine = () => state.chats.filter(({ people }) => people.includes(place.user));
const chat = () => mine().find(({ id }) => id === place.chat) ?? mine()[0];

async function act(what, fields, files = []) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ user: place.user, chat: chat()?.id, ...fields }))
    if (value !== undefined) body.set(name, value);
  for (const [nth, file] of files.entries()) body.append(`file${nth}`, file, file.name);
  const answer = await fetch(`/_sim/${what}`, { method: 'POST', body });
  const said = await answer.json();
  if (!answer.ok) say('That did not work', said.wrong);
  return answer.ok ? said : undefined;
}

const write = composer({ act, chat, place });

new EventSource('/_sim/events').addEventListener('message', ({ data }) => {
  const before = state;
  state = JSON.parse(data);
  if (!state.people.some(({ id }) => id === place.user)) place.user = state.people[0]?.id;
  if (before) notify(before, state, place.user, open);
  show();
});

function open(id) {
  place.chat = id;
  place.topic = undefined;
  write.forget();
  show();
}

function show() {
  localStorage.setItem('place', JSON.stringify(place));
  fill(
    at('who'),
    state.people.map(({ id, first_name }) =>
      element('option', { value: id, selected: id === place.user }, first_name),
    ),
  );
  fill(at('chats'), mine().map(showChat));
  const current = chat();
  if (!current) return;
  place.chat = current.id;
  read.set(current.id, current.messages.at(-1)?.message_id ?? 0);
  at('title').textContent = titleOf(current);
  at('about').textContent = current.action
    ? `${state.bot.first_name}: ${current.action.replace('_', ' ')}…`
    : aboutOf(current);
  at('about').classList.toggle('acting', current.action !== undefined);
  showDoings(current);
  const shown = current.messages.filter((one) => !place.topic || one.message_thread_id === place.topic);
  showMessages(at('messages'), {
    messages: shown,
    chat: current,
    me: place.user,
    bot: state.bot,
    act,
    write,
  });
  write.show(current);
}

const titleOf = ({ type, title }) => (type === 'private' ? state.bot.first_name : title);

function aboutOf({ type, people, bot, blocked, started, hearsAll }) {
  if (type === 'private') return blocked ? 'you blocked the bot' : started ? 'bot' : 'bot, not started yet';
  const kind =
    type === 'channel'
      ? 'channel'
      : `${type}, ${people.length + (bot === 'left' || bot === 'kicked' ? 0 : 1)} members`;
  const hears = hearsAll ? 'sees everything' : 'sees what is meant for it';
  return bot === 'kicked' || bot === 'left' ? kind : `${kind}; the bot is ${bot} and ${hears}`;
}

function showChat(one) {
  const last = one.messages.at(-1);
  const unread = one.messages.filter(({ message_id }) => message_id > (read.get(one.id) ?? 0)).length;
  return element(
    'button',
    { type: 'button', ariaCurrent: String(one.id === chat()?.id), onclick: () => open(one.id) },
    unread > 0 && one.id !== chat()?.id ? element('span', { className: 'unread' }, String(unread)) : '',
    titleOf(one),
    element('small', {}, last ? (last.text ?? last.caption ?? '(no words)') : ' '),
  );
}

function showDoings(current) {
  const button = (label, what, fields = {}) =>
    element('button', { type: 'button', onclick: () => act(what, fields) }, label);
  const doings = [];
  if (current.type === 'private') {
    doings.push(
      current.blocked || !current.started
        ? button('Start', 'send', { text: '/start' })
        : button('Block', 'block'),
    );
  } else if (current.admins.includes(place.user) && current.type !== 'channel') {
    if (current.bot !== 'member')
      doings.push(button(current.bot === 'administrator' ? 'Demote bot' : 'Add bot', 'bot-in'));
    if (current.bot !== 'administrator') doings.push(button('Make bot admin', 'bot-admin'));
    if (current.bot !== 'kicked') doings.push(button('Remove bot', 'bot-out'));
  }
  if (current.forum) {
    const select = element(
      'select',
      {
        ariaLabel: 'Topic',
        onchange: () => {
          place.topic = Number(select.value) || undefined;
          show();
        },
      },
      element('option', { value: '' }, 'All topics'),
      ...current.topics.map(({ id, name }) =>
        element('option', { value: id, selected: id === place.topic }, name),
      ),
    );
    doings.unshift(select);
  }
  fill(at('doings'), doings);
}

at('who').addEventListener('change', () => {
  place.user = Number(at('who').value);
  open(undefined);
});
