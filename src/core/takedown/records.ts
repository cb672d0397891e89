/** What is kept of reports: the cases, and the pictures that are blocked by them. */
import type { Media } from '../media.ts';
import type { KeyValueStore, Log } from '../ports.ts';
import { createBlocks } from './blocks.ts';
import { createCases } from './cases.ts';

export const createReportRecords = (parts: {
  kv: KeyValueStore;
  media: Pick<Media, 'pictureHash'>;
  log: Log;
}) => ({ cases: createCases(parts.kv), blocks: createBlocks(parts) });
