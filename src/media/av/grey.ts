/** Small grey copies of frames: camera, poster and frame hashes judge by them. */
import { AV_PIX_FMT_GRAY8, type AVPixelFormat, SWS_AREA } from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import { GREY_SIDE, type Grey } from '../camera.ts';
import type { Size } from './geometry.ts';

export type GreyScaler = Disposable & {
  /** Undefined when the frame's pixels are of no kind that can be scaled. */
  grey(frame: Frame): Promise<Grey | undefined>;
};

/** Of the frame's own shape. */
function inProportion({ width, height }: Size): Size {
  const scale = GREY_SIDE / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Keeps its tables from one frame to the next; the first frame decides how large the copies are. */
export function createGreyScaler(sizeOf: (frame: Size) => Size = inProportion): GreyScaler {
  let scaler: SoftwareScaleContext | undefined;
  let scaledFrom = '';
  const small = new Frame();
  small.alloc();
  return {
    async grey(frame) {
      // The frame is a picture: its format is one of pixels, which the type can't know.
      const format = frame.format as AVPixelFormat;
      if (small.width === 0) {
        Object.assign(small, { format: AV_PIX_FMT_GRAY8, ...sizeOf(frame) });
        small.getBuffer(1);
      }
      const from = `${frame.width}x${frame.height} ${format}`;
      if (from !== scaledFrom) {
        scaler?.freeContext();
        scaler = new SoftwareScaleContext();
        scaler.getContext(
          frame.width,
          frame.height,
          format,
          small.width,
          small.height,
          AV_PIX_FMT_GRAY8,
          SWS_AREA,
        );
        scaledFrom = from;
      }
      if (((await scaler?.scaleFrame(small, frame)) ?? -1) < 0) return undefined;
      return { width: small.width, height: small.height, pixels: new Uint8Array(small.toBuffer()) };
    },
    [Symbol.dispose]() {
      scaler?.freeContext();
      small.free();
    },
  };
}
