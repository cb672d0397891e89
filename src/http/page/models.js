// @ts-check
/** Which model renders, whose world it shows, and whether others go first: there only where there is a choice. */

import { find, make, tell } from './dom.js';

/** @import { ModelView, StatusView } from './contract.ts' */

const field = find('model-field', HTMLElement);
const list = find('model', HTMLElement);
const hint = find('model-hint', HTMLElement);
const scenes = find('scene-field', HTMLElement);
const speeds = find('speed-field', HTMLElement);
const orientations = find('orientation-field', HTMLElement);
const qualities = find('quality', HTMLElement);
const sound = find('sound-switch', HTMLElement);

/** @type {readonly ModelView[]} */
let offered = [];

/**
 * Offers the models that the server has, with what each costs and can. A choice made before stays, if it is still there.
 * @param {Pick<StatusView, 'models'>} status
 */
export function offerModels({ models }) {
  const before = chosen()?.id;
  const isSame = JSON.stringify(models) === JSON.stringify(offered);
  offered = models;
  if (!isSame) {
    const wanted = models.some(({ id }) => id === before) ? before : models[0]?.id;
    list.replaceChildren(
      ...models.map(({ id, name, facts }) => {
        const input = make('input', { type: 'radio', name: 'model', value: id, checked: id === wanted });
        const said = make('span', {}, make('b', {}, name), make('small', {}, facts.join(' · ')));
        return make('label', {}, input, said);
      }),
    );
  }
  field.hidden = models.length < 2;
  suit();
}

/** @returns {ModelView | undefined} */
function chosen() {
  const checked = list.querySelector('input:checked');
  return checked instanceof HTMLInputElement ? offered.find(({ id }) => id === checked.value) : undefined;
}

/** What the chosen model does not know is not asked. */
function suit() {
  const model = chosen();
  tell(hint, model?.pair);
  scenes.hidden = !model?.scenes.includes('clip');
  speeds.hidden = !model?.relaxed;
  orientations.hidden = model !== undefined && !model.understands.orientation;
  sound.hidden = model !== undefined && !model.understands.sound;
  for (const input of qualities.querySelectorAll('input')) {
    const isThere = model === undefined || input.value === 'draft' || model.qualities.includes(input.value);
    input.disabled = !isThere;
    if (isThere || !input.checked) continue;
    const first = [...qualities.querySelectorAll('input')].find(({ value }) => value === model.qualities[0]);
    if (first) first.checked = true;
  }
}
list.addEventListener('input', suit);

/**
 * What of it is sent: a wish that is not asked is none.
 * @param {FormData} body
 * @param {(name: string) => string} text what was chosen
 */
export function addModel(body, text) {
  if (field.hidden) return;
  body.set('model', text('model'));
  if (!scenes.hidden && text('scene')) body.set('scene', text('scene'));
  if (!speeds.hidden && text('speed')) body.set('speed', text('speed'));
  if (orientations.hidden) body.set('orientation', 'auto');
}
