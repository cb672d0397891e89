// @ts-check
/** A cast: one motion with up to four characters, one price for all of them before, and one press. */

import { call, newKey, persist, Refused } from './calls.js';
import { withAnswer } from './consent.js';
import { isOff, make, setOff, tell } from './dom.js';
import { bodyOf, wishesOf } from './options.js';
import { say } from './say.js';
import { REST_MS } from './second-click.js';

/** @import { JobView, PriceView } from './contract.ts' */
/** @import { CastView, LibraryItemView } from './library-contract.ts' */

const MOST = 4;
const PAUSE_MS = 350;
/** What was drawn on one picture is not meant for another. */
const OF_ONE_PICTURE = 'crop';

/**
 * @param {HTMLFormElement} form
 * @param {object} page
 * @param {HTMLElement} page.box where it stands
 * @param {() => LibraryItemView | undefined} page.motion the motion that is taken
 * @param {() => void} page.onMark others are chosen
 * @param {(jobs: JobView[]) => void} page.onJobs
 */
export function castBar(form, { box, motion, onMark, onJobs }) {
  const several = make('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, 'Cast several');
  const line = make('p', { class: 'facts', role: 'status' });
  const go = make('button', { type: 'button', class: 'cast-go', 'aria-disabled': 'true' }, 'Animate all');
  const problem = make('p', { class: 'problem', role: 'alert', hidden: true });
  const bar = make('div', { class: 'cast', hidden: true }, line, go, problem);
  box.querySelector('.tools')?.append(several);
  box.append(bar);

  /** @type {LibraryItemView[]} */
  let chosen = [];
  let on = false;
  /** What all of them come to, once it is known. */
  /** @type {{ usd: number } | undefined} */
  let price;
  /** @type {AbortController | undefined} */
  let asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** The same order pressed again, as its answer never came, must not be made twice. */
  /** @type {string | undefined} */
  let openKey;
  let pressed = false;

  several.addEventListener('click', () => {
    on = !on;
    several.setAttribute('aria-pressed', String(on));
    bar.hidden = !on;
    if (!on) chosen = [];
    onMark();
    changed();
  });

  function changed() {
    clearTimeout(timer);
    asking?.abort();
    price = undefined;
    openKey = undefined;
    setOff(go, true);
    if (!on) return;
    tell(problem, undefined);
    const missing = whatIsMissing();
    tell(line, missing ?? 'Looking at them …');
    if (missing === undefined) timer = setTimeout(ask, PAUSE_MS);
  }

  function whatIsMissing() {
    const names = chosen.map(({ name }) => name).join(', ');
    if (chosen.length < 2) return `Choose two to four characters.${names ? ` Chosen: ${names}.` : ''}`;
    return motion() ? undefined : `${names}. Now take a motion from the shelf.`;
  }

  async function ask() {
    const taken = motion();
    if (!taken) return;
    const mine = new AbortController();
    asking = mine;
    try {
      const all = await Promise.all(
        chosen.map((one) => {
          const body = bodyOf(form, one, taken);
          body.delete(OF_ONE_PICTURE);
          return /** @type {Promise<PriceView>} */ (
            call('/api/quote', { method: 'POST', body, signal: mine.signal })
          );
        }),
      );
      const micros = Math.round(all.reduce((sum, { quote }) => sum + quote.usd * 1e6, 0));
      const usd = micros / 1e6;
      price = { usd };
      const each = all[0]?.quote.price ?? '';
      const sum = micros === 0 ? each : `$${usd.toFixed(micros % 10_000 === 0 ? 2 : 3)}`;
      tell(
        line,
        `${chosen.map(({ name }) => name).join(', ')} with ${taken.name}: ${sum} for all ${all.length}.`,
      );
      go.textContent = `Animate all ${all.length}`;
      setOff(go, pressed);
    } catch (error) {
      if (mine.signal.aborted) return;
      tell(line, 'No price for them yet.');
      tell(problem, error instanceof Error ? error.message : String(error));
    }
  }

  // A key held down presses a button again and again.
  go.addEventListener('keydown', (event) => {
    if (event.repeat) event.preventDefault();
  });
  go.addEventListener('click', async () => {
    const taken = motion();
    if (isOff(go) || pressed || !taken || !price) return;
    pressed = true;
    setOff(go, true);
    tell(problem, undefined);
    openKey ??= newKey();
    const headers = { 'idempotency-key': openKey };
    const query = new URLSearchParams({ motion: taken.id, characters: chosen.map(({ id }) => id).join(',') });
    for (const [name, value] of wishesOf(form)) if (name !== OF_ONE_PICTURE) query.set(name, String(value));
    query.set('max_usd', String(price.usd));
    try {
      const answer = await withAnswer((consent) => {
        if (consent !== undefined) query.set('consent', consent);
        return persist(() => call(`/api/cast?${query}`, { method: 'POST', headers }));
      });
      if (answer === undefined) return;
      openKey = undefined;
      const { jobs } = /** @type {CastView} */ (answer);
      say(`${jobs.length} videos are being made`);
      onJobs(jobs);
    } catch (error) {
      tell(problem, error instanceof Error ? error.message : String(error));
      if (error instanceof Refused) {
        openKey = undefined;
        if (error.problem.code === 'price-rose') await ask();
      }
    } finally {
      setTimeout(() => {
        pressed = false;
        setOff(go, price === undefined);
      }, REST_MS);
    }
  });

  return {
    isOn: () => on,
    ids: () => chosen.map(({ id }) => id),
    changed,
    /** Whether it was for the cast: chosen, or let go. @param {LibraryItemView} item */
    toggle(item) {
      if (!on) return false;
      const isChosen = chosen.some(({ id }) => id === item.id);
      if (!isChosen && chosen.length === MOST) {
        tell(problem, 'Four are the most that go together. Let go of one first.');
        return true;
      }
      chosen = isChosen ? chosen.filter(({ id }) => id !== item.id) : [...chosen, item];
      onMark();
      changed();
      return true;
    },
    /** It is gone. @param {string} id */
    drop(id) {
      if (!chosen.some((one) => one.id === id)) return;
      chosen = chosen.filter((one) => one.id !== id);
      changed();
    },
  };
}
