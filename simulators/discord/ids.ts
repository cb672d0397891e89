/** Snowflakes: the time in milliseconds since 2015 in the upper bits, a counter below. */
import type { SimTime } from '../sim-time.ts';

const DISCORD_EPOCH = 1_420_070_400_000;

export type Ids = () => string;

export function createIds(time: SimTime): Ids {
  let count = 0;
  return () => {
    count = (count + 1) % 0x3f_ffff;
    return ((BigInt(time.now() - DISCORD_EPOCH) << 22n) | BigInt(count)).toString();
  };
}
