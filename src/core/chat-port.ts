/** The edge of the core to the chats: where members talk to us, and where a finished video can be put. */

import type { Diagnosis } from './diagnosis.ts';
import type { Job, JobIn, Receipt, StoredVideo } from './job/job.ts';
import type { AskedOffer } from './library/cast-offer.ts';
import type { QuotaLine } from './limits/quota.ts';
import type { AuditEntry } from './settings/setting.ts';
import type { Case, Retracted } from './takedown/case.ts';

/** Where a chat is asked to put something: opaque JSON of its adapter, like `Requester.target`. */
export type Target = Job['requester']['target'];

/** Opens a file of ours to whoever has it, until then. */
export type SignedLink = { url: string; until: number };

/** The finished video in one of its forms. A smaller one brings the link to the original where there is one. */
export type Delivery = {
  /** Writes a JPEG of the video, no side longer than this, to a temporary file; undefined when none can be had. */
  poster(maxSide: number): Promise<string | undefined>;
} & (
  | { form: 'original'; video: StoredVideo; path: string }
  | { form: 'smaller'; video: StoredVideo; path: string; link?: SignedLink }
  | { form: 'link'; link: SignedLink }
);

/**
 * What came of one try to hand over a video. `too-large`: this form does not fit there, the next one may; `nowhere`:
 * every place where the chat could put it is closed, so the member must come for it.
 */
export type DeliveryOutcome =
  | { kind: 'delivered'; receipt: Receipt }
  | { kind: 'too-large'; maxBytes: number }
  | { kind: 'nowhere' };

/** What the admins of a space are told beside any job's own messages. */
export type Notice =
  /** So many per cent of a limit of the space are used or held. */
  | { kind: 'share'; percent: 50 | 80 | 100; line: QuotaLine }
  | { kind: 'changed'; entries: readonly AuditEntry[] }
  /** A member asks for one job past a limit, or for one cast. */
  | { kind: 'asked'; offer: AskedOffer }
  /** An admin said no to that. */
  | { kind: 'declined'; offer: AskedOffer }
  /** A video was reported; a reminder says that it still waits for a decision. Nobody learns by whom. */
  | { kind: 'reported'; about: Case; reminder: boolean }
  /** What only an operator can mend has begun, or is over: for operators, in private. */
  | { kind: 'alarm'; diagnosis: Diagnosis; over: boolean };

/** Where a notice goes: a channel of the space, where a member asked, or a member in private. */
export type NoticePlace = { channel: string } | { target: Target } | { member: string };

/** Where the platform's own server calls us; part of what the internet may open. */
export type ChatHook = {
  /** `/hooks/` and more: nothing else of ours is open there. */
  path: string;
  /** Whether the call comes from there, which its headers tell. */
  knows(headers: HookHeaders): boolean;
  /** Judges one call: what to answer it. */
  take(headers: HookHeaders, body: Buffer): Promise<HookReply>;
};

export type HookHeaders = Readonly<Record<string, string | undefined>>;
/** `json`: where the platform reads more than the status. */
export type HookReply = { status: number; json?: object };

/** A place where members talk to us. `show` and `deliver` may be called again after a crash. */
export type Chat = {
  platform: Job['requester']['platform'];
  /** Tells the member how the job stands; called on every change. A chat may merge and slow down what it shows. */
  show(job: Job): void;
  /** The largest file that can be posted where the answer goes, as far as is known now. */
  uploadLimitBytes(job: Job, to: Target): number | Promise<number>;
  /** Whether the bot can post in that channel of the space. */
  canPost?(spaceId: string, channel: string): Promise<boolean>;
  /** Tells something that no job's own messages tell. False when it can't be posted there. */
  post?(to: NoticePlace, spaceId: string, notice: Notice): Promise<boolean>;
  /** Those who run the space and may be told in private, by the core's ids. */
  adminsOf?(spaceId: string): Promise<readonly string[]>;
  /**
   * Takes back every message of ours that shows the job's video: deletes it, or takes the video out where it can't be
   * deleted. Safe to repeat. Throws passing trouble.
   */
  retract?(job: Job): Promise<Retracted>;
  /** Lets go of what the chat itself keeps of a job. */
  forget?(job: Job): Promise<void>;
  /** Lets go of what a member began and has not sent yet, with its files. */
  forgetMember?(memberId: string): Promise<void>;
  /** Walks through the places where the member can be reached, the best first. Throws passing trouble. */
  deliver(job: JobIn<'completed' | 'delivered'>, delivery: Delivery, to: Target): Promise<DeliveryOutcome>;
};
