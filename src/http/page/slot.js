// @ts-check
/** One of the two places for a file: choose, preview, replace, remove, and what is wrong with it. */

import { find, make, tell, wantsLessMotion } from './dom.js';
import { kindOf } from './files.js';
import { lengthOf, sizeOf } from './words.js';

/** @import { Held, Slot } from './files.js' */

/**
 * @typedef {object} FileSlot
 * @property {() => Held | undefined} held
 * @property {() => string | undefined} url of the file's bytes, as long as it is here
 * @property {(held: Held | undefined) => void} put shows it; undefined empties the place
 * @property {(text: string | undefined) => void} complain says what is wrong with the file
 * @property {(warned: boolean) => void} warn marks the place while a warning about it stands by the price
 * @property {HTMLElement} section
 */

/**
 * @param {Slot} name
 * @param {{ onFiles: (files: File[]) => void, onChange: () => void }} events `onFiles` decides where chosen files go
 * @returns {FileSlot}
 */
export function fileSlot(name, { onFiles, onChange }) {
  const section = find(`${name}-slot`, HTMLElement);
  const pick = find(`${name}-pick`, HTMLButtonElement);
  const input = find(`${name}-input`, HTMLInputElement);
  const preview = find(`${name}-preview`, HTMLElement);
  const chosen = find(`${name}-chosen`, HTMLElement);
  const facts = find(`${name}-facts`, HTMLElement);
  const problem = find(`${name}-problem`, HTMLElement);
  const replace = find(`${name}-replace`, HTMLButtonElement);
  const remove = find(`${name}-remove`, HTMLButtonElement);
  const keep = find(`${name}-keep`, HTMLButtonElement);

  /** @type {Held | undefined} */
  let held;
  /** @type {string | undefined} */
  let url;

  const browse = () => input.click();
  pick.addEventListener('click', browse);
  replace.addEventListener('click', browse);
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    // Emptied at once, so that choosing the same file again is a change again.
    input.value = '';
    if (files.length > 0) onFiles(files);
  });
  remove.addEventListener('click', () => {
    put(undefined);
    pick.focus();
    onChange();
  });

  /** @param {string | undefined} text */
  function complain(text) {
    tell(problem, text);
    section.classList.toggle('wrong', Boolean(text));
  }

  /** @param {Held | undefined} next */
  function put(next) {
    if (url !== undefined) URL.revokeObjectURL(url);
    url = undefined;
    held = next;
    complain(undefined);
    section.classList.remove('warned');
    const hadFocus = document.activeElement === pick;
    pick.hidden = held !== undefined;
    preview.hidden = held === undefined;
    chosen.hidden = held === undefined;
    // What is in the library already is not saved again.
    keep.hidden = !(held instanceof File);
    section.classList.toggle('filled', held !== undefined);
    preview.replaceChildren();
    if (held === undefined) return;
    if (hadFocus) replace.focus();
    url = held instanceof File ? URL.createObjectURL(held) : held.links.file;
    facts.replaceChildren(make('span', { class: 'file-name', title: held.name }, held.name));
    const about = held instanceof File ? sizeOf(held.size) : held.numbers.text;
    const measures = make('span', {}, about);
    facts.append(measures);
    preview.append(
      previewOf(name, held, url, {
        onMeasured: (text) => {
          measures.textContent = `${text} · ${about}`;
        },
        onUnreadable: (element) => element.replaceWith(noPreview(name)),
      }),
    );
  }

  if (name === 'clip') pauseButton(preview);

  return {
    held: () => held,
    url: () => url,
    put,
    complain,
    warn: (warned) => section.classList.toggle('warned', warned),
    section,
  };
}

/**
 * @param {Slot} name
 * @param {Held} held
 * @param {string} url
 * @param {{ onMeasured: (text: string) => void, onUnreadable: (element: HTMLElement) => void }} events
 */
function previewOf(name, held, url, { onMeasured, onUnreadable }) {
  if (name === 'clip' && (!(held instanceof File) || kindOf(held).sure)) {
    const video = make('video', {
      src: url,
      loop: true,
      playsinline: true,
      'aria-label': `Preview of ${held.name}`,
    });
    video.muted = true;
    video.autoplay = !wantsLessMotion();
    video.addEventListener('loadedmetadata', () =>
      onMeasured(`${video.videoWidth}×${video.videoHeight} · ${lengthOf(video.duration)}`),
    );
    video.addEventListener('error', () => onUnreadable(video));
    return video;
  }
  const image = make('img', { src: url, alt: `Preview of ${held.name}` });
  image.addEventListener('load', () => onMeasured(`${image.naturalWidth}×${image.naturalHeight}`));
  image.addEventListener('error', () => onUnreadable(image));
  return image;
}

/** A HEIC picture or an AVI clip is fine for Strut even where the browser can't show it. @param {Slot} name */
function noPreview(name) {
  return make(
    'p',
    { class: 'no-preview' },
    `This browser can’t show this ${name === 'image' ? 'picture' : 'clip'}. Strut may still be able to read it.`,
  );
}

/** Whatever moves by itself for long must be able to stop. @param {HTMLElement} preview */
function pauseButton(preview) {
  const button = find('clip-pause', HTMLButtonElement);
  const video = () => preview.querySelector('video');
  button.addEventListener('click', () => {
    const shown = video();
    if (shown?.paused) void shown.play();
    else shown?.pause();
  });
  const show = () => {
    const shown = video();
    button.hidden = shown === null;
    button.replaceChildren(shown?.paused ? 'Play' : 'Pause', make('span', { class: 'sr' }, ' clip'));
  };
  // These events don't bubble, but they can be caught on the way down.
  for (const event of ['play', 'pause', 'loadedmetadata']) preview.addEventListener(event, show, true);
  new MutationObserver(show).observe(preview, { childList: true });
}
