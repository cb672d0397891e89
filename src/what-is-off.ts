import type { Config } from './config.ts';
import type { Health } from './core/health.ts';
import { PROVIDERS } from './providers/catalog.ts';

/** What is not on, and how to turn it on: the reader is the operator. */
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
