/** What a chat must be able to do with what its members press. What comes of it is said once, in actions.ts. */
import type { Commands } from '../../commands/index.ts';
import type { Target } from '../core/chat-port.ts';
import type { Core } from '../core/command.ts';
import type { Job } from '../core/job/job.ts';
import type { Caller } from '../core/limits/access.ts';
import type { Files } from '../core/ports.ts';
import type { Outcome } from '../core/refusals.ts';
import type { Texts } from '../core/settings/setting.ts';
import type { Words } from '../words/index.ts';
import type { Draw } from './facts.ts';
import type { Action, Page } from './page.ts';
import type { Request, Requests } from './requests.ts';
import type { Panel } from './settings-panel.ts';

/** One press of a button: what it asks for, who pressed, and where. */
export type Press = Action & {
  id: string;
  words: Words;
  /** What was chosen in a menu, or filled in a form, with ids as the core has them. */
  picked?: readonly string[] | undefined;
  filled?: Texts | undefined;
  /** It was begun before and broke off: what it does may have been done already. */
  again: boolean;
  /** Tries it as whoever this member may be there: some chats tell only on request who is an admin. */
  as<T>(attempt: (caller: Caller) => Promise<Outcome<T>>): Promise<Outcome<T>>;
  /** As an admin of the space that the button is about, who is one at this very moment. */
  asAdmin<T>(attempt: (caller: Caller) => Promise<Outcome<T>>): Promise<Outcome<T>>;
  /** Where a video goes that is asked for by this press, and whether that reaches whoever asked for the job. */
  where(job: Job, caller: Caller): { to: Target; reached: boolean };
  /** Nobody else sees the message that was pressed. */
  alone: boolean;
  /** Whoever pressed, as the chat writes their name. */
  name(): Promise<string>;
  /** What leads back to the pressed message, where a button can be trusted with it. */
  mark?: string;
};

/** What became of something that was said. */
export type TellOutcome = 'done' | 'too-large' | 'nowhere';

/** What the answer to a press can be. Throws only what another try may mend. */
export type Face = {
  /** In the place of the message that was pressed. */
  instead(page: Page): Promise<void>;
  /** In its place too, but only where nobody can have made the button up: its matter is over. */
  over(page: Page): Promise<void>;
  /** Whether what is said aside is seen by nobody else, whatever it is. */
  alone: boolean;
  /** For the one who pressed alone, where the chat can. */
  aside(page: Page): Promise<TellOutcome>;
  /** To the one who pressed alone, whatever it takes; where that can't be, `otherwise` says where to go for it. */
  confide(page: Page, otherwise: Page): Promise<void>;
  /** In passing, where the chat has room for it and the job's own message is not the one that was pressed. */
  inPassing(page: Page, job: Job): Promise<void>;
  /** A question. One about a job stands beside its message. */
  ask(page: Page, about?: Job): Promise<void>;
  /** The pressed message tells from now on how the job stands. */
  become(job: Job): Promise<void>;
  /** The message that has waited for an admin does. */
  becomeAt(place: Request['place'], job: Job): Promise<void>;
  /** Where the pressed message stands, to come back to it for whoever asked there. */
  here(target: Target): Request['place'];
  /** A press may open the way to messages that had become closed to us: those of whoever asked there. */
  reopen(target: Target): Promise<void>;
  /** Takes the job's messages away. False where one stays; undefined where this is no question about that job. */
  removeMessages(job: Job): Promise<boolean | undefined>;
  /** Takes the pressed question away. */
  removeQuestion(): Promise<void>;
  /** Tells a member on their own message that an admin said no. */
  tellDeclined(code: string): Promise<void>;
  draw: Draw;
  panel: Panel;
  /** The largest file that can be sent to whoever pressed. */
  maxBytes: number;
};

export type Tools = {
  core: Core;
  commands: Commands;
  requests: Requests;
  files: Pick<Files, 'temp' | 'hasRoom'>;
};
export type ActionHandler = (press: Press, face: Face, tools: Tools) => Promise<void>;
