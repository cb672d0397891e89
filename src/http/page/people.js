// @ts-check
/** The people that were seen in the picture, framed over its preview: a press on one takes that one alone. */

import { find, make } from './dom.js';

/** @import { BoxView, FindingView, LookView } from './coach-contract.ts' */

/** So much is left around a person, in shares of the larger of their sides. */
const MARGIN = 0.12;

/** @param {() => void} onChange another part of the picture is to be used */
export function peopleOverlay(onChange) {
  const preview = find('image-preview', HTMLElement);
  const layer = find('people', HTMLElement);
  const whole = find('image-whole', HTMLButtonElement);
  const field = find('crop', HTMLInputElement);
  /** @type {LookView['image']['people']} */
  let people = [];
  /** By a person's number, the part of the picture that the server would take for them. */
  /** @type {Map<number, string>} */
  const parts = new Map();

  whole.addEventListener('click', () => {
    choose('');
    layer.querySelector('button')?.focus();
  });

  /** @param {string} crop empty for the whole picture */
  function choose(crop) {
    field.value = crop;
    draw();
    onChange();
  }

  /** @param {LookView} look @param {readonly FindingView[]} findings */
  function show(look, findings) {
    people = look.image.people;
    for (const { kind, person, fields } of findings.flatMap(({ mends }) => mends))
      if (kind === 'crop' && person !== undefined && fields.crop) parts.set(person, fields.crop);
    draw();
  }

  /** Another picture has other people. */
  function forget() {
    people = [];
    parts.clear();
    field.value = '';
    draw();
  }

  function draw() {
    whole.hidden = field.value === '';
    const at =
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset.person : undefined;
    layer.replaceChildren(...frames());
    if (at) layer.querySelector(`button[data-person="${at}"]`)?.toggleAttribute('data-again', true);
    const again = layer.querySelector('[data-again]');
    if (again instanceof HTMLElement) again.focus();
    place();
  }

  function frames() {
    const [left, top, width, height] = field.value.split(',').map(Number);
    const kept = make('span', { class: 'kept' });
    if (height !== undefined) lay(kept, { left: left ?? 0, top: top ?? 0, width: width ?? 1, height });
    const boxes = people.map((box) => {
      const frame = people.length > 1 ? choice(box.person, partOf(box)) : make('span', { class: 'person' });
      lay(frame, box);
      return frame;
    });
    return height === undefined ? boxes : [kept, ...boxes];
  }

  /** @param {number} person @param {string} part */
  function choice(person, part) {
    const name = `Use person ${person} of ${people.length} alone`;
    const button = make(
      'button',
      {
        type: 'button',
        class: 'person',
        'data-person': String(person),
        'aria-pressed': String(field.value === part),
        'aria-label': name,
      },
      make('b', {}, String(person)),
    );
    // Pressed once more it is let go.
    button.addEventListener('click', () => choose(field.value === part ? '' : part));
    return button;
  }

  /** @param {BoxView & { person: number }} box */
  function partOf(box) {
    const known = parts.get(box.person);
    if (known) return known;
    const { naturalWidth = 1, naturalHeight = 1 } = shown() ?? {};
    const margin = MARGIN * Math.max(box.width * naturalWidth, box.height * naturalHeight);
    const [left, right] = along(box.left, box.width, margin / naturalWidth);
    const [top, bottom] = along(box.top, box.height, margin / naturalHeight);
    return [left, top, right - left, bottom - top].map((share) => String(Number(share.toFixed(3)))).join();
  }

  const shown = () => preview.querySelector('img') ?? undefined;

  /** The picture fills its frame in one direction only. */
  function place() {
    const { naturalWidth = 0, naturalHeight = 0 } = shown() ?? {};
    layer.hidden = naturalWidth === 0 || (people.length === 0 && field.value === '');
    if (layer.hidden) return;
    const scale = Math.min(preview.clientWidth / naturalWidth, preview.clientHeight / naturalHeight);
    const [width, height] = [naturalWidth * scale, naturalHeight * scale];
    layer.style.width = `${width}px`;
    layer.style.height = `${height}px`;
    layer.style.left = `${(preview.clientWidth - width) / 2}px`;
    layer.style.top = `${(preview.clientHeight - height) / 2}px`;
  }
  new ResizeObserver(place).observe(preview);
  preview.addEventListener('load', place, true);

  return {
    show,
    forget,
    /** What stands in the form was changed. */
    use: draw,
  };
}

/** @param {HTMLElement} element @param {BoxView} box */
function lay(element, { left, top, width, height }) {
  element.style.left = `${left * 100}%`;
  element.style.top = `${top * 100}%`;
  element.style.width = `${width * 100}%`;
  element.style.height = `${height * 100}%`;
}

/**
 * Both ends of a side with a margin, within the picture.
 * @param {number} start @param {number} length @param {number} margin
 * @returns {[number, number]}
 */
const along = (start, length, margin) => [Math.max(0, start - margin), Math.min(1, start + length + margin)];
