// @ts-check
/** Whether a video is from here, and who made it: the operator is the one reading this page. */

import { call } from './calls.js';
import { find, isOff, setOff, tell } from './dom.js';
import { sizeOf } from './words.js';

/** @import { VerdictView } from './contract.ts' */

/** @param {() => number | undefined} mostBytes of what can be sent, once it is known */
export function verifyForm(mostBytes) {
  const form = find('verify', HTMLFormElement);
  const input = find('verify-file', HTMLInputElement);
  const go = find('verify-go', HTMLButtonElement);
  const open = find('verify-open', HTMLButtonElement);
  const problem = find('verify-problem', HTMLElement);
  const verdict = find('verify-verdict', HTMLElement);

  /** @type {string | undefined} */
  let code;

  /** @param {{ trouble?: string, text?: string, code?: string | undefined }} next */
  function show(next) {
    code = next.code;
    tell(problem, next.trouble);
    verdict.textContent = next.text ?? '';
    open.hidden = code === undefined;
  }

  /** What is wrong with it before a byte of it is sent. @param {File} file */
  function tooLarge(file) {
    const most = mostBytes();
    return most !== undefined && file.size > most
      ? `This video is ${sizeOf(file.size)}; at most ${sizeOf(most)} can be sent.`
      : undefined;
  }

  input.addEventListener('change', () => show({}));

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const [file] = input.files ?? [];
    if (isOff(go)) return;
    if (!file) return show({ trouble: 'Choose a video first.' });
    const trouble = tooLarge(file);
    if (trouble) return show({ trouble });
    setOff(go, true);
    show({ text: 'Looking at the video…' });
    try {
      const body = new FormData();
      body.append('clip', file);
      const seen = /** @type {VerdictView} */ (await call('/api/verify', { method: 'POST', body }));
      // Another file may have been chosen meanwhile.
      if (input.files?.[0] !== file) return show({});
      const by = seen.madeBy === undefined ? '' : ` Made by ${seen.madeBy}.`;
      show({ text: `${seen.message}${by}`, code: seen.madeBy === undefined ? undefined : seen.code });
    } catch (error) {
      show({ trouble: error instanceof Error ? error.message : String(error) });
    } finally {
      setOff(go, false);
    }
  });

  // As if its code were typed: what is wrong is said there, as of a job that is deleted.
  open.addEventListener('click', () => {
    find('code', HTMLInputElement).value = code ?? '';
    find('by-code', HTMLFormElement).requestSubmit();
  });
}
