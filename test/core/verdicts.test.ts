import { describe, expect, it } from 'vitest';
import type { ClipFacts, Media } from '../../src/core/media.ts';
import { accept, type Outcome, refuse } from '../../src/core/refusals.ts';
import { CHOICES, createJob, createWorld, EVENT, UPLOADS } from '../fakes/world.ts';

const FACTS: ClipFacts = {
  container: 'MP4',
  width: 1280,
  height: 720,
  durationMs: 4000,
  fps: 30,
  hasSound: false,
  bytes: 1,
  cameraMoves: false,
};

/** A life whose clips are judged as told, one after the other. */
function judging(...verdicts: Outcome<ClipFacts>[]) {
  let looks = 0;
  const checkClip: Media['checkClip'] = async () => {
    looks += 1;
    return verdicts.shift() ?? accept(FACTS);
  };
  const { intake } = createWorld({ media: { checkClip } }).boot();
  return {
    quote: (choices = CHOICES) => intake.prepare('web', UPLOADS, choices),
    intake,
    looks: () => looks,
  };
}

describe('a verdict over the files', () => {
  it('is not kept when the machine had no time for it: the next request checks the files again', async () => {
    const { quote, looks } = judging(refuse({ code: 'busy' }));
    expect(await quote()).toEqual({ ok: false, refusal: { code: 'busy' } });
    expect((await quote()).ok).toBe(true);
    expect(looks()).toBe(2);
  });

  it('that they are too heavy is kept, and not computed again', async () => {
    const { quote, looks } = judging(refuse({ code: 'too-heavy', what: 'clip' }));
    for (let i = 0; i < 2; i += 1)
      expect(await quote()).toEqual({ ok: false, refusal: { code: 'too-heavy', what: 'clip' } });
    expect(looks()).toBe(1);
  });

  it('makes no job, and no bill, while the machine has no time', async () => {
    const { intake } = judging(refuse({ code: 'busy' }));
    expect(await createJob(intake, EVENT, UPLOADS, CHOICES)).toEqual({
      ok: false,
      refusal: { code: 'busy' },
    });
    expect(await intake.existing(EVENT)).toBeUndefined();
  });

  it('warns of sound that can not be read, where sound was asked for', async () => {
    const { quote } = judging(accept({ ...FACTS, soundUnreadable: true }));
    const heard = await quote();
    expect(heard.ok && heard.value.quote.warnings).toEqual(['sound-unreadable']);
    const silent = await quote({ ...CHOICES, sound: false });
    expect(silent.ok && silent.value.quote.warnings).toEqual([]);
  });
});
