/** The body of a message, and what must hold for it as a whole (developer docs, resources/message, 2026-11-21). */
import { ComponentType, MessageFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import { type Problem, report, snowflake } from './common.ts';
import { type MessageComponent, messageComponent, walk } from './components.ts';

const allowedMentions = z
  .object({
    parse: z
      .array(z.enum(['users', 'roles', 'everyone']))
      .max(3)
      .nullish(),
    users: z.array(snowflake).max(100).nullish(),
    roles: z.array(snowflake).max(100).nullish(),
    replied_user: z.boolean().nullish(),
  })
  .superRefine(({ parse, users, roles }, context) => {
    const both = (['users', 'roles'] as const).filter(
      (kind) => parse?.includes(kind) && { users, roles }[kind]?.length,
    );
    report(
      both.map((kind) => ({
        path: [kind],
        code: 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        message: `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      })),
      context,
    );
  });
export type AllowedMentions = z.output<typeof allowedMentions>;

const embed = z.object({
  title: z.string().max(256).nullish(),
  description: z.string().max(4096).nullish(),
  url: z.string().max(2048).nullish(),
  color: z.int().min(0).max(0xff_ffff).nullish(),
  fields: z
    .array(
      z.object({
        name: z.string().min(1).max(256),
        value: z.string().min(1).max(1024),
        inline: z.boolean().nullish(),
      }),
    )
    .max(25)
    .nullish(),
  footer: z.object({ text: z.string().max(2048) }).nullish(),
  author: z.object({ name: z.string().max(256) }).nullish(),
  image: z.object({ url: z.string().max(2048) }).nullish(),
  thumbnail: z.object({ url: z.string().max(2048) }).nullish(),
});

const attachment = z.object({
  id: snowflake,
  filename: z.string().min(1).max(1024).nullish(),
  description: z.string().max(1024).nullish(),
  is_spoiler: z.boolean().nullish(),
});

export const messageBody = z.object({
  content: z.string().max(2000).nullish(),
  embeds: z.array(embed).max(10).nullish(),
  components: z.array(messageComponent).max(40).nullish(),
  attachments: z.array(attachment).max(10).nullish(),
  flags: z.int().min(0).nullish(),
  allowed_mentions: allowedMentions.nullish(),
  tts: z.boolean().nullish(),
  poll: z.looseObject({}).nullish(),
  sticker_ids: z.array(snowflake).max(3).nullish(),
  nonce: z.union([z.string().max(25), z.int()]).nullish(),
  enforce_nonce: z.boolean().nullish(),
  message_reference: z
    .object({
      message_id: snowflake,
      channel_id: snowflake.nullish(),
      guild_id: snowflake.nullish(),
      type: z.int().nullish(),
      fail_if_not_exists: z.boolean().nullish(),
    })
    .nullish(),
});
export type MessageBody = z.output<typeof messageBody>;

/** Components V2 from the day that the flag is set. */
export const isV2 = (flags: number): boolean => (flags & MessageFlags.IsComponentsV2) !== 0;

/** What is wrong with a message as it would stand after this request. */
export function wholeProblems(message: {
  flags: number;
  content: string;
  embeds: readonly unknown[];
  components: readonly MessageComponent[];
}): Problem[] {
  const problems: Problem[] = [];
  const add = (path: PropertyKey[], code: string, text: string) =>
    void problems.push({ path, code, message: text });
  const all = [...walk(message.components)];
  const seen = { custom_id: new Set<string>(), id: new Set<number>() };
  let text = 0;
  for (const { component, path } of all) {
    if (component.type === ComponentType.TextDisplay) text += component.content.length;
    const custom = 'custom_id' in component ? component.custom_id : undefined;
    if (custom != null && seen.custom_id.has(custom))
      add(
        [...path, 'custom_id'],
        'COMPONENT_CUSTOM_ID_DUPLICATED',
        'Component custom id cannot be duplicated',
      );
    if (custom != null) seen.custom_id.add(custom);
    if (component.id && seen.id.has(component.id))
      add([...path, 'id'], 'COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated');
    if (component.id) seen.id.add(component.id);
  }
  if (isV2(message.flags)) {
    if (message.content)
      add(
        ['content'],
        'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
        "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
      );
    if (message.embeds.length)
      add(
        ['embeds'],
        'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
        "The 'embeds' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
      );
    if (all.length > 40)
      add(['components'], 'BASE_TYPE_MAX_LENGTH', `Must be 40 or fewer in length: ${all.length} components.`);
    if (text > 4000)
      add(
        ['components'],
        'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
        'Components displayable text size exceeds maximum size of 4000',
      );
  } else {
    if (message.components.length > 5)
      add(['components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
    for (const [index, { type }] of message.components.entries())
      if (type !== ComponentType.ActionRow)
        add(
          ['components', index, 'type'],
          'UNION_TYPE_CHOICES',
          'Value of field "type" must be one of (1,).',
        );
  }
  return problems;
}
