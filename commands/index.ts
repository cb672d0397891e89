/** Everything that a member can say. A new command is a file beside this one, a line here and its texts. */
import { again } from './again.ts';
import { animate } from './animate.ts';
import { cancel } from './cancel.ts';
import { check } from './check.ts';
import { help } from './help.ts';
import { jobs } from './jobs.ts';
import { character, motion } from './library.ts';
import { optout } from './optout.ts';
import { privacy } from './privacy.ts';
import { quota } from './quota.ts';
import { report } from './report.ts';
import { sample } from './sample.ts';
import { settings } from './settings.ts';
import { status } from './status.ts';
import { usage } from './usage.ts';
import { verify } from './verify.ts';

export const commands = {
  animate,
  again,
  sample,
  jobs,
  cancel,
  check,
  motion,
  character,
  verify,
  report,
  quota,
  status,
  settings,
  usage,
  privacy,
  optout,
  help,
};

export type Commands = Readonly<typeof commands>;
