/** Everything that a member can say. A new command is a file beside this one and a line here. */
import type { Commands } from '../src/core/command.ts';
import { again } from './again.ts';
import { animate } from './animate.ts';
import { cancel } from './cancel.ts';
import { help } from './help.ts';
import { jobs } from './jobs.ts';
import { privacy } from './privacy.ts';
import { quota } from './quota.ts';
import { settings } from './settings.ts';
import { usage } from './usage.ts';

export const commands: Commands = {
  animate,
  again,
  jobs,
  cancel,
  quota,
  settings,
  usage,
  privacy,
  help,
};
