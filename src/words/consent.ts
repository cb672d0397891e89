/** The question whom a picture shows: what an answer means, and where the picture goes. */
import { CONSENT_HOLDS_DAYS } from '../core/trust/consent.ts';
import type { ConsentReason } from '../core/trust/consent-answers.ts';
import { isOwn } from '../providers/catalog.ts';
import { providerName } from './facts.ts';
import type { Words } from './index.ts';

/** Two lines. Whoever changes what they say counts up `CONSENT_WORDS_VERSION`. */
export function consentLines(words: Words, why: ConsentReason, provider: string): string[] {
  const { t } = words;
  return [
    why === 'not-theirs' ? t('consent.not-theirs') : t('consent.meaning', { days: CONSENT_HOLDS_DAYS }),
    provider === 'local'
      ? t('consent.stays')
      : t(isOwn(provider) ? 'consent.goes-own' : 'consent.goes', { provider: providerName(words, provider) }),
  ];
}
