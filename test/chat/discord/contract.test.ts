import { ComponentType } from 'discord.js';
import type { SimInteraction } from '../../../simulators/discord/interactions.ts';
import { buttonsOf } from '../../../simulators/discord/people.ts';
import type { SimMessage } from '../../../simulators/discord/world.ts';
import { ACTIONS } from '../../../src/chat/actions.ts';
import { type ChatOptions, type ChatSubject, chatContract, type MessageView } from '../../contracts/chat.ts';
import { FOUR, keepFour, THREE_A_DAY } from '../../fakes/cast-of-four.ts';
import { chargeBySecond, withDoubts } from '../../fakes/doubtful.ts';
import { COMPLETED, withDearer } from '../../fakes/remote.ts';
import { animate, labels, startAdminBot } from './admin-setup.ts';
import { image, slowRemote, textOf } from './harness.ts';

const NO_SUCH_TYPE = { components: { 0: { _errors: [{ code: 'UNION_TYPE_CHOICES', message: 'No.' }] } } };

const seenOf = (message: SimMessage): MessageView => ({
  text: textOf(message),
  buttons: labels(message),
  video: message.files.some(({ filename }) => filename.endsWith('.mp4')),
  sheet: message.files.some(({ filename }) => filename === 'check.jpg'),
});

async function start({ chart, dearer, doubtful, short }: ChatOptions = {}): Promise<ChatSubject> {
  const bot = await startAdminBot({
    world: {
      ...(chart === false ? { media: { chart: () => Promise.reject(new Error('no room')) } } : {}),
      ...(dearer ? { remotes: withDearer(slowRemote()) } : {}),
      ...(doubtful ? withDoubts(slowRemote()) : {}),
      ...(short ? { limits: THREE_A_DAY } : {}),
    },
  });
  const { discord, ada, admin, guild, channel } = bot;
  const eve = discord.member(guild, 'Eve');
  let pressed: SimMessage | undefined;
  let components: SimMessage['components'] | undefined;
  const all = () => [...discord.messages(channel), ...discord.messages(discord.dm(ada))];
  const shown = async (one: SimInteraction): Promise<SimMessage> =>
    discord.waitFor(() => (one.original?.thinking ? undefined : one.original));
  const report = async () => shown(await discord.slash(admin, channel, '/usage', { period: 'month' }));
  return {
    async asks() {
      await animate(bot, ada);
    },
    seen: async () =>
      all()
        .filter((one) => !one.visibleTo && !one.deleted)
        .map(seenOf),
    async chooses(label) {
      const message = await discord.waitFor(() => all().find((one) => labels(one).includes(label)));
      discord.press(ada, message, label);
    },
    async tapsTwice(label) {
      const message = await discord.waitFor(() => all().find((one) => labels(one).includes(label)));
      const taps = [discord.press(ada, message, label), discord.press(ada, message, label)];
      await discord.waitFor(() => taps.every(({ answer }) => answer !== undefined));
    },
    grows: () => chargeBySecond(bot.remote, 14),
    async casts() {
      const where = { spaceId: `discord:${guild.id}`, ownerId: `discord:${ada.id}` };
      await keepFour(bot.world.disk, where);
      await discord.slash(ada, channel, '/animate', { motion: 'shu', characters: FOUR.join(', ') });
    },
    async keeps() {
      const asked = await discord.slash(ada, channel, '/character add', { image: image(), name: 'Rob' });
      return () => asked.original && seenOf(asked.original);
    },
    async decides(label) {
      const message = await discord.waitFor(() => all().find((one) => labels(one).includes(label)));
      discord.press(admin, message, label);
    },
    async finishes() {
      bot.remote.statuses = [COMPLETED];
    },
    async dies() {
      // What it waits for on its dead disk never comes, so nobody waits for its end.
      void bot.life.kill();
      void bot.life.chat.stop();
      // What happens from now on must reach the one after it.
      await discord.waitFor(() => discord.gateway.connected() === 0);
      bot.life = await bot.boot();
      await discord.waitFor(() => discord.gateway.connected() > 0);
    },
    refuses(what) {
      // What looks like more than words stands in a container; a row of buttons is a component, too.
      const type = what === 'looks' ? ComponentType.Container : ComponentType.ActionRow;
      const looks = (json: unknown) => JSON.stringify(json ?? {}).includes(`"type":${type},`);
      const how = { status: 400, json: { code: 50035, errors: NO_SUCH_TYPE } };
      discord.fault({ path: /\/(?:messages|webhooks)\//, looks }, how, Number.POSITIVE_INFINITY);
      discord.fault({ path: /\/messages$/, looks }, how, Number.POSITIVE_INFINITY);
    },
    logged: () => bot.lines.join('\n'),
    async closes() {
      // The token alone would still lead there.
      discord.expireTokens();
      discord.deny(channel, discord.bot, 'SendMessages');
    },
    async forgets() {
      const [job] = await bot.jobs();
      await bot.life.core.privacy.forget(`discord:${ada.id}`);
      const kv = bot.store.keyv('discord');
      const noted = await Promise.all(
        ['bound', 'shown', 'posts'].map((kind) => kv.get(`${kind}:${job?.id}`)),
      );
      return noted.every((note) => note === undefined);
    },
    async presses(id) {
      // What an offer that nobody knows says is said in its place.
      pressed ??= all().find((one) => buttonsOf(one).length > 0);
      components ??= structuredClone(pressed?.components ?? []);
      const message = await discord.waitFor(() => pressed);
      message.components = structuredClone(components);
      const [button] = buttonsOf(message);
      const own = button?.custom_id;
      if (!button || !own) throw new Error('no button');
      button.custom_id = id;
      const press = discord.press(eve, message, id);
      button.custom_id = own;
      return (await discord.waitFor(() => press.answer)) !== undefined;
    },
    report: async () => seenOf(await report()),
    async exportsTooMuch() {
      const told = await report();
      discord.fault(
        { method: 'POST', path: /\/webhooks\/\d+\/[^/]+$/ },
        { status: 413, json: { code: 40005 } },
      );
      const pressed = discord.press(admin, told, 'Export CSV');
      return textOf(await discord.waitFor(() => pressed.followUps[0]));
    },
    async end() {
      await bot[Symbol.asyncDispose]();
    },
  };
}

chatContract('Discord', start, [...Object.keys(ACTIONS), 'again', 'sample', 'new-image', 'new-motion']);
