// @ts-check
/** One of the two places for a file: choose, preview, replace, remove, and what is wrong with it. */

import { find, make, tell, wantsLessMotion } from './dom.js';
import { kindOf } from './files.js';
import { lengthOf, sizeOf } from './words.js';

/** @import { Slot } from './files.js' */

/**
 * @typedef {object} FileSlot
 * @property {() => File | undefined} file
 * @property {() => string | undefined} url of the file's bytes, as long as it is here
 * @property {(file: File | undefined) => void} put shows the file; undefined empties the place
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

  /** @type {File | undefined} */
  let file;
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

  /** @param {File | undefined} next */
  function put(next) {
    if (url !== undefined) URL.revokeObjectURL(url);
    url = undefined;
    file = next;
    complain(undefined);
    section.classList.remove('warned');
    const hadFocus = document.activeElement === pick;
    pick.hidden = file !== undefined;
    preview.hidden = file === undefined;
    chosen.hidden = file === undefined;
    section.classList.toggle('filled', file !== undefined);
    preview.replaceChildren();
    if (file === undefined) return;
    if (hadFocus) replace.focus();
    url = URL.createObjectURL(file);
    facts.replaceChildren(make('span', { class: 'file-name', title: file.name }, file.name));
    const measures = make('span', {}, sizeOf(file.size));
    facts.append(measures);
    const bytes = file.size;
    preview.append(
      previewOf(name, file, url, {
        onMeasured: (text) => {
          measures.textContent = `${text} · ${sizeOf(bytes)}`;
        },
        onUnreadable: (element) => element.replaceWith(noPreview(name)),
      }),
    );
  }

  if (name === 'clip') pauseButton(preview);

  return {
    file: () => file,
    url: () => url,
    put,
    complain,
    warn: (warned) => section.classList.toggle('warned', warned),
    section,
  };
}

/**
 * @param {Slot} name
 * @param {File} file
 * @param {string} url
 * @param {{ onMeasured: (text: string) => void, onUnreadable: (element: HTMLElement) => void }} events
 */
function previewOf(name, file, url, { onMeasured, onUnreadable }) {
  if (name === 'clip' && kindOf(file).sure) {
    const video = make('video', {
      src: url,
      loop: true,
      playsinline: true,
      'aria-label': `Preview of ${file.name}`,
    });
    video.muted = true;
    video.autoplay = !wantsLessMotion();
    video.addEventListener('loadedmetadata', () =>
      onMeasured(`${video.videoWidth}×${video.videoHeight} · ${lengthOf(video.duration)}`),
    );
    video.addEventListener('error', () => onUnreadable(video));
    return video;
  }
  const image = make('img', { src: url, alt: `Preview of ${file.name}` });
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
