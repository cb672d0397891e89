/** What may stand in a message (developer docs, components/reference, read 2026-11-21). */
import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { z } from 'zod';
import { type Problem, report, snowflake } from './common.ts';

export const componentId = z.int().min(0).max(0x7fff_ffff).nullish();
export const customId = z.string().min(1).max(100);
const emoji = z.object({
  id: snowflake.nullish(),
  name: z.string().nullish(),
  animated: z.boolean().nullish(),
});

const button = z
  .object({
    type: z.literal(ComponentType.Button),
    id: componentId,
    style: z.int().min(1).max(6),
    label: z.string().max(80).nullish(),
    emoji: emoji.nullish(),
    custom_id: customId.nullish(),
    url: z.string().max(512).nullish(),
    sku_id: snowflake.nullish(),
    disabled: z.boolean().nullish(),
  })
  .superRefine((value, context) => report(buttonProblems(value), context));

function buttonProblems(value: {
  style: number;
  label?: string | null | undefined;
  emoji?: unknown;
  custom_id?: string | null | undefined;
  url?: string | null | undefined;
  sku_id?: string | null | undefined;
}): Problem[] {
  const wants =
    value.style === ButtonStyle.Link ? 'url' : value.style === ButtonStyle.Premium ? 'sku_id' : 'custom_id';
  const problems: Problem[] = [];
  for (const field of ['url', 'sku_id', 'custom_id'] as const) {
    if (field === wants && value[field] == null)
      problems.push({ path: [field], code: 'BASE_TYPE_REQUIRED', message: 'This field is required' });
    if (field !== wants && value[field] != null)
      problems.push({
        path: [field],
        code: 'BUTTON_COMPONENT_INVALID_FIELD',
        message: `A button of style ${value.style} can not have ${field}`,
      });
  }
  if (value.url != null && !/^(?:https?|discord):\/\/./.test(value.url))
    problems.push({ path: ['url'], code: 'URL_TYPE_INVALID_URL', message: 'Not a well formed URL.' });
  if (wants !== 'sku_id' && !value.label && !value.emoji)
    problems.push({
      path: [],
      code: 'BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED',
      message: 'A button must have a label or emoji',
    });
  return problems;
}

const selectOption = z.object({
  label: z.string().min(1).max(100),
  value: z.string().min(1).max(100),
  description: z.string().min(1).max(100).nullish(),
  emoji: emoji.nullish(),
  default: z.boolean().nullish(),
});
const selectShape = {
  id: componentId,
  custom_id: customId,
  placeholder: z.string().max(150).nullish(),
  min_values: z.int().min(0).max(25).nullish(),
  max_values: z.int().min(1).max(25).nullish(),
  disabled: z.boolean().nullish(),
  required: z.boolean().nullish(),
};
const defaultValues = z
  .array(z.object({ id: snowflake, type: z.enum(['user', 'role', 'channel']) }))
  .nullish();
export const stringSelect = z
  .object({
    type: z.literal(ComponentType.StringSelect),
    ...selectShape,
    options: z.array(selectOption).min(1).max(25),
  })
  .superRefine(({ options, min_values, max_values }, context) => {
    const problems: Problem[] = [];
    if (new Set(options.map(({ value }) => value)).size < options.length)
      problems.push({
        path: ['options'],
        code: 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
        message: 'The specified option value is already used',
      });
    if ((max_values ?? 1) > options.length || (min_values ?? 1) > (max_values ?? 1))
      problems.push({
        path: ['max_values'],
        code: 'SELECT_COMPONENT_MAX_VALUES',
        message: 'min_values, max_values and the number of options do not fit each other',
      });
    report(problems, context);
  });
const userSelect = z.object({
  type: z.literal(ComponentType.UserSelect),
  ...selectShape,
  default_values: defaultValues,
});
const roleSelect = z.object({
  type: z.literal(ComponentType.RoleSelect),
  ...selectShape,
  default_values: defaultValues,
});
const mentionableSelect = z.object({
  type: z.literal(ComponentType.MentionableSelect),
  ...selectShape,
  default_values: defaultValues,
});
const channelSelect = z.object({
  type: z.literal(ComponentType.ChannelSelect),
  ...selectShape,
  default_values: defaultValues,
  channel_types: z.array(z.int()).nullish(),
});
export const entitySelects = [userSelect, roleSelect, mentionableSelect, channelSelect] as const;

