/** What fetches finished videos, with a point before and after. */
import { createFetcher as create } from '../../../src/providers/download.ts';
import { hooked } from './points.ts';

export * from '../../../src/providers/download.ts';

export const createFetcher: typeof create = (options) => hooked(create(options), 'result', ['fetch']);
