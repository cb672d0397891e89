/** Buttons that begin a new job: Telegram has no forms, so a new file is asked for in the chat. */

import type { Job } from '../../../core/job/job.ts';
import type { Caller } from '../../../core/limits/access.ts';
import type { Words } from '../../../words/index.ts';
import type { ACTIONS } from '../../actions.ts';
import { withJob } from '../../presses.ts';
import { linesOf } from '../render.ts';
import { targetSchema } from '../target.ts';
import type { Expected } from './expected.ts';
import type { Press, Request } from './records.ts';
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

  async function askFor(what: 'image' | 'clip', job: Job): Promise<void> {
    const ask = linesOf([words.t(what === 'image' ? 'ask.new-image' : 'ask.new-motion')]);
    const askId = await talk.say(targetOf(besideTheirs(press, job)), {
      ...ask,
      // It opens the reply by itself, for the one whose message is answered.
      reply_markup: { force_reply: true, selective: press.chatType !== 'private' },
    });
    if (askId === undefined) return;
    const { userId } = press;
    await expected.wait(press, {
      what,
      code: job.code,
      askId,
      ...(userId === undefined ? {} : { userId }),
    });
  }

  return {
    again: withJob(({ job, caller }) => again(job, caller)),
    'new-image': withJob(({ job }) => askFor('image', job)),
    'new-motion': withJob(({ job }) => askFor('clip', job)),
  };
}

/** What comes of a press answers the member's own message, where that is in this chat. */
function besideTheirs(press: Press, job: Job): Press {
  const asked = targetSchema.safeParse(job.requester.target);
  return asked.success && asked.data.chatId === press.chatId
    ? { ...press, messageId: asked.data.messageId }
    : press;
}
