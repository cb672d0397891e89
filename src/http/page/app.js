// @ts-check
/** The page: two files, a price, a press, a video. Only this module knows all the others. */

import { askToDelete } from './ask.js';
import { openByCode } from './by-code.js';
import { call, newKey, persist, Refused, send, Unreachable } from './calls.js';
import { coach } from './coach.js';
import { watchConnection } from './connection.js';
import { askWhom, withAnswer } from './consent.js';
import { currentJob } from './current.js';
import { find, isOff, setOff, tell } from './dom.js';
import { listenForFiles } from './drop.js';
import { sortFiles } from './files.js';
import { showFronts } from './fronts.js';
import { library } from './library.js';
import { offerModels } from './models.js';
import { bodyOf, forgetLoop, loopBox, offerQualities, showLoop } from './options.js';
import { liveQuote } from './quote.js';
import { loopHelps, placeOf, trimHelps } from './refusal.js';
import { samples } from './sample.js';
import { say } from './say.js';
import { guardSecondClicks } from './second-click.js';
import { fileSlot } from './slot.js';
import { stage } from './stage.js';
import { verifyForm } from './verify.js';
import { learnNames, sizeOf } from './words.js';

/** @import { JobView, PriceView, Problem, StatusView } from './contract.ts' */
/** @import { Held, Slot } from './files.js' */

/** A slow double click still makes one job. */
const REST_MS = 1000;

guardSecondClicks();

const form = find('make', HTMLFormElement);
const animate = find('animate', HTMLButtonElement);
const trim = find('clip-trim', HTMLButtonElement);
const loop = find('clip-loop', HTMLButtonElement);
const quoteProblem = find('quote-problem', HTMLElement);

/** @type {StatusView['limits'] | undefined} */
let limits;
/** @type {PriceView | undefined} */
let priced;
let pressed = false;
/** The key of a press whose answer never came: the same order pressed again must not be a second job. */
/** @type {string | undefined} */
let openKey;

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
    armAnimate();
  },
});

/** Anything that the price depends on has changed. */
function changed() {
  find('drop-tip', HTMLElement).hidden = Boolean(slots.image.held() && slots.clip.held());
  openKey = undefined;
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
    animate.focus();
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
  onGoOn: goOn,
  onCancel: cancelJob,
  onAgain: again,
  onKeep: kept.saveFrom,
  onDelete: deleteJob,
});
const current = currentJob(screen, (detail) => tell(quoteProblem, detail));

function armAnimate() {
  setOff(animate, pressed || priced === undefined);
}

// A key held down presses a button again and again.
animate.addEventListener('keydown', (event) => {
  if (event.repeat) event.preventDefault();
});
animate.addEventListener('click', async () => {
  const image = slots.image.held();
  const clip = slots.clip.held();
  if (isOff(animate) || !image || !clip || !(await advice.mayBeSent())) return;
  const question = priced?.consent;
  // Whom a picture of ours shows is known.
  const answer =
    question && (image instanceof File && sample.isOurs(image) ? 'no-person' : await askWhom(question));
  if (question && answer === undefined) return;
  pressed = true;
  armAnimate();
  const before = current.leave();
  const stop = new AbortController();
  const onProgress = screen.showUpload({ picture: slots.image.url(), stop: () => stop.abort() });
  openKey ??= newKey();
  const key = openKey;
  try {
    const body = bodyOf(form, image, clip);
    if (answer !== undefined) body.set('consent', answer);
    // What was shown is what is agreed to.
    if (priced) body.set('max_usd', String(priced.quote.usd));
    const job = await persist(
      () => send('/api/jobs', body, { key, onProgress, signal: stop.signal }),
      stop.signal,
    );
    openKey = undefined;
    if (priced) delete priced.consent;
    current.open(job);
  } catch (error) {
    if (!(error instanceof Unreachable)) openKey = undefined;
    current.goBack(before);
    if (stop.signal.aborted) {
      say('Cancelled');
      // The last byte may have been faster than the hand: a job that was made all the same must be seen.
      setTimeout(() => quietly(current.load()), REST_MS);
    }
    if (error instanceof Refused) {
      if (error.problem.code === 'price-rose') price.refresh();
      showRefusal(error.problem);
    } else if (!stop.signal.aborted)
      tell(
        quoteProblem,
        `${error instanceof Error ? error.message : error} Press Animate again; it will not be made twice.`,
      );
  } finally {
    setTimeout(() => {
      pressed = false;
      armAnimate();
    }, REST_MS);
  }
});

/** @param {JobView} job */
async function cancelJob(job) {
  const answer = await call(job.links.cancel, { method: 'POST' });
  if (isJob(answer)) current.show(answer);
}

/** @param {JobView} job */
async function goOn(job) {
  const answer = job.links.goOn && (await call(job.links.goOn, { method: 'POST' }));
  if (isJob(answer)) current.show(answer);
}

/** @param {JobView} job */
async function again(job) {
  try {
    await againFor(job, job.quote.usd);
  } catch (error) {
    const dearer =
      error instanceof Refused && error.problem.code === 'price-rose' ? error.problem : undefined;
    if (!dearer) throw error;
    const usd = Number(dearer.micros) / 1e6;
    if (confirm(`The price has gone up to $${usd}. Go on?`)) await againFor(job, usd);
  }
}

/** @param {JobView} job @param {number} usd at most */
async function againFor(job, usd) {
  const key = newKey();
  const answer = await withAnswer((consent) => {
    const said = consent === undefined ? '' : `&consent=${consent}`;
    return persist(() =>
      call(`${job.links.again}?max_usd=${usd}${said}`, {
        method: 'POST',
        headers: { 'idempotency-key': key },
      }),
    );
  });
  if (isJob(answer)) current.open(answer);
}

/** @param {JobView} job */
async function deleteJob(job) {
  if (!(await askToDelete(job))) return;
  await call(job.links.self, { method: 'DELETE' });
  current.drop(job.id);
  say('Deleted');
}

/** @param {unknown} answer @returns {answer is JobView} */
const isJob = (answer) =>
  typeof answer === 'object' && answer !== null && 'id' in answer && 'state' in answer;

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
