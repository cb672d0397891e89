// @ts-check
/** The page: two files, a price, a press, a video. Only this module knows all the others. */

import { openByCode } from './by-code.js';
import { call } from './calls.js';
import { coach } from './coach.js';
import { watchConnection } from './connection.js';
import { currentJob } from './current.js';
import { find, tell } from './dom.js';
import { listenForFiles } from './drop.js';
import { sortFiles } from './files.js';
import { showFronts } from './fronts.js';
import { jobActions } from './job-actions.js';
import { library } from './library.js';
import { offerModels } from './models.js';
import { bodyOf, forgetLoop, loopBox, offerQualities, showLoop } from './options.js';
import { animateButton } from './press.js';
import { liveQuote } from './quote.js';
import { loopHelps, placeOf, trimHelps } from './refusal.js';
import { samples } from './sample.js';
import { say } from './say.js';
import { guardSecondClicks } from './second-click.js';
import { fileSlot } from './slot.js';
import { stage } from './stage.js';
import { verifyForm } from './verify.js';
import { learnNames, sizeOf } from './words.js';

/** @import { PriceView, Problem, StatusView } from './contract.ts' */
/** @import { Held, Slot } from './files.js' */

guardSecondClicks();

const form = find('make', HTMLFormElement);
const trim = find('clip-trim', HTMLButtonElement);
const loop = find('clip-loop', HTMLButtonElement);
const quoteProblem = find('quote-problem', HTMLElement);

/** @type {StatusView['limits'] | undefined} */
let limits;
/** @type {PriceView | undefined} */
let priced;

// ── The two files ───────────────────────────────────────────────────────────────────────────────────────────────

const slots = { image: slotOf('image'), clip: slotOf('clip') };
const advice = coach(form, changed);

/** @param {Slot} name */
function slotOf(name) {
  return fileSlot(name, {
    onFiles: (files) => take(files, name),
    onChange() {
      advice.forget(name);
      changed();
    },
  });
}
const sample = samples({ put: (slot, file) => take([file], slot) });
listenForFiles({ image: slots.image.section, clip: slots.clip.section }, take);

/** @param {File[]} files @param {Slot | undefined} target */
function take(files, target) {
  const filled = { image: slots.image.held() !== undefined, clip: slots.clip.held() !== undefined };
  const sorted = sortFiles(files, { target, filled });
  for (const slot of /** @type {Slot[]} */ (['image', 'clip'])) {
    const file = sorted[slot];
    if (file === undefined) continue;
    put(slot, file);
    say(`${slot === 'image' ? 'Picture' : 'Clip'}: ${file.name}`);
  }
  if (sorted.image !== undefined || sorted.clip !== undefined) changed();
  const [lost] = sorted.left;
  tell(quoteProblem, lost && `I don’t know what to do with ${lost.name}. I need one picture and one clip.`);
}

/** @param {Slot} slot @param {Held | undefined} held */
function put(slot, held) {
  slots[slot].put(held);
  advice.forget(slot);
  if (slot === 'clip') forgetLoop();
}

const kept = library(form, {
  put(slot, item) {
    put(slot, item);
    if (item) say(`${slot === 'image' ? 'Picture' : 'Clip'}: ${item.name}`);
    changed();
  },
  redraw: (slot, item) => slots[slot].put(item),
  held: (slot) => slots[slot].held(),
  tooLarge,
  onJobs([first]) {
    if (first) current.open(first);
    quietly(current.load());
  },
});

/** @param {Slot} slot */
function tooLarge(slot) {
  const file = slots[slot].held();
  const most = limits?.[slot === 'image' ? 'imageBytes' : 'clipBytes'];
  if (!(file instanceof File) || most === undefined || file.size <= most) return undefined;
  return `This ${slot === 'image' ? 'picture' : 'clip'} is ${sizeOf(file.size)}; at most ${sizeOf(most)} can be sent.`;
}

// ── The price ───────────────────────────────────────────────────────────────────────────────────────────────────

