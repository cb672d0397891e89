/** A mend as text: what the fields of a form say of it, and what stands in a button. */
import type { Choices } from '../job/wishes.ts';
import { partTexts, readParts } from './parts.ts';

/** Whatever a mend may change of a request. */
type Changed = Pick<
  Partial<Choices>,
  'trimFrom' | 'trimTo' | 'crop' | 'orientation' | 'model' | 'sound' | 'loop'
>;

/** `trim_from=0`, `trim_to=7`, `crop=0.1,0,0.4,1`, `orientation=image`, `sound=false` */
export function mendTexts({
  orientation,
  model,
  sound,
  loop,
  ...parts
}: Partial<Choices>): Record<string, string> {
  return {
    ...partTexts(parts),
    ...(orientation ? { orientation } : {}),
    ...(model ? { model } : {}),
    ...(sound === undefined ? {} : { sound: String(sound) }),
    ...(loop === undefined ? {} : { loop: String(loop) }),
  };
}

/** Undefined where nothing of it can be read: anybody can make one up. Whether it may be had is asked where it is priced. */
export function readMend(texts: Readonly<Record<string, string | undefined>>): Changed | undefined {
  const parts = readParts({ trim_from: texts.trim_from, trim_to: texts.trim_to, crop: texts.crop });
  const orientation = (['auto', 'video', 'image'] as const).find((one) => one === texts.orientation);
  const [sound, loop] = [switched(texts.sound), switched(texts.loop)];
  if (!parts.ok) return undefined;
  const read: Changed = {
    ...parts.value,
    ...(orientation ? { orientation } : {}),
    ...(texts.model ? { model: texts.model } : {}),
    ...(sound === undefined ? {} : { sound }),
    ...(loop === undefined ? {} : { loop }),
  };
  return Object.keys(read).length > 0 ? read : undefined;
}

const switched = (text: string | undefined): boolean | undefined =>
  text === 'true' ? true : text === 'false' ? false : undefined;
