import { ACTIONS } from '../../src/chat/actions.ts';
import { type ChatOptions, type ChatSubject, chatContract, type MessageView } from '../contracts/chat.ts';
import { ADA, ADMIN, buttonsOf, createFakeChat, EVE, labelsOf, type Message, textOf } from '../fakes/chat.ts';
import { chargeBySecond, withDoubts } from '../fakes/doubtful.ts';
import { COMPLETED, createRemote, withDearer } from '../fakes/remote.ts';

const seenOf = (message: Message): MessageView => ({
  text: textOf(message),
  buttons: labelsOf(message),
  video: message.page.title === 'Your video is ready',
  sheet: message.page.media?.name === 'check.jpg',
});

async function start({ chart, dearer, doubtful }: ChatOptions = {}): Promise<ChatSubject> {
  const remote = createRemote('paid');
  remote.statuses = [{ state: 'queued', position: 1 }];
  let open = true;
  const chat = createFakeChat({
    remotes: dearer ? withDearer(remote) : [remote],
    maxBytes: 10,
    ...(doubtful ? withDoubts(remote) : {}),
    ...(chart === false ? { media: { chart: () => Promise.reject(new Error('no room')) } } : {}),
    chat: {
      async deliver(job) {
        if (open) chat.say({ title: 'Your video is ready', lines: [] }, { about: mine });
        else chat.say({ title: 'Your video is ready', lines: ['in private'] });
        return { kind: 'delivered', receipt: { rung: open ? 'here' : 'private', at: job.createdAt } };
      },
    },
  });
  let mine: Message;
  return {
    async asks() {
      mine = await chat.animate();
      await chat.runsOnce();
    },
    seen: async () => chat.messages.filter((one) => !one.for).map(seenOf),
    async chooses(label) {
      await chat.press(ADA, mine, label);
      // A provider that goes on saying that a job is in line would be asked for ever.
      await (doubtful ? chat.runsOnce() : chat.runs());
    },
    async tapsTwice(label) {
      const { id = '' } = buttonsOf(mine).find((one) => one.label === label) ?? {};
      await Promise.all([chat.press(ADA, mine, id), chat.press(ADA, mine, id)]);
    },
    grows: () => chargeBySecond(remote, 14),
    async finishes() {
      remote.statuses = [COMPLETED];
      await chat.runs();
    },
    async dies() {
      await chat.restart();
      await chat.runsOnce();
    },
    async closes() {
      open = false;
    },
    async forgets() {
      await chat.life.core.privacy.forget(ADA.id);
      return (await chat.jobs()).length === 0;
    },
    async presses(id) {
      const notice = await chat.says(EVE, 'quota');
      const before = JSON.stringify(chat.messages);
      await chat.pressRaw(EVE, notice, id);
      return JSON.stringify(chat.messages) !== before;
    },
    report: async () => seenOf(await chat.says(ADMIN, 'usage')),
    async exportsTooMuch() {
      await chat.press(ADMIN, await chat.says(ADMIN, 'usage'), 'Export CSV');
      return textOf(chat.last());
    },
    async end() {},
  };
}

chatContract('the plainest chat', start, Object.keys(ACTIONS));
