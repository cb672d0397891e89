import { createBus } from '../../src/core/bus.ts';
import { busContract } from '../contracts/bus.ts';

busContract('the bus of a single process', async () => {
  const errors: unknown[] = [];
  return { buses: [createBus((error) => errors.push(error))], errors };
});
