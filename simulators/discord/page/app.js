/** The page: who you are, where you are, what is there; asks again whenever something changed. */
import { byId, make } from './dom.js';
import { commandForm, lines, modalForm } from './forms.js';
import { messageNode } from './message.js';

let as = sessionStorage.getItem('as');
let channel = sessionStorage.getItem('channel');
let state = { people: [], channels: [], messages: [], commands: [], modals: [], failed: [], names: {} };
let replyingTo;
let shownModal;
let followEnd = true;
const drawn = new Map();

async function refresh() {
  const query = new URLSearchParams({ ...(as ? { as } : {}), ...(channel ? { channel } : {}) });
  const answer = await fetch(`/_sim/state?${query}`);
  state = { ...state, ...(await answer.json()) };
  as = state.as;
  channel = state.channel;
  draw();
}

/** Does something as the chosen person. Files go by field. */
async function act(what, files = {}) {
  const form = new FormData();
  form.set('payload_json', JSON.stringify({ as, channel, ...what }));
  for (const [field, picked] of Object.entries(files)) for (const file of picked) form.append(field, file);
  const answer = await fetch('/_sim/do', { method: 'POST', body: form });
  if (!answer.ok) notice((await answer.json()).message);
  return answer.ok;
}

function notice(text) {
  const output = byId('notice');
  output.textContent = text;
  clearTimeout(notice.timer);
  notice.timer = setTimeout(() => {
    output.textContent = '';
  }, 6000);
}

function go(parts) {
  ({ as = as, channel = channel } = parts);
  sessionStorage.setItem('as', as);
  sessionStorage.setItem('channel', channel);
  byId('messages').replaceChildren();
  drawn.clear();
  refresh();
}

function draw() {
  drawSide();
  drawMessages();
  drawModal();
}

function drawSide() {
  const person = byId('person');
  person.replaceChildren(
    ...state.people.map(({ id, name, locale, installed }) =>
      make(
        'option',
        { value: id, selected: id === as },
        `${name} (${locale}${installed ? ', has the app' : ''})`,
      ),
    ),
  );
  person.onchange = () => go({ as: person.value });
  const places = Map.groupBy(state.channels, ({ place }) => place);
  byId('channels').replaceChildren(
    ...[...places].flatMap(([place, channels]) => [
      make('h2', {}, place),
      ...channels.map(({ id, name, thread, count }) =>
        make(
          'button',
          {
            type: 'button',
            class: `channel${thread ? ' thread' : ''}`,
            'aria-current': id === channel,
            onclick: () => go({ channel: id }),
          },
          `${thread ? '↳ ' : '# '}${name}`,
          make('span', { class: 'count' }, String(count)),
        ),
      ),
    ]),
  );
  const me = state.people.find(({ id }) => id === as);
  const trouble = (kind, label) =>
    make('button', { type: 'button', onclick: () => act({ do: 'trouble', kind }) }, label);
  byId('trouble').replaceChildren(
    make('h2', {}, state.connected ? `Bot: ${state.connected} connection(s)` : 'Bot: offline'),
    trouble('dms', `My DMs: ${me?.dmsOpen ? 'open' : 'closed'}`),
    trouble('send', `Bot may write here: ${state.botMay?.send ? 'yes' : 'no'}`),
    trouble('attach', `Bot may attach here: ${state.botMay?.attach ? 'yes' : 'no'}`),
    trouble('tokens', 'End all interaction tokens'),
    trouble('gateway', 'Drop the gateway'),
    trouble('down', 'Answer 503 three times'),
  );
  byId('title').textContent = `# ${state.channels.find(({ id }) => id === channel)?.name ?? ''}`;
}

