/** Whether a video is from here, in words. Who made it is a sentence of its own, for admins. */
import type { Verdict } from '../core/trust/verify.ts';
import type { Words } from './index.ts';

export const verdictText = ({ t }: Words, verdict: Verdict): string =>
  verdict.kind === 'not-ours' ? t('verify.not-ours') : t(`verify.${verdict.kind}`, { code: verdict.code });

export const madeByText = ({ t }: Words, who: string): string => t('verify.made-by', { who });
