// @ts-check
/** What is on: fronts and providers, for the operator, who is the one reading this page. */

import { find, make } from './dom.js';
import { capital, nameOf } from './words.js';

/** @import { StatusView, ComponentView } from './contract.ts' */

const WORDS = { ok: 'on', degraded: 'in trouble', off: 'off' };

/** @param {StatusView} status */
export function showFronts({ components, version }) {
  const on = components.filter(({ state }) => state !== 'off');
  const trouble = components.filter(({ state }) => state === 'degraded');
  const names = (/** @type {ComponentView[]} */ list) => list.map(({ name }) => nameOf(name)).join(', ');
  find('fronts-summary', HTMLElement).textContent = [
    `On: ${names(on)}`,
    ...(trouble.length > 0 ? [`in trouble: ${names(trouble)}`] : []),
    `Strut ${version}`,
  ].join(' · ');
  find('fronts', HTMLElement).replaceChildren(
    ...components.map(({ name, state, reason }) =>
      make(
        'li',
        { class: 'front', 'data-state': state },
        make('b', {}, capital(nameOf(name))),
        ` ${WORDS[state]}${reason ? `: ${reason}` : ''}`,
      ),
    ),
  );
}
