// @ts-check
/** How the bot is, for the operator: what is wrong first, with what to do about it. */

import { call } from './calls.js';
import { watchConnection } from './connection.js';
import { find, isOff, make, setOff, tell } from './dom.js';

/** @import { DiagnosisView, HealthView } from './health-contract.ts' */

const problem = find('problem', HTMLElement);
const summary = find('summary', HTMLElement);
const again = find('again', HTMLButtonElement);

const LEVELS = { ok: 'Well', warning: 'Warning', broken: 'Broken' };

/** @param {DiagnosisView} one */
const card = ({ code, level, what, why, nextStep }) =>
  make(
    'article',
    { class: 'finding', 'data-level': level },
    make('h3', {}, make('span', { class: 'level' }, LEVELS[level]), ` ${what}`),
    ...(why ? [make('p', { class: 'hint' }, why)] : []),
    ...(nextStep ? [make('p', {}, make('b', {}, 'What to do: '), nextStep)] : []),
    ...(nextStep ? [make('p', { class: 'hint' }, `More: docs/trouble.md#${code}`)] : []),
  );

/** @param {HealthView} health */
function show({ at, found }) {
  const wrong = found.filter(({ level }) => level !== 'ok');
  const count = (/** @type {DiagnosisView['level']} */ level) =>
    wrong.filter((one) => one.level === level).length;
  const [broken, warnings] = [count('broken'), count('warning')];
  const words = [
    ...(broken > 0 ? [broken === 1 ? '1 thing is broken' : `${broken} things are broken`] : []),
    ...(warnings > 0 ? [warnings === 1 ? '1 warning' : `${warnings} warnings`] : []),
  ];
  const when = new Date(at).toLocaleTimeString('en', { timeStyle: 'short' });
  tell(summary, `${words.length > 0 ? words.join(', ') : 'All is well'}. Looked at ${when}.`);
  find('found', HTMLElement).replaceChildren(...wrong.map(card));
  find('well', HTMLElement).replaceChildren(
    ...found.filter(({ level }) => level === 'ok').map(({ what }) => make('li', {}, what)),
  );
}

/** @param {boolean} fresh */
async function load(fresh) {
  setOff(again, true);
  if (fresh) tell(summary, 'Looking at everything, which takes a moment …');
  try {
    show(/** @type {HealthView} */ (await call(`/api/health${fresh ? '?fresh=1' : ''}`)));
    tell(problem, undefined);
  } catch (error) {
    tell(problem, error instanceof Error ? error.message : String(error));
  } finally {
    setOff(again, false);
  }
}

again.addEventListener('click', () => {
  if (!isOff(again)) void load(true);
});
watchConnection({ ask: () => call('/api/status'), onBack: () => void load(false) });
void load(false);
