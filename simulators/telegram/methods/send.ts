/** `sendMessage` and the four that send a file. */
import { z } from 'zod';
import { captionFieldsOf, textFields } from '../formatted.ts';
import { method } from '../method.ts';
import { sendAs } from '../outgoing.ts';
import { bool, captionFields, entity, int, parseMode, sendFields } from '../params.ts';
import { animationOf, documentOf, photoOf, videoOf } from '../uploaded.ts';

export const sendMessage = method(
  z.strictObject({
    ...sendFields,
    text: z.string().min(1),
    parse_mode: parseMode.optional(),
    entities: z.array(entity).optional(),
    link_preview_options: z.looseObject({}).optional(),
  }),
  (sim, params) =>
    sendAs(sim, params, 'text', () => textFields(params.text, params.parse_mode, params.entities)),
);

const shape = { duration: int.optional(), width: int.optional(), height: int.optional() };
const look = {
  show_caption_above_media: bool.optional(),
  has_spoiler: bool.optional(),
};
const thumbnail = z.string().optional();
const spoiler = (params: {
  has_spoiler?: boolean | undefined;
  show_caption_above_media?: boolean | undefined;
}) => ({
  ...(params.has_spoiler ? { has_media_spoiler: true as const } : {}),
  ...(params.show_caption_above_media ? { show_caption_above_media: true as const } : {}),
});

export const sendVideo = method(
  z.strictObject({
    ...sendFields,
    ...captionFields,
    ...shape,
    ...look,
    video: z.string().min(1),
    thumbnail,
    cover: z.string().optional(),
    start_timestamp: int.optional(),
    supports_streaming: bool.optional(),
  }),
  (sim, params, { call }) =>
    sendAs(sim, params, 'media', async () => ({
      ...captionFieldsOf(params),
      ...(await videoOf(sim, params, call.uploads)),
      ...spoiler(params),
    })),
);

export const sendAnimation = method(
  z.strictObject({
    ...sendFields,
    ...captionFields,
    ...shape,
    ...look,
    animation: z.string().min(1),
    thumbnail,
  }),
  (sim, params, { call }) =>
    sendAs(sim, params, 'media', async () => ({
      ...captionFieldsOf(params),
      ...(await animationOf(sim, params, call.uploads)),
      ...spoiler(params),
    })),
);

export const sendPhoto = method(
  z.strictObject({ ...sendFields, ...captionFields, ...look, photo: z.string().min(1) }),
  (sim, params, { call }) =>
    sendAs(sim, params, 'media', async () => ({
      ...captionFieldsOf(params),
      photo: await photoOf(sim, params.photo, call.uploads),
      ...spoiler(params),
    })),
);

export const sendDocument = method(
  z.strictObject({
    ...sendFields,
    ...captionFields,
    document: z.string().min(1),
    thumbnail,
    disable_content_type_detection: bool.optional(),
  }),
  (sim, params, { call }) =>
    sendAs(sim, params, 'media', async () => ({
      ...captionFieldsOf(params),
      document: await documentOf(sim, params, call.uploads),
    })),
);
