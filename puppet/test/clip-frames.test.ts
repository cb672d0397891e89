import { describe, expect, it } from 'vitest';
import { sampleBytes, sampleClip } from '../../test/samples.ts';
import { readClipFrames, readClipShape } from '../clip-frames.ts';

describe('the frames of a clip', () => {
  it('stand upright, as a player shows them, in a clip that a phone stored lying', async () => {
    const clip = await sampleClip({ seconds: 3, width: 640, height: 360, rotation: 90 });
    expect(await readClipShape(clip)).toMatchObject({ width: 360, height: 640 });
    for await (const { picture } of readClipFrames(clip, 500, 320)) {
      expect([picture.width, picture.height]).toEqual([180, 320]);
      expect(picture.rgb).toHaveLength(180 * 320 * 3);
    }
  });

  it('keep their own times, no closer than asked', async () => {
    const times: number[] = [];
    for await (const { timeMs } of readClipFrames(await sampleClip({ seconds: 3, fps: 25 }), 200, 160))
      times.push(timeMs);
    expect(times[0]).toBe(0);
    expect(times.length).toBeGreaterThan(12);
    for (const [index, time] of times.entries())
      if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(100);
  });

  it('come from nothing but a clip: a playlist that names other files is not opened', async () => {
    const playlist = await sampleBytes(
      Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n'),
      'mp4',
    );
    await expect(readClipShape(playlist)).rejects.toThrow('cannot be opened');
  });
});
