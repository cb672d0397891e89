/** Which part of all servers this process hears of over the gateway: Discord deals servers out to so many shards. */
import { z } from 'zod';

/** `auto`: all of them, on as many shards as Discord wants. */
export type Shards = 'auto' | { shards: number[]; shardCount: number };

/** `auto`, or `0-3/8`: the first four of eight; `4/8` is one of them. */
export const shards = z.string().transform((text, ctx): Shards => {
  if (text === 'auto') return text;
  const [, first = '', last = first, count] = /^(\d{1,4})(?:-(\d{1,4}))?\/(\d{1,4})$/.exec(text) ?? [];
  const [from, to, shardCount] = [Number(first), Number(last), Number(count)];
  if (!(from <= to && to < shardCount)) {
    const message = 'must be auto, or which of how many shards this process has, such as 0-3/8';
    ctx.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return { shards: Array.from({ length: to - from + 1 }, (_, index) => from + index), shardCount };
});