const actionRow = z
  .object({
    type: z.literal(ComponentType.ActionRow),
    id: componentId,
    components: z
      .array(z.discriminatedUnion('type', [button, stringSelect, ...entitySelects]))
      .min(1)
      .max(5),
  })
  .superRefine(({ components }, context) => {
    if (components.length > 1 && components.some(({ type }) => type !== ComponentType.Button))
      report(
        [
          {
            path: ['components'],
            code: 'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
            message: 'The specified component exceeds the maximum width',
          },
        ],
        context,
      );
  });

export const textDisplay = z.object({
  type: z.literal(ComponentType.TextDisplay),
  id: componentId,
  content: z.string().min(1).max(4000),
});

/** `unfurled`: what Discord adds when it gives the component back. */
type Unfurled = {
  proxy_url: string;
  content_type: string;
  width?: number;
  height?: number;
  attachment_id?: string;
  file?: string;
};
const media = z
  .object({ url: z.string().min(1).max(2048) })
  .refine(({ url }) => /^(?:attachment|https?):\/\/./.test(url), {
    path: ['url'],
    error: 'Not a well formed URL. Scheme must be one of (attachment, http, https).',
  })
  .transform((item): { url: string } & Partial<Unfurled> => item);
const altText = z.string().max(1024).nullish();
const spoiler = z.boolean().nullish();
const thumbnail = z.object({
  type: z.literal(ComponentType.Thumbnail),
  id: componentId,
  media,
  description: altText,
  spoiler,
});
const section = z.object({
  type: z.literal(ComponentType.Section),
  id: componentId,
  components: z.array(textDisplay).min(1).max(3),
  accessory: z.discriminatedUnion('type', [button, thumbnail]),
});
const gallery = z.object({
  type: z.literal(ComponentType.MediaGallery),
  id: componentId,
  items: z
    .array(z.object({ media, description: altText, spoiler }))
    .min(1)
    .max(10),
});
const fileComponent = z.object({
  type: z.literal(ComponentType.File),
  id: componentId,
  file: media.refine(({ url }) => url.startsWith('attachment://'), {
    path: ['url'],
    error: 'Not a well formed URL. Scheme must be one of (attachment).',
  }),
  spoiler,
});
const separator = z.object({
  type: z.literal(ComponentType.Separator),
  id: componentId,
  divider: z.boolean().nullish(),
  spacing: z.union([z.literal(1), z.literal(2)]).nullish(),
});
const inContainer = [actionRow, textDisplay, section, gallery, fileComponent, separator] as const;
const container = z.object({
  type: z.literal(ComponentType.Container),
  id: componentId,
  accent_color: z.int().min(0).max(0xff_ffff).nullish(),
  spoiler,
  components: z
    .array(z.discriminatedUnion('type', [...inContainer]))
    .min(1)
    .max(40),
});

export const messageComponent = z.discriminatedUnion('type', [...inContainer, container]);
export type MessageComponent = z.output<typeof messageComponent>;
export type Button = z.output<typeof button>;
export type Select = z.output<typeof stringSelect> | z.output<(typeof entitySelects)[number]>;
export type AnyComponent = MessageComponent | Button | Select | z.output<typeof thumbnail>;
export type MediaItem = { url: string } & Partial<Unfurled>;

/** Every component, outer before inner, with the way to it. */
export function* walk(
  components: readonly AnyComponent[],
  path: PropertyKey[] = ['components'],
): Generator<{ component: AnyComponent; path: PropertyKey[] }> {
  for (const [index, component] of components.entries()) {
    const here = [...path, index];
    yield { component, path: here };
    if ('components' in component) yield* walk(component.components, [...here, 'components']);
    if ('accessory' in component) {
      const at = [...here, 'accessory'];
      yield { component: component.accessory, path: at };
    }
  }
}

/** Every picture, video and file that the components show, with the way to it. */
export function* mediaOf(
  components: readonly AnyComponent[],
): Generator<{ media: MediaItem; path: PropertyKey[] }> {
  for (const { component, path } of walk(components)) {
    if (component.type === ComponentType.Thumbnail)
      yield { media: component.media, path: [...path, 'media', 'url'] };
    if (component.type === ComponentType.File)
      yield { media: component.file, path: [...path, 'file', 'url'] };
    if (component.type === ComponentType.MediaGallery)
      for (const [index, item] of component.items.entries())
        yield { media: item.media, path: [...path, 'items', index, 'media', 'url'] };
  }
}
