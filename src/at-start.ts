/** What a start tells the operator: what is not on and how to turn it on, and which version this is. */
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Core } from './core/command.ts';
import type { Health } from './core/health.ts';
import type { Quality } from './core/job/job.ts';
import type { Lane } from './core/ports.ts';
import type { ProviderEntry } from './core/price/provider-registry.ts';

import { PROVIDERS } from './providers/catalog.ts';

/** Also notes that the page and the store are there: without them nothing would have started. */
export function tellWhatIsOff(config: Config, health: Health): void {
  health.set('page', { state: 'ok' });
  health.set('store', { state: 'ok' });
  for (const { id, key } of PROVIDERS) {
    if (!config[key]) health.set(id, { state: 'off', reason: `set ${key}` });
    else if (config.PROVIDERS && !config.PROVIDERS.some((one) => one === id)) {
      health.set(id, { state: 'off', reason: 'PROVIDERS leaves it out' });
    }
  }
}

export async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}

/** One line for each part: whether it is on, and if not, why; and what nobody but the operator can see to. */
export function tellWhatIsOn({ DATA_DIR }: Config, health: Health, log: Logger): void {
  log.info(`members' pictures and names lie in ${DATA_DIR}: on an encrypted disk? SECURITY.md says how`);
  for (const { name, state, reason } of health.all()) {
    if (name !== 'page' && name !== 'store')
      log.info(`${name}: ${state === 'ok' ? 'on' : state}${reason ? ` (${reason})` : ''}`);
  }
}

export const canRender = (entries: readonly ProviderEntry[], quality: Quality): boolean =>
  entries.some(({ provider }) => provider.capabilities.offers.some((offer) => offer.quality === quality));

/** Begins with what is due, and with what is open of last time; of several processes the one that does the upkeep takes that up. */
export async function takeUp(core: Core, lanes: readonly Lane[] | undefined, log: Logger): Promise<void> {
  if (lanes) {
    await core.jobs.serve(lanes);
    await core.takedown.start();
    return;
  }
  const taken = await core.jobs.recover();
  await core.takedown.recover();
  if (taken > 0) log.info({ jobs: taken }, 'taking up the jobs of last time');
}
