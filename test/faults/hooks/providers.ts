/** The hosted providers, with a point around each call, and looked at as often as a test can wait. */
import { createHosted as create } from '../../../src/providers/index.ts';
import { hooked } from './points.ts';

export * from '../../../src/providers/index.ts';

const POLL_FLOOR_MS = 40;

export const createHosted: typeof create = async (parts) =>
  (await create(parts)).map(({ provider, ...entry }) => {
    provider.capabilities.pollFloorMs = POLL_FLOOR_MS;
    return { ...entry, provider: hooked(provider, 'provider', ['upload', 'submit', 'status', 'cancel']) };
  });
