/** What Discord sends of what members do, as far as it is read (developer docs, interactions and resources/message, 2026-11-21). */
import { ApplicationCommandType, InteractionType } from 'discord.js';
import { z } from 'zod';

const user = z.object({ id: z.string(), bot: z.boolean().optional() });

const attachment = z.object({
  filename: z.string(),
  size: z.number(),
  url: z.string(),
  content_type: z.string().nullish(),
});
export type Attachment = z.infer<typeof attachment>;
const attachments = z.array(attachment).catch([]).default([]);
const resolvedFiles = z.record(z.string(), attachment).default({});

/** A list of which one thing that can't be read spoils no other. */
const each = <T>(schema: z.ZodType<T>) =>
  z
    .array(schema.optional().catch(undefined))
    .catch([])
    .default([])
    .transform((all) => all.flatMap((one) => (one === undefined ? [] : [one])));

/** `proxy_url`: Discord's own copy of it. */
const embedded = z
  .object({
    url: z.string().optional(),
    proxy_url: z.string().optional(),
    content_type: z.string().nullish(),
  })
  .optional()
  .catch(undefined);
/** What Discord shows of a link, or a bot has laid out. `gifv`: what the GIF picker posts. */
const embed = z.object({
  type: z.string().default('rich'),
  url: z.string().optional(),
  image: embedded,
  thumbnail: embedded,
  video: embedded,
});
export type Embed = z.infer<typeof embed>;

const sticker = z.object({ id: z.string().regex(/^\d{1,20}$/), name: z.string(), format_type: z.number() });
export type Sticker = z.infer<typeof sticker>;

/** Where files are on a message: uploaded, in components (our own results), linked to, as stickers. */
const holder = z.object({
  content: z.string().default('').catch(''),
  attachments,
  components: z.array(z.unknown()).catch([]).default([]),
  embeds: each(embed),
  sticker_items: each(sticker),
});
export type Holder = z.infer<typeof holder>;
/** What it forwards has all of it too. */
const withFiles = holder.extend({ message_snapshots: each(z.object({ message: holder })) });
export type FilesOfMessage = z.infer<typeof withFiles>;
const authored = withFiles.extend({ author: user.optional().catch(undefined) });

/** A number that is too large for one: Discord writes the bits so. */
const bits = z.string().regex(/^\d{1,40}$/);

const optionValue = z.union([z.string(), z.number(), z.boolean()]);
const plainOption = z.object({
  name: z.string(),
  value: optionValue.optional(),
  focused: z.boolean().optional(),
});
/** A subcommand is an option that has options. */
const option = plainOption.extend({ options: z.array(plainOption).optional() });

const base = z.object({
  id: z.string(),
  application_id: z.string(),
  token: z.string(),
  channel_id: z.string().optional(),
  channel: z
    .object({
      id: z.string(),
      type: z.number().optional(),
      parent_id: z.string().nullish(),
      nsfw: z.boolean().optional().catch(undefined),
    })
    .optional(),
  guild_id: z.string().optional(),
  member: z.object({ user, permissions: bits, roles: z.array(z.string()).default([]) }).optional(),
  user: user.optional(),
  locale: z.string().default('en-US'),
  app_permissions: bits.default('0'),
  attachment_size_limit: z.number().optional(),
  authorizing_integration_owners: z.record(z.string(), z.string()).default({}),
  /** The one whose button it was, or above whose button the form opened. */
  message: z.object({ id: z.string(), flags: z.number().default(0) }).optional(),
});
export type Base = z.infer<typeof base>;

const command = base.extend({
  type: z.literal([InteractionType.ApplicationCommand, InteractionType.ApplicationCommandAutocomplete]),
  data: z.object({
    name: z.string(),
    type: z.enum(ApplicationCommandType).default(ApplicationCommandType.ChatInput),
    options: z.array(option).default([]),
    target_id: z.string().optional(),
    resolved: z
      .object({ attachments: resolvedFiles, messages: z.record(z.string(), authored).default({}) })
      .default({ attachments: {}, messages: {} }),
  }),
});
export type CommandUse = z.infer<typeof command>;

const press = base.extend({
  type: z.literal(InteractionType.MessageComponent),
  /** `values`: what was chosen from a menu. */
  data: z.object({
    custom_id: z.string(),
    component_type: z.number().optional(),
    values: z.array(z.string()).default([]),
  }),
});
export type Press = z.infer<typeof press>;

const field = z.object({
  custom_id: z.string(),
  value: z.union([z.string(), z.boolean()]).nullish(),
  values: z.array(z.string()).nullish(),
});
const byId = z.record(z.string(), z.unknown()).default({});
const form = base.extend({
  type: z.literal(InteractionType.ModalSubmit),
  data: z.object({
    custom_id: z.string(),
    components: z.array(z.object({ component: field.optional() })),
    resolved: z
      .object({ attachments: resolvedFiles, roles: byId, users: byId })
      .default({ attachments: {}, roles: {}, users: {} }),
  }),
});
export type FormSent = z.infer<typeof form>;

export const interactionSchema = z.discriminatedUnion('type', [command, press, form]);
export type Interaction = z.infer<typeof interactionSchema>;

export const messageSchema = withFiles.extend({
  id: z.string(),
  channel_id: z.string(),
  guild_id: z.string().optional(),
  author: user,
  member: z
    .object({ roles: z.array(z.string()) })
    .optional()
    .catch(undefined),
  webhook_id: z.string().optional(),
  mentions: z.array(user).default([]),
  referenced_message: authored.nullish().catch(undefined),
});
export type Message = z.infer<typeof messageSchema>;

/** A message was changed, by its author or by Discord, which adds what it found behind links once it has looked. */
export const updateSchema = z.object({ id: z.string(), embeds: holder.shape.embeds });
