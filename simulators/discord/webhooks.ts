/** What the bot does with an interaction's token: `@original` and follow-ups, without the bot's own token. */
import { InteractionResponseType } from 'discord-api-types/v10';
import { no } from './errors.ts';
import { type Answer, type Call, type Handler, type Route, route } from './http.ts';
import { byToken, isEphemeral, originOf, type SimInteraction } from './interactions.ts';
import { messageJson } from './message-json.ts';
import { createMessage, deleteMessage, editMessage, parseMessage } from './messages.ts';
import type { Sim } from './sim.ts';
import type { SimMessage } from './world.ts';

export function webhookRoutes(sim: Sim): Route[] {
  /** Refuses a dead token before anything else, and keeps the token's own rate limit. */
  const by =
    (act: (interaction: SimInteraction, call: Call) => Promise<Answer> | Answer): Handler =>
    async (call) => {
      if (call.params.app !== sim.world.bot.id) throw no.unknownWebhook();
      const interaction = byToken(sim, call.params.token ?? '');
      const { headers, refused } = sim.limits.use('webhook', interaction.token, sim.settings.webhookLimit);
      if (refused) return refused;
      const answer = await act(interaction, call);
      return { ...answer, headers: { ...headers, ...answer.headers } };
    };
  const give = (message: SimMessage): Answer => ({ status: 200, json: messageJson(sim, message, true) });
  const one = '/webhooks/:app/:token/messages/:message';
  return [
    route(
      'POST',
      '/webhooks/:app/:token',
      by(async (interaction, call) => give(await followUp(sim, interaction, call))),
    ),
    route(
      'GET',
      one,
      by((interaction, call) => give(find(interaction, call))),
    ),
    route(
      'PATCH',
      one,
      by(async (interaction, call) => give(await edit(sim, interaction, call))),
    ),
    route(
      'DELETE',
      one,
      by((interaction, call) => {
        deleteMessage(sim, find(interaction, call));
        return { status: 204 };
      }),
    ),
  ];
}

function find({ original, followUps }: SimInteraction, { params }: Call): SimMessage {
  const message =
    params.message === '@original'
      ? original
      : [original, ...followUps].find((one) => one?.id === params.message);
  if (!message || message.deleted) throw no.unknownMessage();
  return message;
}

async function edit(sim: Sim, interaction: SimInteraction, call: Call): Promise<SimMessage> {
  const message = find(interaction, call);
  sim.official('PATCH', '/webhooks/{webhook_id}/{webhook_token}/messages/@original', call.body.json);
  await editMessage(sim, message, {
    body: parseMessage(call.body.json),
    uploads: call.body.files,
    limitBytes: interaction.limitBytes,
  });
  return message;
}

async function followUp(sim: Sim, interaction: SimInteraction, call: Call): Promise<SimMessage> {
  const { original, channel, user, limitBytes } = interaction;
  const body = parseMessage(call.body.json);
  sim.official('POST', '/webhooks/{webhook_id}/{webhook_token}', call.body.json);
  // The first one after a defer is taken for the answer itself (docs: a deprecated behaviour).
  if (interaction.answer === InteractionResponseType.DeferredChannelMessageWithSource && original?.thinking) {
    await editMessage(sim, original, { body, uploads: call.body.files, limitBytes });
    return original;
  }
  if (interaction.onlyUserInstalled && interaction.followUps.length >= sim.settings.followUps)
    throw no.tooManyFollowUps();
  const message = await createMessage(sim, {
    channel,
    author: sim.world.bot,
    body,
    uploads: call.body.files,
    limitBytes,
    interaction: originOf(interaction),
    visibleTo: isEphemeral(interaction, body.flags) ? user.id : undefined,
    ...(original ? { replyTo: original } : {}),
  });
  interaction.followUps.push(message);
  sim.changed();
  return message;
}
