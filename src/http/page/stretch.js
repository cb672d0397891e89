// @ts-check
/** What is used of the clip: a line of its time with two handles, marks where it is cut, and the stretch playing over and over. */

import { find, make } from './dom.js';
import { clockOf } from './words.js';

/** @import { LookView, SpanView } from './coach-contract.ts' */

/** No stretch is shorter; what a model takes at least, the server says. */
const LEAST_SECONDS = 0.5;
/** A handle that is dragged this near to a cut stands on it, in shares of the line. */
const NEAR = 0.02;

/** @param {() => void} onChange another stretch is to be used, not by one of the handles, which tell it themselves */
export function stretchLine(onChange) {
  const box = find('stretch', HTMLElement);
  const line = find('stretch-line', HTMLElement);
  const band = find('stretch-band', HTMLElement);
  const ghost = find('stretch-ghost', HTMLElement);
  const playhead = find('stretch-playhead', HTMLElement);
  const marks = find('stretch-marks', HTMLElement);
  const words = find('stretch-words', HTMLElement);
  const cutWords = find('stretch-cuts', HTMLElement);
  const whole = find('stretch-whole', HTMLButtonElement);
  const preview = find('clip-preview', HTMLElement);
  const start = find('stretch-start', HTMLInputElement);
  const end = find('stretch-end', HTMLInputElement);
  const from = find('trim-from', HTMLInputElement);
  const to = find('trim-to', HTMLInputElement);

  let seconds = 0;
  /** @type {readonly number[]} */
  let cuts = [];
  /** What the server uses where nothing was chosen. */
  /** @type {SpanView | undefined} */
  let used;
  let dragging = false;

  const video = () => preview.querySelector('video');
  const isChosen = () => from.value !== '' || to.value !== '';

  /** @returns {SpanView} */
  function span() {
    if (!isChosen()) return used ?? { from: 0, to: seconds };
    return {
      from: Number(from.value || 0),
      to: to.value === '' ? seconds : Math.min(seconds, Number(to.value)),
    };
  }

  /** @param {LookView} look */
  function show(look) {
    ({ seconds, cuts, used } = look.clip);
    draw();
  }

  /** Another clip has another length. */
  function forget() {
    [seconds, cuts, used] = [0, [], undefined];
    from.value = '';
    to.value = '';
    draw();
  }

  /** @param {SpanView} next @param {number} [at] the second to be looked at */
  function choose(next, at = next.from) {
    const isWhole = next.from <= 0 && next.to >= seconds;
    from.value = isWhole ? '' : text(next.from);
    to.value = isWhole ? '' : text(next.to);
    // What the server makes of it, its answer says.
    used = undefined;
    draw();
    seek(at);
  }

  /** What stands in the form was changed. */
  function use() {
    draw();
    seek(span().from);
  }

  /** Shows where a stretch would lie. @param {Record<string, string> | undefined} fields */
  function aim(fields) {
    const isThere = fields?.trim_to !== undefined && fields.trim_to !== '' && seconds > 0;
    ghost.hidden = !isThere;
    if (isThere) lay(ghost, { from: Number(fields.trim_from || 0), to: Number(fields.trim_to) });
  }

  function draw() {
    box.hidden = seconds < 2 * LEAST_SECONDS;
    if (box.hidden) return;
    const { from: first, to: last } = span();
    for (const [input, value, name] of /** @type {const} */ ([
      [start, first, 'from'],
      [end, last, 'to'],
    ])) {
      input.max = text(seconds);
      input.value = text(value);
      input.setAttribute('aria-valuetext', `${name} ${clockOf(value)} of ${clockOf(seconds)}`);
    }
    lay(band, { from: first, to: last });
    whole.hidden = !isChosen();
    const length = Number((last - first).toFixed(1));
    words.textContent = `${clockOf(first)}–${clockOf(last)} · ${length} s of ${Number(seconds.toFixed(1))} s`;
    marks.replaceChildren(
      ...cuts.map((cut) => {
        const mark = make('span', { class: 'cut', title: `Cut at ${clockOf(cut)}` });
        mark.style.left = percent(cut);
        return mark;
      }),
    );
    cutWords.hidden = cuts.length === 0;
    cutWords.textContent = `${cuts.length === 1 ? 'A cut' : `${cuts.length} cuts`}, at ${cuts.map(clockOf).join(', ')}`;
  }

  const percent = (/** @type {number} */ at) => `${Math.min(100, Math.max(0, (at / seconds) * 100))}%`;
  const lay = (/** @type {HTMLElement} */ element, /** @type {SpanView} */ { from: first, to: last }) => {
    element.style.left = percent(first);
    element.style.width = percent(last - first);
  };

  // ── By hand and by key ──

  /** @param {number} at */
  const snapped = (at) => (dragging ? (cuts.find((cut) => Math.abs(cut - at) < NEAR * seconds) ?? at) : at);

  start.addEventListener('input', () => {
    const { to: last } = span();
    const next = Math.min(snapped(Number(start.value)), last - LEAST_SECONDS);
    choose({ from: Math.max(0, next), to: last });
  });
  end.addEventListener('input', () => {
    const { from: first } = span();
    const next = Math.max(snapped(Number(end.value)), first + LEAST_SECONDS);
    choose({ from: first, to: Math.min(seconds, next) }, next);
  });
  for (const handle of [start, end]) {
    handle.addEventListener('pointerdown', () => {
      dragging = true;
    });
    handle.addEventListener('change', () => {
      dragging = false;
      if (handle === end) seek(span().from);
    });
  }
  whole.addEventListener('click', () => {
    choose({ from: 0, to: seconds });
    onChange();
    start.focus();
  });

  // The band itself is moved as a whole.
  band.addEventListener('pointerdown', (press) => {
    const before = span();
    const width = line.clientWidth;
    band.setPointerCapture(press.pointerId);
    /** @param {PointerEvent} move */
    const follow = (move) => {
      const length = before.to - before.from;
      const wanted = before.from + ((move.clientX - press.clientX) / width) * seconds;
      const first = Math.min(Math.max(0, wanted), seconds - length);
      if (Math.abs(move.clientX - press.clientX) < 3 && !isChosen()) return;
      choose({ from: first, to: first + length });
      onChange();
    };
    band.addEventListener('pointermove', follow);
    const stop = () => band.removeEventListener('pointermove', follow);
    for (const event of ['pointerup', 'pointercancel']) band.addEventListener(event, stop, { once: true });
  });

  // ── Playing ──

  /** @param {number} at */
  function seek(at) {
    const shown = video();
    if (shown && Number.isFinite(shown.duration)) shown.currentTime = Math.min(at, shown.duration - 0.05);
  }

  /** Back to the beginning of the stretch at its end, and the mark of where it plays. @param {HTMLVideoElement} shown */
  function keepWithin(shown) {
    const { from: first, to: last } = span();
    const isOutside = shown.currentTime < first - 0.2 || shown.currentTime >= last;
    if (seconds > 0 && !dragging && !shown.paused && isOutside) shown.currentTime = first;
    playhead.style.left = percent(shown.currentTime);
    if (shown.isConnected && !shown.paused) requestAnimationFrame(() => keepWithin(shown));
  }
  // These events don't bubble, but they can be caught on the way down.
  for (const event of ['play', 'seeked'])
    preview.addEventListener(
      event,
      ({ target }) => {
        if (target instanceof HTMLVideoElement && (event === 'play' || target.paused)) keepWithin(target);
      },
      true,
    );
  preview.addEventListener(
    'loadedmetadata',
    () => {
      const duration = video()?.duration;
      // A clip that no price can be said of, as it is too long, must be cut all the same.
      if (seconds === 0 && duration !== undefined && Number.isFinite(duration)) seconds = duration;
      playhead.hidden = video() === null;
      draw();
    },
    true,
  );

  return { show, forget, use, aim };
}

/** Tenths are as fine as anybody drags. @param {number} value */
const text = (value) => String(Number(value.toFixed(2)));
