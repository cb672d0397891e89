import { AV_PIX_FMT_YUV420P10LE, AVCOL_TRC_BT709, AVCOL_TRC_SMPTE2084 } from 'node-av/constants';
import type { Stream } from 'node-av/lib';
import { describe, expect, it } from 'vitest';
import { pictureChain } from '../../src/media/av/chains.ts';
import type { Geometry } from '../../src/media/av/geometry.ts';

const size = { width: 3840, height: 2160 };
const geometry = { coded: size, shown: size, squarePixels: true } as Geometry;
const to = { width: 1280, height: 720, rate: { num: 30, den: 1 } };

const stepsOf = (colorTrc: number): string[] => {
  const stream = { codecpar: { colorTrc, format: AV_PIX_FMT_YUV420P10LE } } as unknown as Stream;
  return pictureChain(stream, geometry, to)
    .split(',')
    .map((step) => step.split('=')[0] ?? '');
};

describe('the way from decoded pictures to the encoder', () => {
  it('tone-maps HDR only after it was scaled down, when a ninth of the pixels are left', () => {
    const steps = stepsOf(AVCOL_TRC_SMPTE2084);
    expect(steps.indexOf('scale')).toBeGreaterThan(-1);
    expect(steps.indexOf('tonemapx')).toBeGreaterThan(steps.indexOf('scale'));
  });

  it('tone-maps nothing else', () => {
    expect(stepsOf(AVCOL_TRC_BT709)).not.toContain('tonemapx');
  });
});
