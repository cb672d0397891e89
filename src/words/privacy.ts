/** What is kept of a member, and what was deleted when they asked. */
import type { DeletionReport } from '../core/upkeep/privacy.ts';
import { UNDELIVERED_DAYS } from '../core/upkeep/retention.ts';
import type { Words } from './index.ts';

/** `retentionDays`: how long files are kept, where they go by themselves. */
export function privacyLines({ t }: Words, retentionDays?: number): string[] {
  return [
    t('privacy.kept'),
    ...(retentionDays === undefined ? [] : [t('privacy.days', { count: retentionDays })]),
    ...(retentionDays !== undefined && retentionDays < UNDELIVERED_DAYS ? [t('privacy.undelivered')] : []),
    t('privacy.provider'),
    t('privacy.delete'),
    t('privacy.book'),
    t('privacy.rules'),
  ];
}

/** What a wish to be forgotten came to, and what is still to be done. */
export function forgottenLines({ t }: Words, { jobs, underWay, other }: DeletionReport): string[] {
  if (jobs === 0 && underWay === 0 && !other) return [t('privacy.nothing')];
  return [
    ...(jobs > 0 ? [t('privacy.done', { count: jobs }), t('privacy.provider')] : []),
    ...(jobs === 0 && other ? [t('privacy.done-notes')] : []),
    ...(underWay > 0 ? [t('privacy.under-way', { count: underWay })] : []),
  ];
}
