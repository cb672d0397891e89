/**
 * The first answer to an interaction, which Discord wants within 3 seconds. Nothing stands before it: no disk, no
 * look-up, no queue (these requests have no rate limit).
 */
import {
  type APIApplicationCommandOptionChoice,
  type APIModalInteractionResponseCallbackData,
  InteractionResponseType,
  MessageFlags,
  REST,
  Routes,
} from 'discord.js';
import { z } from 'zod';
import type { Log } from '../../../core/ports.ts';
import { DiscordTrouble, troubleOf } from '../outbound/trouble.ts';
import type { MessageBody } from '../render.ts';

/** A third of what there is: an answer that got lost on the way leaves time for another try. */
const TIMEOUT_MS = 1_000;
const TRIES = 3;
const ALREADY_ACKNOWLEDGED = 40060;
const UNKNOWN_INTERACTION = 10062;

export type FirstAnswer =
  | { kind: 'thinking'; ephemeral: boolean }
  | { kind: 'nothing-new' }
  | { kind: 'message'; body: MessageBody }
  | { kind: 'form'; form: APIModalInteractionResponseCallbackData }
  | { kind: 'choices'; choices: APIApplicationCommandOptionChoice<string>[] };

/**
 * `answered`, with the message where Discord named it. Also where nobody can say whether it was: a command must not be
 * lost with an answer to us. `late`: Discord has given up on it, and told the member.
 */
type Acknowledgement = { kind: 'answered'; messageId?: string; ephemeral?: boolean } | { kind: 'late' };

export type Acks = {
  first(event: { id: string; token: string }, answer: FirstAnswer): Promise<Acknowledgement>;
};

const response = z.object({
  interaction: z.object({
    response_message_id: z.string().optional(),
    response_message_ephemeral: z.boolean().optional(),
  }),
});

/** Throws DiscordTrouble where Discord does not take the answer for its own sake: a bug of ours. */
export function createAcks({
  apiUrl,
  log,
  timeoutMs = TIMEOUT_MS,
}: {
  apiUrl: string;
  log: Log;
  timeoutMs?: number | undefined;
}): Acks {
  const rest = new REST({ api: apiUrl, version: '10', timeout: timeoutMs, retries: 0 });

  return {
    async first({ id, token }, answer) {
      for (let left = TRIES - 1; ; left -= 1) {
        try {
          const answered = await rest.post(Routes.interactionCallback(id, token), {
            auth: false,
            body: bodyOf(answer),
            query: new URLSearchParams({ with_response: 'true' }),
          });
          const { success, data } = response.safeParse(answered);
          const { response_message_id: messageId, response_message_ephemeral: ephemeral } = success
            ? data.interaction
            : {};
          return {
            kind: 'answered',
            ...(messageId === undefined ? {} : { messageId }),
            ...(ephemeral === undefined ? {} : { ephemeral }),
          };
        } catch (thrown) {
          const error = troubleOf(thrown);
          if (!(error instanceof DiscordTrouble)) throw error;
          // By an earlier try whose answer was lost, or by the event's twin.
          if (error.code === ALREADY_ACKNOWLEDGED) return { kind: 'answered' };
          if (error.code === UNKNOWN_INTERACTION) {
            log.warn({ event: id }, 'an interaction was answered too late');
            return { kind: 'late' };
          }
          if (!error.retryHelps) throw error;
          if (left === 0) {
            log.warn({ event: id, err: error }, 'whether an interaction was answered is not known');
            return { kind: 'answered' };
          }
        }
      }
    },
  };
}

function bodyOf(answer: FirstAnswer): object {
  switch (answer.kind) {
    case 'thinking':
      return {
        type: InteractionResponseType.DeferredChannelMessageWithSource,
        data: answer.ephemeral ? { flags: MessageFlags.Ephemeral } : {},
      };
    case 'nothing-new':
      return { type: InteractionResponseType.DeferredMessageUpdate };
    case 'message':
      return {
        type: InteractionResponseType.ChannelMessageWithSource,
        data: { ...answer.body, flags: answer.body.flags | MessageFlags.Ephemeral },
      };
    case 'form':
      return { type: InteractionResponseType.Modal, data: answer.form };
    case 'choices':
      return {
        type: InteractionResponseType.ApplicationCommandAutocompleteResult,
        data: { choices: answer.choices },
      };
  }
}
