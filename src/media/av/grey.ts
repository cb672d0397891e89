/** Small grey copies of frames: camera and poster judge by them. */
import { AV_PIX_FMT_GRAY8, type AVPixelFormat, SWS_AREA } from 'node-av/constants';
import { Frame, SoftwareScaleContext } from 'node-av/lib';
import { GREY_SIDE, type Grey } from '../camera.ts';

export type GreyScaler = Disposable & {
  /** Undefined when the frame's pixels are of no kind that can be scaled. */
  grey(frame: Frame): Promise<Grey | undefined>;
};

/** Keeps its tables from one frame to the next; the first frame decides how large the copies are. */
export function createGreyScaler(): GreyScaler {
  let scaler: SoftwareScaleContext | undefined;
  let scaledFrom = '';
  const small = new Frame();
  small.alloc();
  return {
    async grey(frame) {
      // The frame is a picture: its format is one of pixels, which the type can't know.
      const format = frame.format as AVPixelFormat;
      if (small.width === 0) {
        const scale = GREY_SIDE / Math.max(frame.width, frame.height);
        small.format = AV_PIX_FMT_GRAY8;
        small.width = Math.max(1, Math.round(frame.width * scale));
        small.height = Math.max(1, Math.round(frame.height * scale));
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
