// @ts-check
/** Files that come by drag and drop or from the clipboard, anywhere on the page. */

import { find } from './dom.js';

/** @import { Slot } from './files.js' */

/**
 * @param {Record<Slot, HTMLElement>} sections where a drop says by its place what the file is meant to be
 * @param {(files: File[], target: Slot | undefined) => void} onFiles
 */
export function listenForFiles(sections, onFiles) {
  const veil = find('veil', HTMLElement);

  /** @param {EventTarget | null} target @returns {Slot | undefined} */
  const slotAt = (target) => {
    if (!(target instanceof Node)) return undefined;
    if (sections.image.contains(target)) return 'image';
    return sections.clip.contains(target) ? 'clip' : undefined;
  };

  /** @param {Slot | undefined} over @param {boolean} dragging */
  const show = (over, dragging) => {
    veil.hidden = !dragging;
    sections.image.classList.toggle('over', over === 'image');
    sections.clip.classList.toggle('over', over === 'clip');
  };

  /** @param {DragEvent} event */
  const carriesFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false;

  document.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(slotAt(event.target), true);
  });
  document.addEventListener('dragleave', (event) => {
    // Leaving the window, not just one element for the next.
    if (event.relatedTarget === null) show(undefined, false);
  });
  document.addEventListener('drop', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(undefined, false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) onFiles(files, slotAt(event.target));
  });
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    onFiles(files, slotAt(document.activeElement));
  });
}
