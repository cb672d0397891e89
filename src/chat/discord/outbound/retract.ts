/** Takes a job's video back: every message that it was posted in, by its own token or by the bot's right. */
import { type REST, Routes } from 'discord.js';
import type { Job } from '../../../core/job/job.ts';
import type { Retracted } from '../../../core/takedown/case.ts';
import { targetSchema } from '../target.ts';
import type { Tokens } from '../tokens.ts';
import { find } from './post.ts';
import type { Posts, Records } from './records.ts';
import { DiscordTrouble, troubleOf } from './trouble.ts';

type Parts = { rest: REST; webhooks: REST; tokens: Tokens; records: Records };

/** What a post is for, when it brings a video: the event that it answers comes after it. */
export const RESULT = 'result:';
const UNKNOWN_MESSAGE = 10008;

export function createRetract({ rest, webhooks, tokens, records }: Parts) {
  /** True where it is there no more; false where that can't be had in this way. Throws what may pass. */
  async function tried(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (thrown) {
      const error = troubleOf(thrown);
      if (!(error instanceof DiscordTrouble) || !error.closed) throw error;
      return error.code === UNKNOWN_MESSAGE;
    }
  }

  async function takeBack(eventId: string, done: NonNullable<Posts[string]['done']>): Promise<boolean> {
    const { channelId, messageId, alone } = done;
    const live = done.rung === 'follow-up' ? await tokens.get(eventId) : undefined;
    const path = live && Routes.webhookMessage(live.applicationId, live.token, messageId);
    if (path && (await tried(() => webhooks.delete(path, { auth: false })))) return true;
    // What one member alone sees is in no channel.
    return !alone && (await tried(() => rest.delete(Routes.channelMessage(channelId, messageId))));
  }

  /** One that a crash kept us from knowing is looked for. */
  async function doneOf(job: Job, { begun, done }: Posts[string]): Promise<Posts[string]['done']> {
    if (done || !begun) return done;
    const to = targetSchema.parse(job.requester.target);
    const found = await find(rest, begun, { jobCode: job.code, to, uploads: [] });
    return found && { ...found, rung: begun.rung, at: begun.at };
  }

  return async (job: Job): Promise<Retracted> => {
    const gone: Retracted = { deleted: 0, emptied: 0, left: 0 };
    for (const [purpose, post] of Object.entries((await records.posts.get(job.id)) ?? {})) {
      if (!purpose.startsWith(RESULT)) continue;
      const done = await doneOf(job, post);
      if (done) gone[(await takeBack(purpose.slice(RESULT.length), done)) ? 'deleted' : 'left'] += 1;
      const { [purpose]: _, ...rest } = (await records.posts.get(job.id)) ?? {};
      await records.posts.set(job.id, rest);
    }
    return gone;
  };
}