const price = liveQuote({
  body() {
    const image = slots.image.held();
    const clip = slots.clip.held();
    if (image && clip && !tooLarge('image') && !tooLarge('clip')) return bodyOf(form, image, clip);
    advice.clear();
    if (!image && !clip) return 'Add a picture and a clip to see the price.';
    if (!image) return 'Add a picture to see the price.';
    if (!clip) return 'Add a clip to see the price.';
    return 'One of the files is too large.';
  },
  onRefusal: showRefusal,
  onPrice(next) {
    priced = next;
    if (next) {
      showLoop(next.quote.notes.some(({ code }) => code === 'looped'));
      advice.show(next);
    } else advice.wait();
    for (const slot of /** @type {Slot[]} */ (['image', 'clip']))
      slots[slot].warn(advice.warnsOf(slot, next));
    press.arm();
  },
});

/** Anything that the price depends on has changed. */
function changed() {
  find('drop-tip', HTMLElement).hidden = Boolean(slots.image.held() && slots.clip.held());
  press.forget();
  tell(quoteProblem, undefined);
  kept.changed();
  price.refresh();
}

/** @param {Problem | undefined} problem */
function showRefusal(problem) {
  const place = problem && placeOf(problem);
  slots.image.complain(place === 'image' ? problem?.detail : tooLarge('image'));
  slots.clip.complain(place === 'clip' ? problem?.detail : tooLarge('clip'));
  // Somebody has removed it meanwhile: it goes from its shelf, too.
  if (problem?.code === 'no-such-item') quietly(kept.refresh());
  if (problem) {
    advice.clear();
    tell(quoteProblem, place === 'quote' ? problem.detail : undefined);
  }
  const orientation = new FormData(form).get('orientation');
  const keeps = problem && trimHelps(problem, String(orientation));
  tell(trim, keeps ? `Keep the first ${keeps} s` : undefined);
  const reaches = problem && loopHelps(problem);
  tell(loop, reaches ? `Repeat it for ${reaches} s` : undefined);
}

/** @param {HTMLButtonElement} remedy @param {HTMLInputElement} box */
function remedies(remedy, box) {
  remedy.addEventListener('click', () => {
    box.checked = true;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    tell(remedy, undefined);
    slots.clip.complain(undefined);
    press.focus();
  });
}
remedies(trim, find('trim', HTMLInputElement));
remedies(loop, loopBox);
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('input', (event) => {
  if (event.target instanceof HTMLInputElement && event.target.type === 'file') return;
  changed();
});

// ── The press ───────────────────────────────────────────────────────────────────────────────────────────────────

const screen = stage({
  ...jobActions({
    show: (job) => current.show(job),
    open: (job) => current.open(job),
    drop: (id) => current.drop(id),
  }),
  onKeep: kept.saveFrom,
});
const current = currentJob(screen, (detail) => tell(quoteProblem, detail));
const press = animateButton(find('animate', HTMLButtonElement), {
  order() {
    const image = slots.image.held();
    const clip = slots.clip.held();
    if (!image || !clip || !priced) return undefined;
    const shows = image instanceof File && sample.isOurs(image) ? 'no-person' : undefined;
    return { body: bodyOf(form, image, clip), priced, picture: slots.image.url(), shows };
  },
  mayBeSent: advice.mayBeSent,
  screen,
  current,
  onRefusal(problem) {
    if (problem.code === 'price-rose') price.refresh();
    showRefusal(problem);
  },
  onTrouble: (detail) => tell(quoteProblem, detail),
});

openByCode((job) => {
  current.open(job);
  screen.reveal();
});
verifyForm(() => limits?.clipBytes);

// ── The server ──────────────────────────────────────────────────────────────────────────────────────────────────

async function loadStatus() {
  const status = /** @type {StatusView} */ (await call('/api/status'));
  limits = status.limits;
  learnNames(status.components);
  offerQualities(status);
  offerModels(status);
  showFronts(status);
}

/** @param {Promise<unknown>} work */
function quietly(work) {
  return work.catch(() => {});
}

watchConnection({
  ask: loadStatus,
  onBack() {
    quietly(current.load());
    quietly(kept.refresh());
    if (priced === undefined) changed();
  },
});
price.refresh();
quietly(kept.refresh());
// The names of the providers come with the status.
quietly(loadStatus()).then(() => quietly(current.load()));
