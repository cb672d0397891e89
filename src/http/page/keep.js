// @ts-check
/** Saves a clip or a picture under a name: what was seen of it and its moving preview first, and then a yes. */

import { call, newKey, Refused } from './calls.js';
import { find, make, tell } from './dom.js';
import { pictureOf } from './item-card.js';
import { clockOf, lengthOf } from './words.js';

/** @import { LibraryItemView, SavingView } from './library-contract.ts' */

const LEVELS = { 'will-fail': 'Will fail', 'may-fail': 'May fail', hint: 'Hint' };
/** By what is sent; as the question before a job has them. */
const SHOWS = new Map([
  ['self', 'It’s me'],
  ['permission', 'I have this person’s yes'],
  ['no-person', 'No real person'],
]);

/** @typedef {{ kind: LibraryItemView['kind'], look: (init: RequestInit) => Promise<SavingView> }} ToKeep */

/**
 * A file of the member's own.
 * @param {LibraryItemView['kind']} kind @param {File} file @param {string} [crop] what of a picture is meant
 * @returns {ToKeep}
 */
export function fileToKeep(kind, file, crop) {
  const body = new FormData();
  body.set('kind', kind);
  if (crop) body.set('crop', crop);
  body.set(kind === 'motion' ? 'clip' : 'image', file, file.name || 'file');
  return { kind, look: (init) => call('/api/library', { ...init, body }) };
}

/** What a job was made of. @param {LibraryItemView['kind']} kind @param {string} self @returns {ToKeep} */
export const jobToKeep = (kind, self) => ({
  kind,
  look: (init) => call(`${self}/keep?kind=${kind}`, init),
});

