import { z } from 'zod';
import { isTimeZone } from '../src/core/limits/windows.ts';
import { accept } from '../src/core/refusals.ts';
import type { Setting } from '../src/core/settings/setting.ts';
import { wrong } from './reading.ts';

declare module '../src/core/settings/setting.ts' {
  interface Settings {
    /** In which days and months begin and end. */
    timeZone: string;
  }
}

export const timezone = {
  key: 'timeZone',
  name: 'timezone',
  options: [
    {
      name: 'zone',
      type: 'text',
      maxLength: 60,
      required: true,
      suggests: 'timezone',
      examples: ['Europe/Berlin', 'UTC'],
    },
  ],
  schema: z.string().refine(isTimeZone),
  preset: ({ timeZone }) => timeZone,
  // A Node of another age may not know a zone.
  harmless: true,
  read: ({ zone = '' }) =>
    isTimeZone(zone) ? accept(zone) : wrong('timezone', ['Europe/Berlin', 'America/New_York', 'UTC']),
  write: (zone) => ({ zone }),
  say: (zone) => zone,
} satisfies Setting<'timeZone'>;
