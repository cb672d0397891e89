/** Which of several processes renders the drafts. */
import { describe, expect, it } from 'vitest';
import { createJobEvents } from '../src/core/events.ts';
import { createHealth } from '../src/core/health.ts';
import type { Holder } from '../src/core/holds.ts';
import { goOn } from '../src/shared-work.ts';
import { jobIn } from './fakes/jobs.ts';

import { silent } from './providers/subject.ts';

const log = silent as never;

async function aProcess(lanes: readonly string[]) {
  const did: string[] = [];
  const wanted = new Map<string, Holder>();
  const events = createJobEvents((error) => {
    throw error;
  });
  const shared = {
    lanes,
    holds: {
      onHeld(name: string, holder: Holder) {
        wanted.set(name, holder);
        return async () => void did.push(`gives up ${name}`);
      },
    },
  } as unknown as Parameters<typeof goOn>[0];
  const core = {
    jobs: {
      serve: async (of: string[]) => void did.push(`serves ${of}`),
      leave: async (of: string[]) => void did.push(`leaves ${of}`),
      recover: async () => void did.push('recovers'),
    },
    takedown: { start: async () => {}, recover: async () => {} },
  } as unknown as Parameters<typeof goOn>[1];
  const drafts = {
    drop: async () => void did.push('drops'),
    release: async (id: string) => void did.push(`releases ${id}`),
  };
  return {
    did,
    wanted,
    events,
    go: () => goOn(shared, core, { drafts, events, scheduler: {}, health: createHealth(() => {}), log }),
  };
}

describe('drafts of several processes', () => {
  it('are looked at by the one whose turn it is, which ends its renders when it is not any more', async () => {
    const { did, wanted, go } = await aProcess(['worker']);
    const end = await go();
    await wanted.get('draft')?.gained();
    await wanted.get('draft')?.lost();
    await end();
    expect(did).toEqual(['serves worker', 'serves draft', 'leaves draft', 'drops', 'gives up draft']);
  });

  it('are none of a process that is no worker', async () => {
    const { wanted, go } = await aProcess([]);
    await go();
    expect([...wanted.keys()]).toEqual([]);
  });

  it('are rendered no more once they are over, whoever has ended them', async () => {
    const { did, events, go } = await aProcess(['worker']);
    const end = await go();
    const draft = { id: 'web:draft', provider: 'local' };
    events.refresh({ ...jobIn('running'), ...draft });
    events.refresh({ ...jobIn('cancelled'), ...draft });
    events.refresh(jobIn('cancelled', { id: 'web:other' }));
    await end();
    events.refresh({ ...jobIn('cancelled'), ...draft });
    expect(did).toEqual(['serves worker', 'releases web:draft', 'gives up draft']);
  });
});
