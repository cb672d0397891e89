/** What is kept of a member, and what was deleted when they asked. */
import type { DeletionReport } from '../core/upkeep/privacy.ts';
import { UNDELIVERED_DAYS } from '../core/upkeep/retention.ts';
import { isOwn } from '../providers/catalog.ts';
import { providerName } from './facts.ts';
import type { Words } from './index.ts';

/** Where nobody has set anything else (settings/retention.ts). */
const USUAL_DAYS = 30;

/** `providers`: whom files may go to; `retentionDays`: how long they are kept there, where one place is meant. */
export type PrivacyFacts = { providers: readonly string[]; retentionDays?: number };

export function privacyLines(words: Words, { providers, retentionDays }: PrivacyFacts): string[] {
  const { t } = words;
  const names = (ids: readonly string[]) => ids.map((id) => providerName(words, id)).join(', ');
  const [others, own] = [providers.filter((id) => !isOwn(id)), providers.filter(isOwn)];
  return [
    t('privacy.kept'),
    retentionDays === undefined
      ? t('privacy.days-default', { days: USUAL_DAYS })
      : t('privacy.days', { count: retentionDays }),
    ...(retentionDays !== undefined && retentionDays < UNDELIVERED_DAYS ? [t('privacy.undelivered')] : []),
    ...(others.length > 0 ? [t('privacy.to', { providers: names(others) })] : []),
    ...(own.length > 0 ? [t('privacy.own', { providers: names(own) })] : []),
    ...(providers.length === 0 ? [t('privacy.to-nobody')] : []),
    t('privacy.audit'),
    t('privacy.fingerprint'),
    t('privacy.get'),
    t('privacy.delete'),
    t('privacy.copies'),
    t('privacy.book'),
    t('privacy.rules'),
    t('privacy.optout'),
    t('privacy.whom'),
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
