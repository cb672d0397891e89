/** What a page is told of a place that has nothing of its own. */
import type { Facts } from '../../src/chat/facts.ts';
import { formsPanel } from '../../src/chat/settings-forms.ts';

export const FACTS: Facts = {
  naming: (_kind, id) => id,
  linkTo: () => undefined,
  room: 10,
  typed: (command, _option, value) => `/${command} ${value}`,
  offered: [],
  ways: [],
  hasAdmins: true,
  panel: formsPanel,
  chart: async () => new Uint8Array(),
};
