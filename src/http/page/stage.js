// @ts-check
/** The stage: one job from its upload to its video, with what can be done about it. */

import { find, isOff, make, setOff, tell } from './dom.js';
import { figuresOf } from './figures.js';
import { pane } from './pane.js';
import { quarter, say } from './say.js';
import { isOver, lengthOf, nameOf, percent, stateWord, timeLeft } from './words.js';

/** @import { JobView } from './contract.ts' */

const TITLE = document.title;

/** @typedef {ReturnType<typeof stage>} Stage */

/**
 * @param {object} actions
 * @param {(job: JobView) => Promise<void>} actions.onGoOn
 * @param {(job: JobView) => Promise<void>} actions.onCancel
 * @param {(job: JobView) => Promise<void>} actions.onAgain
 * @param {(job: JobView, kind: 'motion' | 'character') => Promise<void>} actions.onKeep
 * @param {(job: JobView) => Promise<void>} actions.onDelete what any of them throws is shown here
 */
export function stage({ onGoOn, onCancel, onAgain, onKeep, onDelete }) {
  const screen = pane();
  const title = find('stage-title', HTMLElement);
  const chip = find('stage-chip', HTMLElement);
  const problem = find('stage-problem', HTMLElement);
  const message = find('stage-message', HTMLElement);
  const figures = find('figures', HTMLElement);
  const download = find('download', HTMLAnchorElement);
  const again = find('again', HTMLButtonElement);
  const goOn = find('go-on', HTMLButtonElement);
  const cancel = find('cancel', HTMLButtonElement);
  const remove = find('delete', HTMLButtonElement);
  const report = find('report', HTMLAnchorElement);
  const keepMotion = find('keep-motion', HTMLButtonElement);
  const keepCharacter = find('keep-character', HTMLButtonElement);

  /** @type {JobView | undefined} */
  let shown;
  /** @type {(() => void) | undefined} */
  let stopUpload;

  cancel.addEventListener('click', () => {
    if (stopUpload) stopUpload();
    else act(cancel, onCancel);
  });
  goOn.addEventListener('click', () => act(goOn, onGoOn));
  again.addEventListener('click', () => act(again, onAgain));
  remove.addEventListener('click', () => act(remove, onDelete));
  keepMotion.addEventListener('click', () => act(keepMotion, (job) => onKeep(job, 'motion')));
  keepCharacter.addEventListener('click', () => act(keepCharacter, (job) => onKeep(job, 'character')));

  /**
   * @param {HTMLButtonElement} button
   * @param {(job: JobView) => Promise<void>} action
   */
  async function act(button, action) {
    if (shown === undefined || isOff(button)) return;
    setOff(button, true);
    tell(problem, undefined);
    try {
      await action(shown);
    } catch (error) {
      tell(problem, error instanceof Error ? error.message : String(error));
    } finally {
      setOff(button, false);
    }
  }

  /** @param {string | undefined} word @param {string} [kind] */
  function mark(word, kind = '') {
    tell(chip, word);
    chip.dataset.state = kind;
  }

  function clear() {
    shown = undefined;
    stopUpload = undefined;
    for (const line of [problem, message]) tell(line, undefined);
    for (const element of [
      download,
      again,
      goOn,
      cancel,
      remove,
      report,
      keepMotion,
      keepCharacter,
      figures,
      find('generated', HTMLElement),
    ])
      element.hidden = true;
    title.textContent = 'Video';
    mark(undefined);
  }

  /** Files on their way: there is no job yet. @param {{ picture: string | undefined, stop: () => void }} upload */
  function showUpload({ picture, stop }) {
    clear();
    stopUpload = stop;
    cancel.hidden = false;
    cancel.textContent = 'Cancel';
    mark('Sending', 'running');
    screen.backdrop(picture);
    screen.showWork({ figure: 'Sending', detail: 'your picture and clip', share: 0 });
    say('Sending your files');
    screen.reveal();

    return (/** @type {number} */ share) => {
      if (stopUpload !== stop) return;
      // Once the last byte has gone, the job may exist already: only the job itself can be cancelled then.
      if (share >= 1) cancel.hidden = true;
      screen.showWork(
        share < 1
          ? { figure: percent(share), detail: 'sending your picture and clip', share }
          : { figure: 'Starting', detail: 'your files have arrived' },
      );
      document.title = `Sending ${percent(share)} · ${TITLE}`;
    };
  }

  /** @param {JobView} job */
  function showJob(job) {
    if (shown?.id !== job.id) clear();
    const first = shown === undefined;
    shown = job;
    title.textContent = `Video ${job.code}`;
    mark(stateWord(job), job.state);
    screen.backdrop(job.links.image);
    goOn.hidden = job.links.goOn === undefined;
    goOn.textContent = `Go on for ${job.question?.price}`;
    cancel.hidden = !job.cancellable;
    cancel.textContent = job.question ? 'Decline' : 'Cancel';
    again.hidden = !isOver(job) || job.hidden === true;
    remove.hidden = !isOver(job) && job.state !== 'completed';
    again.replaceChildren('Again', ...priceOfAgain(job));
    announce(job, first);
    if (job.hidden) screen.letGo();
    if (job.state === 'failed') showEnd(job, job.failure?.message ?? job.message, true);
    else if (job.state === 'cancelled' || (job.hidden && !remove.hidden)) showEnd(job, job.message, false);
    else if (job.links.video && (job.state === 'delivered' || job.state === 'completed'))
      showVideo(job, job.links.video);
    else showProgress(job);
    figures.hidden = job.hidden === true || (job.state !== 'delivered' && job.state !== 'completed');
    for (const one of [report, keepMotion, keepCharacter]) one.hidden = figures.hidden;
    report.href = `/reports?code=${encodeURIComponent(job.code)}`;
    if (!figures.hidden) figures.replaceChildren(...figuresOf(job));
    tell(find('generated', HTMLElement), figures.hidden ? undefined : job.label);
  }

  /** @param {JobView} job */
  function showProgress(job) {
    const word = stateWord(job);
    const running = job.state === 'running' && job.phase !== 'fetching';
    const detail =
      job.state === 'queued'
        ? job.position === undefined
          ? 'waiting for a free place'
          : `number ${job.position} in line`
        : running && job.etaSeconds !== undefined
          ? timeLeft(job.etaSeconds)
          : undefined;
    screen.showWork({
      figure: running && job.progress !== undefined ? percent(job.progress) : word,
      detail: detail ?? (running ? `made by ${nameOf(job.provider ?? job.quote.provider)}` : job.message),
      share: running ? job.progress : undefined,
      step: word,
    });
    // An uncertain or stopping job has more to say than a figure.
    tell(
      message,
      job.state === 'unknown' || (!job.cancellable && (running || job.state === 'queued'))
        ? job.message
        : undefined,
    );
    document.title = `${running && job.progress !== undefined ? percent(job.progress) : word} · ${TITLE}`;
  }

  /** @param {JobView} job @param {string} source */
  function showVideo(job, source) {
    tell(message, undefined);
    document.title = `Done · ${TITLE}`;
    download.hidden = false;
    download.href = source;
    download.download = `strut-${job.code}.mp4`;
    screen.play(source, {
      label: `The finished video, ${lengthOf(job.seconds)}`,
      poster: job.links.poster,
    });
  }

  /** @param {JobView} job @param {string} words @param {boolean} bad */
  function showEnd(job, words, bad) {
    screen.turnTo('ended');
    tell(problem, bad ? words : undefined);
    tell(message, bad ? undefined : words);
    document.title = `${stateWord(job)} · ${TITLE}`;
  }

  function showNothing() {
    clear();
    screen.backdrop(undefined);
    screen.turnTo('idle');
    document.title = TITLE;
  }

  return {
    showUpload,
    showJob,
    showNothing,
    shownId: () => shown?.id,
    reveal: screen.reveal,
    focus: () => title.focus(),
  };
}

/** Each state once, and progress by quarters. @param {JobView} job @param {boolean} first */
function announce(job, first) {
  if (first && isOver(job)) return;
  if (job.state === 'delivered') say('Done. Your video plays.');
  else if (job.state === 'failed')
    return; // the alert says it
  else if (job.state === 'cancelled' || job.state === 'asking') say(job.message);
  else if (job.state === 'running' && job.phase !== 'fetching' && job.progress !== undefined)
    say(`Running, ${quarter(job.progress)} per cent`);
  else say(stateWord(job));
}

/** Another render costs again, and says so before the press. @param {JobView} job */
function priceOfAgain(job) {
  return job.quote.usd > 0 ? [make('span', { class: 'aside' }, ` ${job.quote.price}`)] : [];
}
