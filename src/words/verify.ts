/** Whether a video is from here, in words. Who made it is never among them. */
import type { Verdict } from '../core/trust/verify.ts';
import type { Words } from './index.ts';

export const verdictText = ({ t }: Words, verdict: Verdict): string =>
  verdict.kind === 'not-ours' ? t('verify.not-ours') : t(`verify.${verdict.kind}`, { code: verdict.code });
