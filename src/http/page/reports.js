// @ts-check
/** Reported videos, for the operator: what waits for a decision, and what people outside wrote. */

import { call } from './calls.js';
import { watchConnection } from './connection.js';
import { find, make, tell } from './dom.js';

/** @import { CaseView, ReportsView, StatementView } from './contract.ts' */

const problem = find('problem', HTMLElement);
const told = find('told', HTMLElement);
const form = find('report', HTMLFormElement);

/** @type {Record<string, string>} */
const SURE = {
  remove: 'Remove this video for good, with its picture and its clip?',
  ban: 'Block whoever asked for it?',
};

/** @param {number} at */
const when = (at) => new Date(at).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });

/** @param {CaseView} one */
function card(one) {
  const { code, reason, since, decideBy, reports, hidden, locked, space, asker, messages, advice, banned } =
    one;
  const facts = [
    `${reason}, reported ${reports === 1 ? 'once' : `${reports} times`} since ${when(since)}`,
    `asked for by ${asker} in ${space}`,
    locked ? 'locked: shown to nobody' : hidden ? 'hidden' : 'still to be seen',
    `messages: ${messages.deleted} deleted, ${messages.emptied} emptied, ${messages.left} left`,
  ];
  return make(
    'article',
    { class: 'case', 'aria-label': `Video ${code}` },
    make('h3', {}, `Video ${code}: decide by ${when(decideBy)}`),
    make('p', { class: 'facts' }, facts.join(' · ')),
    ...(advice ? [make('p', { class: 'problem' }, advice)] : []),
    make(
      'div',
      { class: 'row' },
      button(one, 'restore', 'Restore'),
      button(one, 'remove', 'Remove for good'),
      ...(banned ? [] : [button(one, 'ban', 'Ban the asker')]),
    ),
  );
}

/** @param {CaseView} one @param {'restore' | 'remove' | 'ban'} decision @param {string} label */
function button({ code }, decision, label) {
  const element = make(
    'button',
    { type: 'button', ...(decision === 'restore' ? {} : { class: 'bad' }) },
    label,
  );
  element.addEventListener('click', async () => {
    const sure = SURE[decision];
    if (sure && !confirm(sure)) return;
    await attempt(() => call(`/api/reports/${encodeURIComponent(code)}/${decision}`, { method: 'POST' }));
    await load();
  });
  return element;
}

/** @param {StatementView} one */
function statement({ id, at, reason, where, what, name, contact, codes }) {
  const done = make('button', { type: 'button' }, 'Done with it');
  done.addEventListener('click', async () => {
    await attempt(() => call(`/api/statements/${encodeURIComponent(id)}/done`, { method: 'POST' }));
    await load();
  });
  return make(
    'article',
    { class: 'case' },
    make('h3', {}, `${reason}, ${when(at)}${codes.length > 0 ? `, ${codes.join(', ')}` : ''}`),
    make('p', {}, what),
    make('p', { class: 'facts' }, `${where} · ${name} · ${contact}`),
    make('div', { class: 'row' }, done),
  );
}

/** @param {() => Promise<unknown>} work */
async function attempt(work) {
  tell(problem, undefined);
  try {
    return await work();
  } catch (error) {
    tell(problem, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** @param {HTMLElement} place @param {HTMLElement[]} cards @param {string} empty */
const put = (place, cards, empty) =>
  place.replaceChildren(...(cards.length > 0 ? cards : [make('p', { class: 'hint' }, empty)]));

async function load() {
  const reports = /** @type {ReportsView | undefined} */ (await attempt(() => call('/api/reports')));
  if (!reports) return;
  put(find('cases', HTMLElement), reports.cases.map(card), 'Nothing waits for a decision.');
  put(find('statements', HTMLElement), reports.statements.map(statement), 'Nobody has written.');
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  const headers = { 'content-type': 'application/json' };
  const taken = await attempt(() => call('/api/reports', { method: 'POST', headers, body }));
  tell(told, taken ? /** @type {{ message: string }} */ (taken).message : undefined);
  await load();
});

watchConnection({ ask: () => call('/api/status'), onBack: () => void load() });
find('code', HTMLInputElement).value = new URLSearchParams(location.search).get('code') ?? '';
void load();
