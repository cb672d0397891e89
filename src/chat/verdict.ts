/** Whether a video is from here, as a page; and the button by which an admin asks who made it. */
import type { Naming } from '../core/settings/setting.ts';
import type { Verified } from '../core/trust/verify.ts';
import type { Words } from '../words/index.ts';
import { madeByText, verdictText } from '../words/verify.ts';
import type { Line, Page } from './page.ts';

export const madeByLine = (words: Words, memberId: string, naming: Naming): Line => ({
  text: madeByText(words, naming('member', memberId)),
  named: true,
});

export function verdictPage(words: Words, { verdict, madeBy, askable }: Verified, naming: Naming): Page {
  const lines: Line[] = [verdictText(words, verdict)];
  if (madeBy !== undefined) lines.push(madeByLine(words, madeBy, naming));
  if (!askable || verdict.kind === 'not-ours') return { lines };
  const label = words.t('button.made-by');
  return { lines, rows: [[{ verb: 'made-by', code: verdict.code, label }]] };
}
