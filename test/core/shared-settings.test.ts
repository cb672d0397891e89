import { describe, expect, it, onTestFinished } from 'vitest';
import { settings } from '../../settings/index.ts';
import type { Bus } from '../../src/core/bus.ts';
import { createSettingsService } from '../../src/core/settings/settings-service.ts';
import { memoryBuses } from '../fakes/buses.ts';
import { memorySettings } from '../fakes/settings.ts';

const SPACE = 'discord:1';

function setUp() {
  const wires = memoryBuses(2);
  const store = memorySettings();
  const book = (bus: Bus) => {
    const service = createSettingsService({
      list: settings,
      found: [],
      onLost: () => {},
      store,
      defaults: { limits: [], timeZone: 'UTC' },
      clock: { now: () => 5 },
    });
    const ending = new AbortController();
    onTestFinished(() => ending.abort());
    const onError = (error: unknown) => {
      throw error;
    };
    service.share({ bus, onError, signal: ending.signal });
    return { service, change: (part: string, texts = {}) => service.change(SPACE, 'discord:9', part, texts) };
  };
  const [here, there] = wires.buses.map(book);
  if (!here || !there) throw new Error('two processes');
  return { ...wires, here, there };
}

describe('settings that several processes hold', () => {
  it('hold in all of them once one has changed them', async () => {
    const { here, there } = setUp();
    expect(there.service.of(SPACE).confirmAboveMicros).not.toBe(500_000);
    await here.change('confirm', { usd: '0.50' });
    await expect.poll(() => there.service.of(SPACE).confirmAboveMicros).toBe(500_000);
  });

  it('are changed by each as they are, also where it has not heard of the last change yet', async () => {
    const { here, there, cut } = setUp();
    cut();
    await here.change('block', { member: 'discord:7' });
    await there.change('block', { member: 'discord:8' });
    expect(there.service.of(SPACE).blocked).toEqual([{ member: 'discord:7' }, { member: 'discord:8' }]);
    const [last] = await there.service.history(SPACE, 1);
    expect(last).toMatchObject({ from: [{ member: 'discord:7' }] });
  });

  it('are read again after a gap', async () => {
    const { here, there, cut, mend } = setUp();
    cut();
    await here.change('block', { member: 'discord:7' });
    mend();
    await expect.poll(() => there.service.of(SPACE).blocked).toEqual([{ member: 'discord:7' }]);
  });
});
