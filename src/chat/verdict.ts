/** Whether a video is from here, as a page; and the button by which an admin asks who made it. */
import type { Naming } from '../core/settings/setting.ts';
import type { Verified } from '../core/trust/verify.ts';
import type { Words } from '../words/index.ts';
import { madeByText, verdictText } from '../words/verify.ts';
import type { ActionHandler } from './face.ts';
import { type Line, type Page, said } from './page.ts';

const madeByLine = (words: Words, memberId: string, naming: Naming): Line => ({
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

/** Asked at the press: whoever pressed is an admin, or hears nothing. */
export const tellMadeBy: ActionHandler = async (press, face, { core }) => {
  const { words, code } = press;
  const maker = await press.asAdmin((caller) => core.madeBy(caller, code));
  await face.aside(
    maker.ok
      ? await face.draw(({ naming }) => said(madeByLine(words, maker.value, naming)))
      : said(words.refusal(maker.refusal)),
  );
};
