/** Buttons that begin a new job, and what else needs a file: Telegram has no forms, so it is asked for in the chat. */

import type { Job } from '../../../core/job/job.ts';
import type { Caller } from '../../../core/limits/access.ts';
import type { Words } from '../../../words/index.ts';
import type { ACTIONS } from '../../actions.ts';
import { withJob } from '../../presses.ts';
import { SAMPLE_VERB } from '../../samples.ts';
import { linesOf } from '../render.ts';
import { targetSchema } from '../target.ts';
import type { Expected } from './expected.ts';
import type { Place, Press, Request } from './records.ts';
import type { Talk } from './speak.ts';
import { targetOf } from './who.ts';

type Parts = {
  talk: Talk;
  expected: Expected;
  /** Takes a wish: on disk once this has answered. */
  start(request: Request): Promise<void>;
};

export function ownActions(press: Press, words: Words, { talk, expected, start }: Parts): typeof ACTIONS {
  async function again(job: Job, { requester }: Caller): Promise<void> {
    const asChat = requester.memberId === requester.spaceId;
    const { kind: _, pressId, data: __, userId, ...place } = besideTheirs(press, job);
    await start({
      ...place,
      ...(asChat && press.chatType !== 'private'
        ? { anonymousAdmin: true }
        : userId === undefined
          ? {}
          : { userId }),
      kind: 'request',
      jobId: `telegram-${pressId}`,
      command: 'again',
      options: { job: job.code },
      ask: false,
      media: {},
    });
  }

  const sample: (typeof ACTIONS)[string] = async ({ arg }) => {
    const { kind: _, pressId, data: __, ...place } = press;
    await start({
      ...place,
      kind: 'request',
      jobId: `telegram-${pressId}`,
      command: 'sample',
      options: arg === undefined ? {} : { pair: arg },
      ask: false,
      media: {},
    });
  };

  function askFor(what: 'image' | 'clip', job: Job): Promise<void> {
    const text = words.t(what === 'image' ? 'ask.new-image' : 'ask.new-motion');
    return askForFile(besideTheirs(press, job), text, { what, code: job.code }, { talk, expected });
  }

  return {
    [SAMPLE_VERB]: sample,
    again: withJob(({ job, caller }) => again(job, caller)),
    'new-image': withJob(({ job }) => askFor('image', job)),
    'new-motion': withJob(({ job }) => askFor('clip', job)),
    'use-motion': ({ code }) =>
      askForFile(
        press,
        words.t('ask.picture-for-motion'),
        { what: 'image', item: { motion: code } },
        { talk, expected },
      ),
    'use-character': ({ code }) =>
      askForFile(
        press,
        words.t('ask.clip-for-character'),
        { what: 'clip', item: { character: code } },
        { talk, expected },
      ),
  };
}

/** Waits for a file: a reply to what is said here, and in private whatever comes next. */
async function askForFile(
  place: Place,
  text: string,
  wanted: Pick<Parameters<Expected['wait']>[1], 'what' | 'code' | 'item' | 'text'>,
  { talk, expected }: Pick<Parts, 'talk' | 'expected'>,
): Promise<void> {
  const askId = await talk.say(targetOf(place), {
    ...linesOf([text]),
    // It opens the reply by itself, for the one whose message is answered.
    reply_markup: { force_reply: true, selective: place.chatType !== 'private' },
  });
  if (askId === undefined) return;
  const { userId } = place;
  await expected.wait(place, { ...wanted, askId, ...(userId === undefined ? {} : { userId }) });
}

/** For the picture or the clip that goes with what they named of the library. */
export const askForHalf = (
  place: Place,
  { t }: Words,
  { half, text }: { half: 'image' | 'clip'; text: string },
  parts: Pick<Parts, 'talk' | 'expected'>,
): Promise<void> =>
  askForFile(
    place,
    t(half === 'image' ? 'ask.picture-for-motion' : 'ask.clip-for-character'),
    { what: half, text },
    parts,
  );

/** For the video that is to be verified. */
export const askForVideo = (
  place: Place,
  { t }: Words,
  parts: Pick<Parts, 'talk' | 'expected'>,
): Promise<void> => askForFile(place, t('verify.ask'), { what: 'clip' }, parts);

/** What comes of a press answers the member's own message, where that is in this chat. */
function besideTheirs(press: Press, job: Job): Press {
  const asked = targetSchema.safeParse(job.requester.target);
  return asked.success && asked.data.chatId === press.chatId
    ? { ...press, messageId: asked.data.messageId }
    : press;
}
