/** Which chats, and their tokens: each is tried the moment it is pasted. */
import { CHATS } from '../chat/catalog.ts';
import { ownerOfKey } from '../doctor/settings.ts';
import { KEEP, keyChoices, type Setup, type Step, tell } from './step.ts';

/** Long enough to hear a program that comes again at once; the doctor listens for longer. */
const LISTEN_MS = 4_000;

const TRIES_FOR_MS = 30_000;

type Chat = (typeof CHATS)[number];

export const chats: Step = {
  name: 'chats',
  title: 'Which chats',
  async run(setup) {
    const { ask, draft } = setup;
    const on = CHATS.filter(({ key }) => draft.value(key) !== '').map(({ platform }) => platform as string);
    const all = CHATS.map(({ platform, name }) => ({ value: platform as string, label: name }));
    const chosen = await ask.some('Where shall members use the bot? Its page is always there.', all, on);
    for (const chat of CHATS) {
      const { key, platform } = chat;
      if (chosen.includes(platform)) await connect(setup, chat);
      else if (on.includes(platform)) draft.set(key, undefined);
    }
  },
};

async function connect(setup: Setup, chat: Chat): Promise<void> {
  const { ask, draft } = setup;
  const { name, key, howTo } = chat;
  let token = draft.value(key);
  if (token) {
    const what = await ask.one(`There is a token of ${name}.`, keyChoices(name, true), KEEP);
    if (what === 'leave') return draft.set(key, undefined);
    if (what === 'paste') token = '';
  } else
    ask.note(
      `A token of ${name}`,
      howTo.map((line, at) => `${at + 1}. ${line}`),
    );
  for (;;) {
    token ||= await ask.secret(`Paste the token of ${name} (it is not shown):`, (text) =>
      wrongToken(chat, text),
    );
    const trying = token;
    const found = await ask.while(`Asking ${name} …`, () =>
      chat.inspect(draft.config({ [key]: trying }), {
        publicUrl: draft.config().PUBLIC_URL,
        isRunning: setup.isRunning(),
        listenMs: LISTEN_MS,
        signal: AbortSignal.timeout(TRIES_FOR_MS),
      }),
    );
    const isWell = tell(ask, found);
    if (isWell) break;
    const what = await ask.one('What now?', [
      ...keyChoices(name, false),
      { value: KEEP, label: 'Go on with it all the same; I mend that later' },
    ]);
    if (what === 'leave') return draft.set(key, undefined);
    if (what === KEEP) break;
    token = '';
  }
  if (token !== draft.value(key)) draft.set(key, token);
}

function wrongToken({ key, name, tokenLooks }: Chat, text: string): string | undefined {
  if (text === '') return 'Paste it, or press Ctrl+C to stop.';
  const owner = ownerOfKey(key, text);
  if (owner) return `That looks like a key of ${owner.name}, not of ${name}.`;
  // Only a length: nobody should have to look at it again.
  return tokenLooks.test(text)
    ? undefined
    : `That does not look like a token of ${name}: it has ${text.length} characters. Copy it whole, and nothing else.`;
}
