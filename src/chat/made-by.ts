/** The button by which an admin learns, where others read along, who made a video. */
import type { ActionHandler } from './face.ts';
import { said } from './page.ts';
import { madeByLine } from './verdict.ts';

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
