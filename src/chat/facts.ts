/** What a page may need to know about the place where it is shown: names, links, what is offered there. */
import type { Core } from '../core/command.ts';
import type { Job } from '../core/job/job.ts';
import type { Naming } from '../core/settings/setting.ts';
import type { WordKey } from '../words/index.ts';
import type { Sheets } from './coach.ts';
import type { Page } from './page.ts';
import type { DrawPreviews } from './previews.ts';
import type { Panel } from './settings-panel.ts';

export type Facts = {
  naming: Naming;
  /** An address that leads to what a job's messages are; undefined where none does. */
  linkTo(job: Job): string | undefined;
  /** So many things with a line each have room. */
  room: number;
  /** How a command is written there. */
  typed(command: string, option: string, value: string): string;
  /** The commands that whoever asks is offered. */
  offered: readonly string[];
  /** How a job is started there. */
  ways: readonly WordKey[];
  /** There are admins who can be asked. */
  hasAdmins: boolean;
  /** What a button must say of the place where a job was asked for, where an admin may press it somewhere else. */
  placeOf?(target: Job['requester']['target']): string | undefined;
  /** How `/settings` looks there. */
  panel: Panel;
  /** Draws a report. */
  chart: Core['reports']['chart'];
  /** Draws what the coach saw; missing where no picture can be shown. */
  sheets?: Sheets;
  /** Draws previews of library items; missing where no picture can be shown. */
  drawPreviews?: DrawPreviews;
};

/** Writes a page with the facts of a place; it may be written twice, as names and links are looked up in between. */
export type Draw = (write: (facts: Facts) => Page) => Promise<Page>;