/** @returns {(what: ToKeep, part?: { from: string, to: string }) => Promise<LibraryItemView | undefined>} undefined: it was left */
export function keepDialog() {
  const dialog = find('keep', HTMLDialogElement);
  const title = find('keep-title', HTMLElement);
  const wait = find('keep-wait', HTMLElement);
  const body = find('keep-body', HTMLElement);
  const name = find('keep-name', HTMLInputElement);
  const problem = find('keep-problem', HTMLElement);
  const answers = find('keep-answers', HTMLElement);
  const spans = find('keep-spans', HTMLElement);
  const scopes = find('keep-scopes', HTMLElement);
  const scopeOf = () => scopes.querySelector('input:checked');

  return (what, part) =>
    new Promise((resolve) => {
      const stop = new AbortController();
      /** @type {SavingView | undefined} */
      let saving;
      /** @type {LibraryItemView | undefined} */
      let kept;
      let isBusy = false;
      let looks = 0;

      title.textContent = `Save this ${what.kind}`;
      tell(wait, 'Looking at it …');
      body.hidden = true;
      tell(problem, undefined);
      answers.replaceChildren(make('button', { type: 'submit' }, 'Cancel'));

      /** @param {() => Promise<void>} work */
      async function act(work) {
        if (isBusy) return;
        isBusy = true;
        dialog.setAttribute('aria-busy', 'true');
        tell(problem, undefined);
        try {
          await work();
        } catch (error) {
          if (!stop.signal.aborted) tell(problem, error instanceof Error ? error.message : String(error));
        } finally {
          isBusy = false;
          dialog.removeAttribute('aria-busy');
          tell(wait, undefined);
        }
      }

      /** @param {string} path @returns {Promise<SavingView>} */
      const change = (path) => call(`${saving?.links.self}${path}`, { method: 'POST', signal: stop.signal });

      /** @param {SavingView} next @param {string} [typed] */
      function show(next, typed) {
        saving = next;
        looks += 1;
        body.hidden = false;
        const { preview } = next.links;
        // Another part has another preview at the same address.
        const source = preview && `${preview}?look=${looks}`;
        find('keep-preview', HTMLElement).replaceChildren(pictureOf(next.kind, source));
        find('keep-facts', HTMLElement).textContent = saidOf(next);
        find('keep-findings', HTMLElement).replaceChildren(
          ...next.findings.map(({ level, code, message }) =>
            make(
              'li',
              { class: 'finding', 'data-level': level, 'data-code': code },
              make('b', { class: 'level' }, LEVELS[level]),
              ` ${message}`,
            ),
          ),
        );
        name.value = typed ?? next.name;
        find('keep-lines', HTMLElement).replaceChildren(
          ...(next.consent?.lines ?? []).map((line) => make('p', {}, line)),
        );
        drawParts(next);
        drawScopes(next);
        drawAnswers(next);
      }

      /** @param {SavingView} next */
      function drawParts({ parts = [], stretch, takesWhole, wholeSeconds }) {
        find('keep-parts', HTMLElement).hidden = parts.length === 0;
        const choices = parts.map(({ from, to }) => ({
          text: `${clockOf(from)}–${clockOf(to)}`,
          path: `/part?from=${from}&to=${to}`,
          isChosen: stretch !== undefined && stretch.from === from && stretch.to === to,
        }));
        if (stretch && choices.length > 0 && !choices.some(({ isChosen }) => isChosen))
          choices.unshift({
            text: `${clockOf(stretch.from)}–${clockOf(stretch.to)}`,
            path: `/part?from=${stretch.from}&to=${stretch.to}`,
            isChosen: true,
          });
        if (takesWhole)
          choices.push({
            text: `All of it, ${lengthOf(wholeSeconds ?? 0)}`,
            path: '/part?whole=true',
            isChosen: stretch === undefined,
          });
        const hadFocus = spans.contains(document.activeElement);
        spans.replaceChildren(
          ...choices.map(({ text, path, isChosen }) => {
            const input = make('input', { type: 'radio', name: 'keep-part', checked: isChosen });
            input.addEventListener('change', () =>
              act(async () => {
                tell(wait, 'Looking at that part …');
                show(await change(path), name.value);
              }),
            );
            return make('label', {}, input, make('span', {}, text));
          }),
        );
        const chosen = spans.querySelector('input:checked');
        if (hadFocus && chosen instanceof HTMLElement) chosen.focus();
      }

      /** What was chosen stays chosen; a picture is its owner's alone until they give it. @param {SavingView} next */
      function drawScopes({ kind, scopes: open }) {
        scopes.hidden = open.length < 2;
        const known = looks > 1 ? scopeOf() : null;
        const preset = kind === 'character' || !open.includes('space') ? 'mine' : 'space';
        const chosen = known instanceof HTMLInputElement ? known.value : preset;
        for (const input of scopes.querySelectorAll('input')) input.checked = input.value === chosen;
      }

      /** @param {SavingView} next */
      function drawAnswers({ consent }) {
        const yes = consent
          ? consent.answers.map((shows) => yesButton(SHOWS.get(shows) ?? shows, { shows }))
          : [yesButton('Save', {})];
        answers.replaceChildren(make('button', { type: 'submit' }, 'Cancel'), ...yes);
      }

      /** @param {string} text @param {Record<string, string>} answer */
      function yesButton(text, answer) {
        const button = make('button', { type: 'button', class: 'yes' }, text);
        button.addEventListener('click', () => act(() => save(answer)));
        return button;
      }

      /** @param {Record<string, string>} answer */
      async function save(answer) {
        const wished = name.value.trim();
        if (saving && wished !== saving.name)
          saving = await change(`/name?name=${encodeURIComponent(wished)}`);
        const scope = scopeOf();
        const query = new URLSearchParams(answer);
        if (scope instanceof HTMLInputElement) query.set('scope', scope.value);
        try {
          kept = /** @type {LibraryItemView} */ (
            await call(`${saving?.links.self}/save?${query}`, { method: 'POST' })
          );
          dialog.close();
        } catch (error) {
          // Somebody was faster with that name: another one is proposed, and the yes is asked for again.
          if (error instanceof Refused && error.problem.code === 'name-taken' && saving)
            show(await call(saving.links.self));
          throw error;
        }
      }

      /** @param {KeyboardEvent} event */
      const onKey = (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        const only = answers.querySelectorAll('.yes');
        if (only.length === 1 && only[0] instanceof HTMLButtonElement) only[0].click();
      };
      name.addEventListener('keydown', onKey);
      dialog.addEventListener(
        'close',
        () => {
          stop.abort();
          name.removeEventListener('keydown', onKey);
          if (!kept && saving) call(saving.links.self, { method: 'DELETE' }).catch(() => {});
          resolve(kept);
        },
        { once: true },
      );
      dialog.showModal();
      const key = newKey();
      void act(async () => {
        const init = { method: 'POST', headers: { 'idempotency-key': key }, signal: stop.signal };
        saving = await what.look(init);
        if (part && what.kind === 'motion') saving = await change(`/part?from=${part.from}&to=${part.to}`);
        if (stop.signal.aborted) return;
        show(saving);
        name.focus();
        name.select();
      });
    });
}

/** @param {SavingView} saving */
function saidOf({ seconds, wholeSeconds, stretch, price }) {
  if (seconds === undefined) return '';
  const of =
    stretch && wholeSeconds !== undefined
      ? `${clockOf(stretch.from)}–${clockOf(stretch.to)} of ${lengthOf(wholeSeconds)}`
      : undefined;
  return [lengthOf(seconds), of, price].filter(Boolean).join(' · ');
}
