/** What a picture or a clip for a test can be made like. */
import type { Property } from './heic-boxes.ts';

export type SampleImage = {
  width?: number;
  height?: number;
  format?: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff';
  /** 1 to 8, as in EXIF; width and height are those of the stored pixels. */
  exifOrientation?: number;
  /** Puts a GPS position into the EXIF data. */
  gps?: boolean;
  /** A see-through corner, where the format has alpha. */
  alpha?: boolean;
  /** One colour all over in place of the four quarters. */
  colour?: string;
};

export type SampleHeic = {
  width?: number;
  height?: number;
  /** One colour all over in place of the four quarters. */
  colour?: string;
  /** The side of the tiles that it is put together from; by default it is one picture. */
  tile?: number;
  /** Of the picture as a whole, in their order. */
  properties?: Property[];
  /** As EXIF has it, which no reader is to go by. */
  exifOrientation?: number;
  /** A see-through corner. */
  alpha?: boolean;
  range?: 'full' | 'limited';
  matrix?: 'bt470bg' | 'bt709';
  /** Whether the coded picture says so itself. */
  saidByCodec?: boolean;
  pixelFormat?: 'yuv420p' | 'yuv422p10le' | 'yuv444p';
  /** The kind that the coded picture calls itself. */
  type?: string;
  /** The first one is what the file is for. */
  brands?: string[];
};

export type SampleClip = {
  seconds?: number;
  width?: number;
  height?: number;
  fps?: number;
  container?: 'mp4' | 'mov' | 'webm' | 'mkv' | 'avi' | 'gif' | 'webp' | 'apng';
  /** By default what the container usually holds. */
  codec?: 'h264' | 'hevc' | 'vp8' | 'vp9' | 'av1' | 'mpeg4' | 'mjpeg' | 'gif' | 'webp' | 'apng';
  /** A 440 Hz tone. */
  sound?: boolean;
  /** A second track of sound beside the first. */
  secondSound?: boolean;
  /** By default the sound is as long as the picture. */
  soundSeconds?: number;
  /** A still picture beside the sound, as music has (MP4). */
  cover?: boolean;
  /** A line of text that a player would show (MKV). */
  subtitles?: boolean;
  /** Degrees clockwise that a player turns the stored picture by. */
  rotation?: 0 | 90 | 180 | 270;
  /** `still`: a box moves before a still ground. `pan`: the ground slides. `zoom`: it grows. `cut`: another ground halfway. */
  camera?: 'still' | 'pan' | 'zoom' | 'cut';
  /** Width of a pixel by its height. */
  pixelAspect?: [number, number];
  /** The index before the data, as for the web (MP4 and MOV). */
  faststart?: boolean;
  /** How long the last picture stands; by default as long as the others. */
  lastSeconds?: number;
  /** Each picture is woven of two, the upper lines of the one before the lower lines of the other (H.264). */
  interlaced?: boolean;
  /** Only the middle third of each picture is there, the rest is see-through (VP8 and VP9 in WebM, APNG). */
  seeThrough?: boolean;
  /** Every fourth picture is missing, the others keep their times. */
  variableRate?: boolean;
  /** Begins with so many black pictures. */
  blackFrames?: number;
  /** Puts a place and a title into the metadata. */
  location?: boolean;
  pixelFormat?: 'yuv420p' | 'yuv444p';
  /** Leave the picture out: only a tone. */
  noPicture?: boolean;
};
