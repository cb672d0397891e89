/** A message in plainer shapes, for when Telegram finds fault with what we made of it. */
import { z } from 'zod';
import type { Log } from '../../../core/ports.ts';
import { linesForButtons } from '../../in-words.ts';
import { isTrouble } from '../api.ts';
import { plainOf, type Text } from '../render.ts';

type Shape<Keyboard> = { text: string; parse_mode?: Text['parse_mode']; reply_markup?: Keyboard };

const typed = (command: string, _option: string, value: string): string => `/${command} ${value}`;

const keyboards = z.object({
  inline_keyboard: z.array(
    z.array(z.looseObject({ text: z.string(), callback_data: z.string().optional() })),
  ),
});

const buttonsIn = (markup: unknown): { label: string; id: string }[] =>
  (keyboards.safeParse(markup).data?.inline_keyboard ?? [])
    .flat()
    .flatMap(({ text, callback_data: id }) => (id === undefined ? [] : [{ label: text, id }]));

/** What a member types where these can't be shown. */
export const typedInstead = (markup: unknown): string[] => linesForButtons(buttonsIn(markup), typed);

/**
 * As it should look; where Telegram finds fault with that, its words with its buttons, then its words alone. What it said is
 * logged, and not what the message says. Where no button can be shown, what can be typed in its place is said.
 */
export function inSomeShape<Keyboard, T>(
  log: Log,
  { text, parse_mode, reply_markup }: Text & { reply_markup?: Keyboard | undefined },
  send: (shape: Shape<Keyboard>) => Promise<T>,
): Promise<T> {
  const keyboard = reply_markup === undefined ? {} : { reply_markup };
  const plain = { text: plainOf(text) };
  const instead = typedInstead(reply_markup);
  const plainer: Shape<Keyboard>[] = [
    ...(reply_markup === undefined ? [] : [{ ...plain, ...keyboard }]),
    instead.length > 0 ? { text: [plain.text, ...instead].join('\n') } : plain,
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
