// @ts-check
/** Whether a video is from here, and who made it: the operator is the one reading this page. */

import { jobByCode } from './by-code.js';
import { call } from './calls.js';
import { find, isOff, setOff, tell } from './dom.js';
import { sizeOf } from './words.js';

/** @import { JobView, VerdictView } from './contract.ts' */

/** @param {{ mostBytes: () => number | undefined, onJob: (job: JobView) => void }} page */
export function verifyForm({ mostBytes, onJob }) {
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

  const inWords = (/** @type {unknown} */ error) => (error instanceof Error ? error.message : String(error));

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
      show({ trouble: inWords(error) });
    } finally {
      setOff(go, false);
    }
  });

  open.addEventListener('click', async () => {
    if (code === undefined) return;
    try {
      onJob(await jobByCode(code));
    } catch (error) {
      tell(problem, inWords(error));
    }
  });
}
