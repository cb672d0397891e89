/** What the buttons of the settings panel do. */
import type { Core } from '../../../core/command.ts';
import type { Words } from '../../../words/index.ts';
import type { Press } from './records.ts';

type ButtonPress = { press: Press; words: Words; code: string; arg: string | undefined };
/** Answers what the member hears in the small window above the chat; nothing where the chat itself tells it. */
export type PressHandler = (pressed: ButtonPress, parts: { core: Core }) => Promise<string | undefined>;
