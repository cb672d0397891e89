/** Answers to inline queries (core.telegram.org/bots/api#answerinlinequery and its TL twin, read 2026-11-30). */
import { z } from 'zod';
import { badRequest } from '../errors.ts';
import { method } from '../method.ts';
import { bool, entity, inlineKeyboard, int, parseMode } from '../params.ts';

/** For how long is documented nowhere; apps show nothing that comes later. */
const ANSWERABLE_MS = 30_000;
const USUAL_CACHE_S = 300;
const MOST_RESULTS = 50;
const MOST_BYTES = 64;
const MOST_TEXT = 4_096;

const article = z.strictObject({
  type: z.literal('article'),
  id: z.string(),
  title: z.string(),
  input_message_content: z.strictObject({
    message_text: z.string(),
    parse_mode: parseMode.optional(),
    entities: z.array(entity).optional(),
    link_preview_options: z.looseObject({}).optional(),
  }),
  reply_markup: inlineKeyboard.optional(),
  url: z.string().optional(),
  description: z.string().optional(),
  thumbnail_url: z.string().optional(),
  thumbnail_width: int.optional(),
  thumbnail_height: int.optional(),
});

export const answerInlineQuery = method(
  z.strictObject({
    inline_query_id: z.string().min(1),
    results: z.array(article),
    cache_time: int.optional(),
    is_personal: bool.optional(),
    next_offset: z.string().optional(),
    button: z
      .strictObject({
        text: z.string(),
        start_parameter: z.string().optional(),
        web_app: z.strictObject({ url: z.string() }).optional(),
      })
      .optional(),
  }),
  (
    sim,
    { inline_query_id, results, cache_time = USUAL_CACHE_S, is_personal = false, next_offset = '', button },
  ) => {
    const query = sim.inline.get(inline_query_id);
    if (!query || query.answer || sim.time.now() - query.at > ANSWERABLE_MS)
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    if (results.length > MOST_RESULTS) throw badRequest('RESULTS_TOO_MUCH');
    if (new Set(results.map(({ id }) => id)).size < results.length) throw badRequest('RESULT_ID_DUPLICATE');
    if (Buffer.byteLength(next_offset) > MOST_BYTES) throw badRequest('NEXT_OFFSET_INVALID');
    for (const { id, title, input_message_content: content } of results) {
      if (id === '' || Buffer.byteLength(id) > MOST_BYTES) throw badRequest('RESULT_ID_INVALID');
      if (title === '') throw badRequest('ARTICLE_TITLE_EMPTY');
      if (content.message_text.trim() === '') throw badRequest('message text is empty');
      if (content.message_text.length > MOST_TEXT) throw badRequest('MESSAGE_TOO_LONG');
    }
    if (button?.text === '') throw badRequest('SWITCH_PM_TEXT_EMPTY');
    if (button && !button.web_app && !/^[\w-]{1,64}$/.test(button.start_parameter ?? ''))
      throw badRequest('START_PARAM_INVALID');
    query.answered({
      results: results.map(({ title, description, input_message_content }) => ({
        title,
        ...(description === undefined ? {} : { description }),
        text: input_message_content.message_text,
      })),
      personal: is_personal,
      until: sim.time.now() + cache_time * 1000,
      nextOffset: next_offset,
      ...(button ? { button } : {}),
    });
    sim.world.changed();
    return true;
  },
);
