/** What the coach says on an offer in any chat, and what its buttons change. */
import { describe, expect, it } from 'vitest';
import type { ClipLook, PictureLook } from '../../src/core/coach/look.ts';
import { ADA, buttonsOf, createFakeChat, labelsOf, textOf } from '../fakes/chat.ts';
import { clipLook, person, pictureLook, shot } from '../fakes/looks.ts';
import { createRemote } from '../fakes/remote.ts';

/** Two models of two providers: the first, which is taken by itself, at seven cents a second, the other for nothing. */
function chatThatSees(picture: PictureLook, clip: ClipLook) {
  const kling = createRemote('paid');
  kling.provider.quote = async ({ clipSeconds, model }) =>
    model === 'kling-2.6' ? { micros: clipSeconds * 70_000, notes: [] } : undefined;
  const wan = createRemote('own', { micros: 0, offers: [{ model: 'wan-animate', quality: 'standard' }] });
  return createFakeChat({
    remotes: [kling, wan],
    clip: { durationMs: clip.seconds * 1000, hasSound: clip.sound !== 'none' },
    media: { lookAtPicture: async () => picture, lookAtClip: async () => clip },
  });
}

const HIPS = pictureLook({ people: [person({ framing: 'hips' })] });
const DANCE = clipLook({ shots: [shot(0, 8, { framing: 'whole' })] });

describe('an offer with a silent clip', () => {
  it('is one without sound after one press, and says no more of it', async () => {
    const chat = chatThatSees(pictureLook(), clipLook({ sound: 'silent' }));
    const offer = await chat.animate(ADA, { ask: true });
    expect(textOf(offer)).toContain("The clip's sound is silent.");
    await chat.press(ADA, offer, 'Without sound');
    expect(textOf(offer)).not.toContain('silent');
    expect(labelsOf(offer)).toContain('☐ Sound');
  });
});

describe('an offer of a clip that the model has to repeat', () => {
  it('has a model that takes the clip as it is, at its price', async () => {
    const chat = chatThatSees(pictureLook(), clipLook({ seconds: 2 }));
    const offer = await chat.animate(ADA, { ask: true });
    expect(textOf(offer)).toContain('Where the clip begins anew, the movement may jump.');
    await chat.press(ADA, offer, 'Use Wan 2.2 Animate · free instead of $0.21');
    expect(textOf(offer)).toContain('This is free. Start it?');
    expect(textOf(offer)).not.toContain('begins anew');
  });
});

describe('an offer with another model as its mend', () => {
  it('has no two buttons that say the same, as Discord takes no message with such', async () => {
    const offer = await chatThatSees(HIPS, DANCE).animate(ADA, { ask: true });
    expect(labelsOf(offer)).toContain('Use Wan 2.2 Animate · free instead of $0.56');
    const ids = buttonsOf(offer).map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });

  it('costs what its button said once that is pressed, and asks in words that fit', async () => {
    const chat = chatThatSees(HIPS, DANCE);
    const offer = await chat.animate(ADA, { ask: true });
    await chat.press(ADA, offer, 'Use Wan 2.2 Animate · free instead of $0.56');
    expect(textOf(offer)).toContain('This is free. Start it?');
    expect(textOf(offer)).toContain('Wan 2.2 Animate');
  });
});
