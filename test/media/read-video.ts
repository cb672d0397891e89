/** Reads videos back for the tests, in a process of their own. */
import { inChild } from '../in-child.ts';
import type * as reader from './children/read-video.ts';

const READER = new URL('./children/read-video.ts', import.meta.url);

/** The same functions; what they answer crosses a process border as it is. */
const remote =
  <Name extends keyof typeof reader>(name: Name) =>
  (path: string) =>
    inChild(READER, name, [path]) as ReturnType<(typeof reader)[Name]>;

export const readFrames = remote('readFrames');
export const readSound = remote('readSound');
export const readShape = remote('readShape');
export const readBoxes = remote('readBoxes');
export const readTags = remote('readTags');
