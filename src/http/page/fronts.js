// @ts-check
/** What is on: fronts and providers, for the operator, who is the one reading this page. */

import { find, make } from './dom.js';
import { table } from './table.js';
import { ago, capital, lengthOf, nameOf } from './words.js';

/** @import { StatusView, ComponentView, ProviderStatsView } from './contract.ts' */
/** @import { ProcessView, QueueView } from './processes-contract.ts' */

const WORDS = { ok: 'on', degraded: 'in trouble', off: 'off' };

/** @param {StatusView} status */
export function showFronts({ components, version, links = {}, processes = [], queues = [] }) {
  const on = components.filter(({ state }) => state !== 'off');
  const trouble = components.filter(({ state }) => state === 'degraded');
  const names = (/** @type {ComponentView[]} */ list) => list.map(({ name }) => nameOf(name)).join(', ');
  find('fronts-summary', HTMLElement).textContent = [
    `On: ${names(on)}`,
    ...(trouble.length > 0 ? [`in trouble: ${names(trouble)}`] : []),
    `Strut ${version}`,
  ].join(' · ');
  find('fronts', HTMLElement).replaceChildren(
    ...components.map(({ name, state, reason, weather }) =>
      make(
        'li',
        { class: 'front', 'data-state': state },
        make('b', {}, capital(nameOf(name))),
        ` ${WORDS[state]}${reason ? `: ${reason}` : ''}`,
        ...(links[name] ? [' ', make('a', { href: links[name], rel: 'noopener' }, 'Add the bot')] : []),
        ...(weather ? [make('small', { class: 'weather' }, inWords(weather))] : []),
      ),
    ),
  );
  find('processes', HTMLElement).replaceChildren(
    ...(processes.length > 0 ? [processTable(processes), queueTable(queues)] : []),
  );
}

/** @param {ProcessView[]} processes */
const processTable = (processes) =>
  table(
    ['Process', 'is there for', 'has', 'since'],
    processes.map(({ id, host, version, roles, has, startedAt }) => ({
      name: host,
      about: `${id} · Strut ${version}`,
      cells: [roles.join(', '), has.join(', '), ago(startedAt, Date.now())],
    })),
    '',
  );

/** @param {QueueView[]} queues */
const queueTable = (queues) =>
  table(
    ['Steps for', 'waiting', 'longest due'],
    queues.map(({ lane, waiting, oldestDueSeconds }) => ({
      name: nameOf(lane),
      cells: [String(waiting), oldestDueSeconds === undefined ? 'none is' : lengthOf(oldestDueSeconds)],
    })),
    'What waits is not known for now.',
  );

/**
 * How a provider does lately, in one line.
 * @param {ProviderStatsView} weather
 */
function inWords({ delivered, failed, cancelled, p50Seconds, p90Seconds, pricePerSecond, lastFailure }) {
  const times =
    p50Seconds !== undefined && p90Seconds !== undefined
      ? [`usually ${lengthOf(p50Seconds)}, at worst about ${lengthOf(p90Seconds)}`]
      : [];
  return [
    `${delivered} delivered, ${failed} failed, ${cancelled} cancelled`,
    ...times,
    ...(pricePerSecond ? [`${pricePerSecond} a second`] : []),
    ...(lastFailure ? [`last failure: ${lastFailure.message}`] : []),
  ].join(' · ');
}
