// @ts-check
/** The pane on the stage: nothing yet, work with its steps, or the video. */

import { bringIntoView, find, tell, wantsLessMotion } from './dom.js';

const STEPS = ['Queued', 'Running', 'Fetching', 'Delivering'];

export function pane() {
  const screen = find('screen', HTMLElement);
  const image = find('screen-image', HTMLImageElement);
  const video = find('screen-video', HTMLVideoElement);
  const progress = find('work-progress', HTMLProgressElement);

  // It takes the video's own shape, so that a wide one leaves no black field on a phone.
  video.addEventListener('loadedmetadata', () => {
    screen.style.setProperty('--shape', `${video.videoWidth} / ${video.videoHeight}`);
  });
  image.addEventListener('error', () => image.toggleAttribute('hidden', true));

  /** @param {'idle' | 'work' | 'video' | 'ended'} mode */
  function turnTo(mode) {
    screen.dataset.mode = mode;
    find('idle', HTMLElement).hidden = mode !== 'idle';
    find('work', HTMLElement).hidden = mode !== 'work';
    if (mode !== 'video' && !video.hidden) {
      video.removeAttribute('src');
      video.load();
    }
    video.hidden = mode !== 'video';
  }

  return {
    turnTo,
    /** @param {string | undefined} source */
    backdrop(source) {
      image.hidden = source === undefined;
      if (source !== undefined && image.getAttribute('src') !== source) image.src = source;
    },
    /**
     * @param {{ figure: string, detail?: string | undefined, share?: number | undefined, step?: string }} work
     */
    showWork({ figure, detail, share, step }) {
      turnTo('work');
      find('work-figure', HTMLElement).textContent = figure;
      tell(find('work-detail', HTMLElement), detail);
      if (share === undefined) progress.removeAttribute('value');
      else progress.value = share;
      const at = step === undefined ? -1 : STEPS.indexOf(step);
      [...find('steps', HTMLElement).children].forEach((item, index) => {
        item.classList.toggle('past', index < at);
        if (index === at) item.setAttribute('aria-current', 'step');
        else item.removeAttribute('aria-current');
      });
    },
    /** @param {string} source @param {{ label: string, poster: string | undefined }} about */
    play(source, { label, poster }) {
      turnTo('video');
      if (video.getAttribute('src') === source) return;
      video.setAttribute('aria-label', label);
      if (poster) video.poster = poster;
      else video.removeAttribute('poster');
      video.src = source;
      // Nobody likes a room filled with music by a tab in the background; the controls bring the sound.
      video.muted = true;
      if (!wantsLessMotion()) void video.play().catch(() => {});
    },
    /** The video is to be seen no more. */
    letGo: () => video.removeAttribute('src'),
    reveal: () => bringIntoView(screen),
  };
}
