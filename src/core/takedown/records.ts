/** What is kept of reports: the cases, and the pictures that are blocked by them. */
import type { Locks } from '../locks.ts';
import type { Media } from '../media.ts';
import type { KeyValueStore, Log } from '../ports.ts';
import { createBlocks } from './blocks.ts';
import { createCases } from './cases.ts';

export const createReportRecords = (parts: {
  kv: KeyValueStore;
  media: Pick<Media, 'pictureHash'>;
  log: Log;
  locks: Locks;
}) => ({ cases: createCases(parts.kv, parts.locks), blocks: createBlocks(parts) });
