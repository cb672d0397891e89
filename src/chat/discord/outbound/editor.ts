/** Edits a job's status message, by the token while it lives, then by the bot's own rights where it has them. */
import { type REST, Routes } from 'discord.js';
import type { Log } from '../../../core/ports.ts';
import type { EditOutcome } from '../../status.ts';
import type { MessageBody } from '../render.ts';
import type { DiscordTarget } from '../target.ts';
import type { Tokens } from '../tokens.ts';
import { inSomeShape, shapesOf } from './bare.ts';
import { mayPost } from './places.ts';
import type { StatusBinding } from './records.ts';
import { DiscordTrouble, troubleOf } from './trouble.ts';

export type Edit = (
  bound: StatusBinding,
  to: DiscordTarget,
  body: MessageBody,
  jobCode: string,
) => Promise<EditOutcome>;

const UNKNOWN_MESSAGE = 10008;
const UNKNOWN_CHANNEL = 10003;
const DELETED: ReadonlySet<number> = new Set([UNKNOWN_MESSAGE, UNKNOWN_CHANNEL]);
/** Messages older than an hour may be edited only so often. */
const TOO_MANY_OLD_EDITS = 30046;
const OLD_EDITS_WAIT_MS = 60_000;
const WAIT_MS = 5_000;

/** `webhooks` is for what the token alone allows: it stands under no limit of the bot's. */
export function createEditor(parts: { rest: REST; webhooks: REST; tokens: Tokens; log: Log }): Edit {
  const { rest, webhooks, tokens, log } = parts;

  async function tried(act: () => Promise<unknown>): Promise<DiscordTrouble | undefined> {
    try {
      await act();
      return undefined;
    } catch (thrown) {
      const error = troubleOf(thrown);
      if (error instanceof DiscordTrouble) return error;
      throw error;
    }
  }

  function outcomeOf(trouble: DiscordTrouble | undefined, jobCode: string): EditOutcome {
    if (!trouble) return { kind: 'done' };
    const { status, code, retryAfterMs = 0 } = trouble;
    if (code === TOO_MANY_OLD_EDITS) return { kind: 'later', waitMs: OLD_EDITS_WAIT_MS };
    if (trouble.retryHelps) return { kind: 'later', waitMs: Math.max(WAIT_MS, retryAfterMs) };
    if (!trouble.closed || trouble.strange) {
      log.error({ job: jobCode, status, code }, 'Discord does not take a status message');
      return { kind: 'no-way' };
    }
    return { kind: 'gone', why: DELETED.has(code ?? 0) ? 'deleted' : 'shut' };
  }

  return async (bound, to, body, jobCode) => {
    const token = await tokens.get(bound.eventId);
    if (token) {
      const { applicationId, token: secret } = token;
      const trouble = await tried(() =>
        inSomeShape(log, shapesOf(body), (shape) =>
          webhooks.patch(Routes.webhookMessage(applicationId, secret), { auth: false, body: shape }),
        ),
      );
      // A dead token says nothing about the message.
      if (!trouble?.deadToken && (trouble?.status !== 404 || trouble.code === UNKNOWN_MESSAGE))
        return outcomeOf(trouble, jobCode);
      await tokens.drop(bound.eventId);
    }
    if (!mayPost(to)) return { kind: 'no-way' };
    const route = Routes.channelMessage(bound.channelId, bound.statusMessageId);
    const trouble = await tried(() =>
      inSomeShape(log, shapesOf(body), (shape) => rest.patch(route, { body: shape })),
    );
    return outcomeOf(trouble, jobCode);
  };
}
