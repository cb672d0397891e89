/** A message in plainer shapes, for when Telegram finds fault with what we made of it. */
import type { Log } from '../../../core/ports.ts';
import { isTrouble } from '../api.ts';
import { plainOf, type Text } from '../render.ts';

type Shape<Keyboard> = { text: string; parse_mode?: Text['parse_mode']; reply_markup?: Keyboard };

/**
 * As it should look; where Telegram finds fault with that, its words with its buttons, then its words alone. What it said is
 * logged, and not what the message says.
 */
export function inSomeShape<Keyboard, T>(
  log: Log,
  { text, parse_mode, reply_markup }: Text & { reply_markup?: Keyboard | undefined },
  send: (shape: Shape<Keyboard>) => Promise<T>,
): Promise<T> {
  const keyboard = reply_markup === undefined ? {} : { reply_markup };
  const plain = { text: plainOf(text) };
  const plainer: Shape<Keyboard>[] = [
    ...(reply_markup === undefined ? [] : [{ ...plain, ...keyboard }]),
    plain,
  ];
  return plainer.reduce(
    (sending, next) =>
      sending.catch((error: unknown) => {
        if (!isTrouble(error, 'bad-request')) throw error;
        log.error({ err: error }, 'Telegram found fault with a message');
        return send(next);
      }),
    send({ text, parse_mode, ...keyboard }),
  );
}
