import { describe, expect, it } from 'vitest';
import { crossingClip } from '../../test/people.ts';
import { isPerson } from '../detect.ts';
import { shouldersOf } from '../measure.ts';
import { loadPoseModel } from '../model.ts';
import { readTrack } from '../track.ts';

describe('the track of a clip with several people', () => {
  it.each([
    ['other clothes', false],
    ['the same clothes', true],
  ])('stays with the largest when somebody in %s walks past in front', async (_, alike) => {
    const track = await readTrack(await loadPoseModel(), await crossingClip({ alike }), () => undefined);
    const places = track.poses.map((pose) => (isPerson(pose) ? shouldersOf(pose).x : undefined));
    // The larger one walks from left to right, at 87 pixels a second; the other one comes from the right.
    const [first, last] = [places[0], places.at(-1)];
    expect(first).toBeLessThan(200);
    expect(last).toBeGreaterThan(450);
    const strayed = places.filter((place, index) => {
      const expected = 147 + ((track.timesMs[index] ?? 0) / 1000) * 87;
      return place !== undefined && Math.abs(place - expected) > 60;
    });
    expect(strayed).toEqual([]);
    const seen = places.filter((place) => place !== undefined);
    expect(seen.length).toBeGreaterThan(places.length * 0.75);
  });
});
