/** Answers to pressed buttons. */
import { z } from 'zod';
import { badRequest } from '../errors.ts';
import { method } from '../method.ts';
import { bool, int } from '../params.ts';

/** A press that waits longer is given up: the server keeps one for 150 s. */
const ANSWERABLE_MS = 150_000;

export const answerCallbackQuery = method(
  z.strictObject({
    callback_query_id: z.string().min(1),
    text: z.string().max(200).optional(),
    show_alert: bool.optional(),
    url: z.string().optional(),
    cache_time: int.optional(),
  }),
  (sim, { callback_query_id, text, show_alert }) => {
    const press = sim.presses.get(callback_query_id);
    if (!press || sim.time.now() - press.at > ANSWERABLE_MS)
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    press.answered({ ...(text ? { text } : {}), alert: show_alert ?? false });
    sim.world.changed();
    return true;
  },
);
