/** The first answer to an interaction (developer docs, interactions/receiving-and-responding, 2026-11-21). */
import { InteractionResponseType as Answers, InteractionType, MessageFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import { invalid, no, parse } from './errors.ts';
import { type Answer, type Call, type Route, route } from './http.ts';
import { isEphemeral, originOf, type SimInteraction } from './interactions.ts';
import { messageJson } from './message-json.ts';
import { blankMessage, createMessage, editMessage, parseMessage, post } from './messages.ts';
import { modalBody } from './schema/modal.ts';
import type { Sim } from './sim.ts';

const envelope = z.object({ type: z.int(), data: z.unknown().optional() });
const choices = z.object({
  choices: z
    .array(z.object({ name: z.string().min(1).max(100), value: z.union([z.string().max(100), z.number()]) }))
    .max(25),
});

export const callbackRoutes = (sim: Sim): Route[] => [
  route('POST', '/interactions/:id/:token/callback', (call) => callback(sim, call)),
];

async function callback(sim: Sim, call: Call): Promise<Answer> {
  const interaction = sim.interactions.get(call.params.token ?? '');
  if (!interaction || interaction.id !== call.params.id) throw no.unknownInteraction();
  if (interaction.answer !== undefined || interaction.answering) throw no.alreadyAcknowledged();
  if (sim.time.now() - interaction.createdAt > sim.settings.ackMs) throw no.unknownInteraction();
  const { type, data } = parse(envelope, call.body.json);
  if (!allowed(interaction).includes(type))
    throw invalid(
      ['type'],
      'INTERACTION_CALLBACK_TYPE_INVALID',
      `Type ${type} does not answer this interaction`,
    );
  // Our own words for what is wrong come first: they name the field.
  if (type === Answers.Modal) parse(modalBody, data, ['data']);
  else if (type === Answers.ApplicationCommandAutocompleteResult) parse(choices, data, ['data']);
  else parseMessage(data, ['data']);
  sim.official('POST', '/interactions/{interaction_id}/{interaction_token}/callback', call.body.json);
  interaction.answering = true;
  try {
    await answer(sim, interaction, type, data, call);
  } finally {
    interaction.answering = false;
  }
  interaction.answer = type;
  interaction.ackAfterMs = sim.time.now() - interaction.createdAt;
  sim.changed();
  return call.query.get('with_response') === 'true'
    ? { status: 200, json: withResponse(sim, interaction, type) }
    : { status: 204 };
}

function allowed({ type, source }: SimInteraction): readonly number[] {
  const {
    ChannelMessageWithSource,
    DeferredChannelMessageWithSource,
    DeferredMessageUpdate,
    UpdateMessage,
    Modal,
  } = Answers;
  const messages = [ChannelMessageWithSource, DeferredChannelMessageWithSource];
  const updates = source ? [DeferredMessageUpdate, UpdateMessage] : [];
  if (type === InteractionType.ApplicationCommandAutocomplete)
    return [Answers.ApplicationCommandAutocompleteResult];
  if (type === InteractionType.ModalSubmit) return [...messages, ...updates];
  return [...messages, ...updates, Modal];
}

async function answer(
  sim: Sim,
  interaction: SimInteraction,
  type: number,
  data: unknown,
  { body: { files } }: Call,
): Promise<void> {
  const { channel, user, limitBytes, source } = interaction;
  const whole = { uploads: files, limitBytes };
  switch (type) {
    case Answers.ChannelMessageWithSource: {
      const body = parseMessage(data, ['data']);
      interaction.original = await createMessage(
        sim,
        {
          ...whole,
          body,
          channel,
          author: sim.world.bot,
          interaction: originOf(interaction),
          visibleTo: isEphemeral(interaction, body.flags) ? user.id : undefined,
        },
        ['data'],
      );
      return;
    }
    case Answers.DeferredChannelMessageWithSource:
      return defer(sim, interaction, data);
    case Answers.DeferredMessageUpdate:
      if (source) interaction.original = source;
      return;
    case Answers.UpdateMessage:
      if (!source) return;
      await editMessage(sim, source, { ...whole, body: parseMessage(data, ['data']) }, ['data']);
      interaction.original = source;
      return;
    case Answers.ApplicationCommandAutocompleteResult:
      interaction.choices = parse(choices, data, ['data']).choices;
      return;
    default:
      interaction.modal = parse(modalBody, data, ['data']);
      interaction.modalOpen = true;
      // A person has one form open at a time.
      for (const other of sim.interactions.values())
        if (other !== interaction && other.user === user) other.modalOpen = false;
  }
}

/** "Thinking…": a message without content. The one flag that counts here is EPHEMERAL. */
function defer(sim: Sim, interaction: SimInteraction, data: unknown): void {
  const { flags } = parseMessage(data, ['data']);
  if ((flags ?? 0) & ~MessageFlags.Ephemeral)
    throw invalid(
      ['data', 'flags'],
      'INTERACTION_DEFER_FLAGS',
      'Only EPHEMERAL may be set on a deferred answer',
    );
  const visibleTo = isEphemeral(interaction, flags) ? interaction.user.id : undefined;
  const message = blankMessage(sim, {
    channel: interaction.channel,
    author: sim.world.bot,
    interaction: originOf(interaction),
    visibleTo,
  });
  message.thinking = true;
  post(sim, message);
  interaction.original = message;
}

function withResponse(sim: Sim, interaction: SimInteraction, type: number) {
  const { id, original } = interaction;
  return {
    interaction: {
      id,
      type: interaction.type,
      ...(original
        ? {
            response_message_id: original.id,
            response_message_loading: original.thinking,
            response_message_ephemeral: original.visibleTo !== undefined,
            channel_id: original.channel.id,
            ...(original.channel.guild ? { guild_id: original.channel.guild.id } : {}),
          }
        : {}),
    },
    ...(type === Answers.Modal || type === Answers.ApplicationCommandAutocompleteResult
      ? {}
      : { resource: { type, ...(original ? { message: messageJson(sim, original, true) } : {}) } }),
  };
}
