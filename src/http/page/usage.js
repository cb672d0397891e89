// @ts-check
/** The operator's report: what was spent over all spaces, and how the providers do. */

import { call } from './calls.js';
import { watchConnection } from './connection.js';
import { find, make, tell } from './dom.js';
import { table } from './table.js';
import { learnNames, lengthOf, nameOf, percent } from './words.js';

/** @import { ComponentView, StatusView, ProviderStatsView } from './contract.ts' */
/** @import { SumsView, UsageView, WarningView } from './usage-contract.ts' */

/** A list of everybody may have thousands; the table for programs has them all. */
const SHOWN = 25;

const form = find('period', HTMLFormElement);
const problem = find('problem', HTMLElement);
const chart = find('chart', HTMLImageElement);
let asked = 0;

const period = () => String(new FormData(form).get('period'));
/** @param {number} count @param {string} word */
const counted = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
/** @param {number} at @param {string} timeZone */
const dayOf = (at, timeZone) => new Date(at).toLocaleDateString('en', { dateStyle: 'medium', timeZone });

/** @param {UsageView} usage */
function show({ totals, days, members, providers, spaces, suspense, warnings, links, from, to, timeZone }) {
  const [first, last] = [dayOf(from, timeZone), dayOf(to - 1, timeZone)];
  const range = first === last ? first : `${first} – ${last}`;
  tell(find('spent', HTMLElement), totals.spent);
  tell(find('range', HTMLElement), `${range}, ${timeZone}`);
  find('totals', HTMLElement).replaceChildren(
    ...[
      ['Jobs', totals.jobs.toLocaleString('en')],
      ['Video', lengthOf(totals.seconds)],
      ['Held', inWords(totals.held, totals.heldJobs)],
      ['Suspense', inWords(totals.suspended, totals.suspendedJobs)],
    ].map(([name = '', value = '']) => make('div', {}, make('dt', {}, name), make('dd', {}, value))),
  );
  find('export', HTMLAnchorElement).href = links.csv;
  chart.alt = `Spent by day, ${range}: ${totals.spent} in all. The table “By day” has the figures.`;
  chart.src = `${links.chart}&at=${asked}`;

  put('providers', list('Provider', providers, nameOf));
  put('spaces', list('Space', spaces));
  put('members', list('Member', members));
  put(
    'days',
    list(
      'Day',
      days
        .filter((day) => day.jobs + day.heldJobs + day.suspendedJobs > 0)
        .map((day) => ({ ...day, id: day.day })),
      undefined,
      days.length,
    ),
  );
  put(
    'suspense',
    table(
      ['Job', 'Held'],
      suspense.map(({ code, heldAt, provider, member, price }) => ({
        name: code,
        about: `${dayOf(heldAt, timeZone)} · ${nameOf(provider)} · ${member}`,
        cells: [price],
      })),
      'Nothing.',
    ),
  );
  put(
    'warnings',
    table(
      ['Warning', 'Jobs', 'Spoiled', 'Without it'],
      warningRows(warnings),
      'No job that was warned of has ended yet.',
    ),
  );
}

/** What was said, and how often that came true. @param {WarningView[]} warnings */
const warningRows = (warnings) =>
  warnings.map(({ model, message, jobs, spoiled, usual, muted }) => ({
    name: message,
    about: `${model}${muted ? ' · only a hint by now' : ''}`,
    cells: [jobs.toLocaleString('en'), `${spoiled} · ${percent(spoiled / jobs)}`, percent(usual)],
  }));

/** @param {string} sum @param {number} jobs */
const inWords = (sum, jobs) => (jobs === 0 ? 'nothing' : `${sum} in ${counted(jobs, 'job')}`);

/**
 * @param {string} title
 * @param {(SumsView & { id: string })[]} rows
 * @param {(id: string) => string} [name]
 * @param {number} [most]
 */
function list(title, rows, name = (id) => id, most = SHOWN) {
  const held = rows.some(({ heldJobs }) => heldJobs > 0);
  const left = rows.length - most;
  const shown = table(
    [title, 'Jobs', ...(held ? ['Held'] : []), 'Spent'],
    rows.slice(0, most).map((row) => ({
      name: name(row.id),
      cells: [row.jobs.toLocaleString('en'), ...(held ? [row.heldJobs > 0 ? row.held : ''] : []), row.spent],
    })),
    'Nothing in these days.',
  );
  return left > 0 ? [shown, make('p', { class: 'hint' }, `And ${left} more, all in the export.`)] : shown;
}

/** @param {string} id @param {Node | Node[]} content */
const put = (id, content) => find(id, HTMLElement).replaceChildren(...[content].flat());

/** @param {ComponentView[]} components */
function showWeather(components) {
  const seen = components.flatMap(({ name, weather }) => (weather ? [{ name, weather }] : []));
  put(
    'weather',
    table(
      ['Provider', 'Median', '9 of 10 under', 'A second'],
      seen.map(({ name, weather }) => ({
        name: nameOf(name),
        about: successOf(weather),
        cells: [timeOf(weather.p50Seconds), timeOf(weather.p90Seconds), weather.pricePerSecond ?? ''],
      })),
      'No provider had a job yet.',
    ),
  );
}

/** @param {number | undefined} seconds */
const timeOf = (seconds) => (seconds === undefined ? '' : lengthOf(Math.round(seconds)));

/** What members cancelled says nothing of a provider. @param {ProviderStatsView} weather */
function successOf({ delivered, failed }) {
  const ended = delivered + failed;
  return ended === 0 ? 'none ended yet' : `${percent(delivered / ended)} of the last ${ended} went well`;
}

async function load() {
  asked += 1;
  const mine = asked;
  try {
    const usage = /** @type {UsageView} */ (await call(`/api/usage?period=${period()}`));
    // An answer that another choice has overtaken is no news.
    if (mine !== asked) return;
    tell(problem, undefined);
    show(usage);
  } catch (error) {
    if (mine === asked) tell(problem, error instanceof Error ? error.message : String(error));
  }
}

async function loadStatus() {
  const status = /** @type {StatusView} */ (await call('/api/status'));
  learnNames(status.components);
  showWeather(status.components);
}

form.addEventListener('change', () => void load());
watchConnection({ ask: loadStatus, onBack: () => void load() });
// The names of the providers come with the status.
loadStatus()
  .catch(() => {})
  .then(load);
