/** Buttons under messages, and whoever presses them. */
import { wireOf } from './messages.ts';
import { mustFind } from './people.ts';
import type { Press, PressAnswer, Sim } from './sim.ts';
import type { Message, User } from './wire.ts';
import { chatOf } from './world.ts';

/**
 * Presses the button with this label. What the bot answers stands in the press when it has come. `madeUp`: sent in the
 * place of what the button says, as a client of one's own can do.
 */
export function presses(
  sim: Sim,
  user: User,
  message: Message,
  label: string,
  { inaccessible = false, madeUp }: { inaccessible?: boolean; madeUp?: string } = {},
): Press & { done: Promise<PressAnswer> } {
  const stored = mustFind(sim, message);
  const rows = stored.message.reply_markup?.inline_keyboard ?? [];
  const button = rows.flat().find(({ text }) => text === label);
  const labels = rows.flat().map(({ text }) => text);
  if (!button) throw new Error(`no button "${label}" there, only ${JSON.stringify(labels)}`);
  if (!('callback_data' in button)) throw new Error(`button "${label}" sends nothing to the bot`);
  const { promise, resolve } = Promise.withResolvers<PressAnswer>();
  const press: Press & { done: Promise<PressAnswer> } = {
    id: String(4_300_000_000_000_000_000n + BigInt(sim.presses.size + 1) * 7_919n),
    at: sim.time.now(),
    answered(answer) {
      press.answer = answer;
      resolve(answer);
    },
    done: promise,
  };
  sim.presses.set(press.id, press);
  const there = inaccessible
    ? { chat: chatOf(stored.chat), message_id: stored.message.message_id, date: 0 as const }
    : wireOf(stored);
  sim.updates.push(
    {
      callback_query: {
        id: press.id,
        from: user,
        message: there,
        chat_instance: String(stored.chat.id * 31 + 7),
        data: madeUp ?? button.callback_data,
      },
    },
    `user ${user.id}`,
  );
  return press;
}
