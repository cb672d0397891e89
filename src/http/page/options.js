// @ts-check
/** What the member chose beside the two files. */

import { find, make, tell } from './dom.js';
import { addModel } from './models.js';

/** @import { StatusView } from './contract.ts' */
/** @import { Held } from './files.js' */

const QUALITIES = new Map([
  ['draft', { name: 'Draft', hint: 'Free and rough, made on this machine' }],
  ['standard', { name: 'Standard', hint: 'Good for most' }],
  ['pro', { name: 'Pro', hint: 'Sharper, costs more' }],
]);
const ONLY_LOCAL = 'A draft too, until a hosted model is on';

/**
 * Offers the qualities that the server can do. A choice made before stays, if it is still there. Where this machine
 * renders everything, it says so, and how to change that: the reader is the operator.
 * @param {Pick<StatusView, 'qualities' | 'defaultQuality' | 'components'>} status
 */
export function offerQualities({ qualities, defaultQuality, components }) {
  const providers = components.filter(({ kind }) => kind === 'provider');
  const hosted = providers.some(({ state }) => state !== 'off');
  const keys = providers.map(({ setting }) => setting);
  const list = find('quality', HTMLElement);
  const offered = `${qualities.join(' ')} ${hosted}`;
  if (list.dataset.offered === offered) return;
  list.dataset.offered = offered;
  const before = list.querySelector('input:checked');
  const kept = before instanceof HTMLInputElement && qualities.includes(before.value);
  const wanted = kept ? before.value : defaultQuality;
  list.replaceChildren(
    ...qualities.map((quality) => {
      const { name, hint } = QUALITIES.get(quality) ?? { name: quality, hint: '' };
      const input = make('input', {
        type: 'radio',
        name: 'quality',
        value: quality,
        checked: quality === wanted,
      });
      const said = hosted || quality === 'draft' ? hint : ONLY_LOCAL;
      return make('label', {}, input, make('span', {}, make('b', {}, name), make('small', {}, said)));
    }),
  );
  tell(
    find('quality-hint', HTMLElement),
    hosted
      ? undefined
      : `For hosted models, set ${keys.slice(0, -1).join(', ')} or ${keys.at(-1)} in .env and start Strut again.`,
  );
}

/** Until somebody presses it, the server decides: it repeats GIFs by itself. */
export const loopBox = find('loop', HTMLInputElement);
loopBox.addEventListener('input', () => {
  loopBox.dataset.chosen = 'yes';
});

/**
 * Shows what the server decided.
 * @param {boolean} loops
 */
export function showLoop(loops) {
  if (loopBox.dataset.chosen === undefined) loopBox.checked = loops;
}

/** What was chosen for one clip is not meant for the next. */
export function forgetLoop() {
  delete loopBox.dataset.chosen;
  loopBox.checked = false;
}

/** Which part of the files is used; missing for the whole. */
const PARTS = ['trim_from', 'trim_to', 'crop'];

/**
 * Puts other values into the form, by the names that they are sent by, as if somebody had done so by hand.
 * @param {HTMLFormElement} form
 * @param {Readonly<Record<string, string>>} fields
 */
export function fillIn(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    for (const field of form.querySelectorAll('input')) {
      if (field.name !== name || (field.type === 'radio' && field.value !== value)) continue;
      if (field.type === 'radio') field.checked = true;
      else if (field.type === 'checkbox') field.checked = value === 'true';
      else field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }
}

/**
 * The body of a quote or a job, exactly as a script would send it.
 * @param {HTMLFormElement} form
 * @param {Held} image
 * @param {Held} clip
 */
export function bodyOf(form, image, clip) {
  const body = wishesOf(form);
  // The files go last, so that the server knows the options before the long part comes.
  if (image instanceof File) body.set('image', image, image.name || 'image');
  else body.set('character', image.id);
  if (clip instanceof File) body.set('clip', clip, clip.name || 'clip');
  else body.set('motion', clip.id);
  return body;
}

/** What was chosen beside the files. @param {HTMLFormElement} form */
export function wishesOf(form) {
  const chosen = new FormData(form);
  const body = new FormData();
  const text = (/** @type {string} */ name) => String(chosen.get(name) ?? '').trim();
  body.set('orientation', text('orientation') || 'auto');
  if (text('quality')) body.set('quality', text('quality'));
  addModel(body, text);
  body.set('sound', String(chosen.has('sound')));
  body.set('trim', String(chosen.has('trim')));
  for (const part of PARTS) if (text(part)) body.set(part, text(part));
  if (loopBox.dataset.chosen !== undefined) body.set('loop', String(loopBox.checked));
  if (text('prompt')) body.set('prompt', text('prompt'));
  if (text('negative_prompt')) body.set('negative_prompt', text('negative_prompt'));
  return body;
}
