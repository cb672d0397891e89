import { z } from 'zod';
import { LABELLINGS, type Labelling } from '../src/core/job/job.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { oneOf } from './reading.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** How people see that a video was made by a machine; the operator may ask for more. */
    label: Labelling;
  }
}

export const label = {
  key: 'label',
  name: 'label',
  options: [{ name: 'kind', type: 'choice', choices: LABELLINGS, required: true }],
  schema: z.enum(LABELLINGS),
  preset: () => 'auto',
  harmless: true,
  read: (texts) => oneOf('kind', LABELLINGS, texts),
  write: (kind) => ({ kind }),
  say: (kind, { t }) => t(`settings.label.${kind}`),
} satisfies Setting<'label'>;
