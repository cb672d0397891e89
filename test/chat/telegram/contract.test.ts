import { buttonsOf, type Message, textOf } from '../../../simulators/telegram/telegram.ts';
import { ACTIONS } from '../../../src/chat/actions.ts';
import { type ChatOptions, type ChatSubject, chatContract, type MessageView } from '../../contracts/chat.ts';
import { FOUR, keepFour, THREE_A_DAY } from '../../fakes/cast-of-four.ts';
import { chargeBySecond, withDoubts } from '../../fakes/doubtful.ts';
import { COMPLETED, createRemote, withDearer } from '../../fakes/remote.ts';
import { adminSetup } from './admin-setup.ts';

const seenOf = (message: Message): MessageView => ({
  text: textOf(message),
  buttons: buttonsOf(message).flat(),
  video: message.video !== undefined || message.animation !== undefined,
  sheet: message.photo !== undefined,
});

async function start({ chart, dearer, doubtful, short }: ChatOptions = {}): Promise<ChatSubject> {
  const remote = createRemote('paid');
  remote.statuses = [{ state: 'queued', position: 1 }];
  const setup = await adminSetup({
    remote,
    world: {
      ...(chart === false ? { media: { chart: () => Promise.reject(new Error('no room')) } } : {}),
      ...(dearer ? { remotes: withDearer(remote) } : {}),
      ...(doubtful ? withDoubts(remote) : {}),
      ...(short ? { limits: THREE_A_DAY } : {}),
    },
  });
  const { harness, telegram, user, eve, admin, group } = setup;
  const inPrivate = telegram.privateChat(user);
  const all = () => [...telegram.said(group), ...telegram.said(inPrivate)];
  return {
    async asks() {
      // Its clock skips all waiting, and a job that waits for ever has a deadline.
      if (!dearer) harness.pause('queued');
      await setup.animates();
    },
    seen: async () => all().map(seenOf),
    async chooses(label) {
      const message = all().find((one) => buttonsOf(one).flat().includes(label));
      if (!message) throw new Error(`there is no button ${label}`);
      await setup.presses(user, message, label);
    },
    async tapsTwice(label) {
      const message = all().find((one) => buttonsOf(one).flat().includes(label));
      if (!message) throw new Error(`there is no button ${label}`);
      await Promise.all([setup.presses(user, message, label), setup.presses(user, message, label)]);
    },
    grows: () => chargeBySecond(remote, 14),
    async casts() {
      harness.pause();
      const where = { spaceId: `telegram:${group.id}`, ownerId: `telegram:${user.id}` };
      await keepFour(harness.world.disk, where);
      await setup.says(user, `/animate motion=shuffle characters="${FOUR.join(', ')}"`);
    },
    async keeps() {
      await telegram.sends(user, inPrivate, { photo: setup.photo, caption: '/character add Rob' });
      return () => {
        const last = telegram.said(inPrivate).findLast((one) => /Rob/.test(textOf(one)));
        return last && seenOf(last);
      };
    },
    async decides(label) {
      const message = all().find((one) => buttonsOf(one).flat().includes(label));
      if (!message) throw new Error(`there is no button ${label}`);
      await setup.presses(admin, message, label);
    },
    async finishes() {
      remote.statuses = [COMPLETED];
      harness.pause(false);
    },
    async dies() {
      await harness.kill();
      await harness.boot();
    },
    refuses(what) {
      const looks = ({ parse_mode, reply_markup }: Record<string, unknown>) =>
        (what === 'looks' ? parse_mode : reply_markup) !== undefined;
      const description =
        what === 'looks'
          ? "Bad Request: can't parse entities: unexpected end tag"
          : 'Bad Request: BUTTON_DATA_INVALID';
      const method = /^(?:send|edit)/;
      telegram.fault({ method, looks, how: { status: 400, description }, times: Number.POSITIVE_INFINITY });
    },
    logged: () => harness.logged.join('\n'),
    async closes() {
      group.forbids.add('text');
      group.forbids.add('media');
    },
    async forgets() {
      const [job] = await harness.jobs();
      await harness.core().privacy.forget(`telegram:${user.id}`);
      const noted = await Promise.all(
        ['status', 'told', 'sends', 'files'].map((kind) => harness.noted(`${kind}:${job?.id}`)),
      );
      return noted.every((note) => note === undefined);
    },
    async presses(id) {
      const message = all().find((one) => buttonsOf(one).length > 0);
      const [button] = message?.reply_markup?.inline_keyboard[0] ?? [];
      if (!message || !button || !('callback_data' in button)) throw new Error('no button');
      const own = button.callback_data;
      button.callback_data = id;
      const pressed = telegram.press(eve, message, button.text).done;
      button.callback_data = own;
      return (await pressed) !== undefined;
    },
    report: async () => seenOf(await setup.says(admin, '/usage')),
    async exportsTooMuch() {
      const report = await setup.says(admin, '/usage');
      const how = { status: 413, description: 'Request Entity Too Large' };
      telegram.fault({ method: 'sendDocument', how, times: 10 });
      const { text } = await setup.presses(admin, report, 'Export CSV');
      return text ?? '';
    },
    end: harness.end,
  };
}

chatContract('Telegram', start, [...Object.keys(ACTIONS), 'again', 'sample', 'new-image', 'new-motion']);
