/** A group with an admin, a member and somebody else, in which the bot sees everything. */
import type { Message, SimChat, User } from '../../../simulators/telegram/telegram.ts';
import { textOf } from '../../../simulators/telegram/telegram.ts';
import { ada, createHarness, type HarnessOptions } from './harness.ts';

/** Telegram's limits of how fast a bot may talk count on the clock, which tests turn. */
const A_BURST_MS = 6_000;

export async function adminSetup(options: HarnessOptions & { forum?: boolean } = {}) {
  const harness = await createHarness({ ...options, telegram: { privacy: false, ...options.telegram } });
  const { telegram } = harness;
  const member = await ada(harness, { username: 'ada_l' });
  const admin = telegram.user({ first_name: 'Grace', username: 'grace' });
  const eve = telegram.user({ first_name: 'Eve' });
  const group = telegram.group({
    title: 'Dancers',
    creator: admin,
    members: [member.user, eve],
    forum: options.forum ?? false,
  });

  // As in every forum, the first topics' numbers are taken.
  await telegram.sends(admin, group, { text: 'hello' });

  const breathe = () => {
    harness.world.time.now += A_BURST_MS;
  };
  /** Sends words to the group and answers what the bot replied to them. */
  async function says(
    user: User,
    text: string,
    rest: Partial<Parameters<typeof telegram.sends>[2]> = {},
    chat: SimChat = group,
  ): Promise<Message> {
    breathe();
    const asked = await telegram.sends(user, chat, { text, ...rest });
    return telegram.waitFor(() => telegram.replies(asked).at(-1));
  }
  return {
    harness,
    telegram,
    ...member,
    admin,
    eve,
    group,
    breathe,
    says,
    told: async (...how: Parameters<typeof says>): Promise<string> => textOf(await says(...how)),
    /** Asks for a video in the group; answers the message that tells how it stands. */
    async animates(user: User = member.user, chat: SimChat = group, topic?: number): Promise<Message> {
      breathe();
      const [first] = await telegram.album(user, chat, [{ photo: member.photo }, { video: member.clip }], {
        caption: '/animate',
        ...(topic === undefined ? {} : { topic }),
      });
      if (!first) throw new Error('nothing was sent');
      return telegram.waitFor(() => telegram.replies(first)[0]);
    },
    /** Waits until a message of the bot says something like this. */
    shows: (message: Message, words: RegExp | string): Promise<Message> =>
      telegram.waitFor(() => {
        const now = telegram.message(message);
        return (
          now && (typeof words === 'string' ? textOf(now).includes(words) : words.test(textOf(now))) && now
        );
      }),
    presses(user: User, message: Message, label: string) {
      breathe();
      return telegram.press(user, message, label).done;
    },
    settings: async () => harness.world.disk.settings.known.get(`telegram:${group.id}`),
  };
}