/** Only what changed is drawn again, so that a video that plays goes on. */
function drawMessages() {
  const list = byId('messages');
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  const menus = state.commands.filter(({ isMenu }) => isMenu);
  const reply = (message) => {
    replyingTo = message;
    drawReplying();
    byId('text').focus();
  };
  const rows = [
    ...state.messages.map((message) => ({
      id: message.id,
      at: Date.parse(message.timestamp),
      // Signed addresses differ each time.
      print: JSON.stringify([message, menus.length]).replaceAll(/\?ex=[^"]*/g, ''),
      node: () => messageNode(message, { act, menus, names: state.names, entities: state.entities, reply }),
    })),
    ...state.failed.map(({ id, what, createdAt }) => ({
      id: `failed-${id}`,
      at: createdAt,
      print: '',
      node: () => make('li', { class: 'failed' }, `The application did not respond (${what})`),
    })),
  ].toSorted((a, b) => a.at - b.at);
  for (const id of drawn.keys())
    if (!rows.some((row) => row.id === id)) {
      drawn.get(id).node.remove();
      drawn.delete(id);
    }
  let before = null;
  for (const { id, print, node } of rows) {
    const known = drawn.get(id);
    if (known?.print !== print) {
      const fresh = node();
      if (known) known.node.replaceWith(fresh);
      else if (before) before.after(fresh);
      else list.prepend(fresh);
      drawn.set(id, { print, node: fresh });
    }
    before = drawn.get(id).node;
  }
  followEnd = atEnd;
  if (atEnd) list.scrollTop = list.scrollHeight;
}

// A picture or a video takes its room only once it is there.
for (const event of ['load', 'loadedmetadata'])
  byId('messages').addEventListener(
    event,
    ({ currentTarget }) => {
      if (followEnd) currentTarget.scrollTop = currentTarget.scrollHeight;
    },
    true,
  );

function drawReplying() {
  const bar = byId('replying');
  bar.hidden = !replyingTo;
  if (!replyingTo) return;
  const ping = make('input', { type: 'checkbox', id: 'ping', checked: true });
  const stop = () => {
    replyingTo = undefined;
    drawReplying();
  };
  bar.replaceChildren(
    `Replying to ${replyingTo.authorName} `,
    make('label', {}, ping, ' tell them'),
    make('button', { type: 'button', onclick: stop }, '✕'),
  );
}

function drawModal() {
  const dialog = byId('modal');
  const open = state.modals.at(-1);
  if (open?.interaction === shownModal) return;
  shownModal = open?.interaction;
  if (!open) return dialog.close();
  const { interaction, modal } = open;
  dialog.replaceChildren(
    modalForm(
      modal,
      { names: state.names, entities: state.entities },
      (values, files) => act({ do: 'modal', interaction, values }, files),
      () => act({ do: 'dismiss', interaction }),
    ),
  );
  dialog.oncancel = () => act({ do: 'dismiss', interaction });
  if (!dialog.open) dialog.showModal();
}

function showCommand(line) {
  const panel = byId('command');
  const close = () => {
    panel.hidden = true;
  };
  const all = lines(state.commands);
  const chosen = all.find((one) => one.line === line);
  const { locale } = state.people.find(({ id }) => id === as) ?? {};
  const run = async (name, values, files) => {
    if (await act({ do: 'slash', line: name, values }, files)) close();
  };
  panel.hidden = false;
  panel.replaceChildren(
    ...(chosen
      ? commandForm(chosen, { locale, entities: state.entities }, run, close)
      : all.map((one) =>
          make(
            'button',
            { type: 'button', class: 'pick', onclick: () => showCommand(one.line) },
            make('b', {}, `/${one.line}`),
            ` ${one.description}`,
          ),
        )),
  );
}

byId('commands').onclick = () => {
  if (byId('command').hidden) showCommand();
  else byId('command').hidden = true;
};
byId('text').oninput = ({ target }) => {
  if (target.value === '/') {
    target.value = '';
    showCommand();
  }
};
byId('composer').onsubmit = async (event) => {
  event.preventDefault();
  const text = byId('text');
  const files = byId('files');
  const what = {
    do: 'say',
    text: text.value.replaceAll(`@${state.bot.globalName}`, `<@${state.bot.id}>`),
    ...(replyingTo ? { replyTo: replyingTo.id, ping: byId('ping').checked } : {}),
  };
  if (!(await act(what, { files: files.files }))) return;
  text.value = '';
  files.value = '';
  replyingTo = undefined;
  drawReplying();
};

new EventSource('/_sim/events').onmessage = refresh;
