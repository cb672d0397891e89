/** A job: one paid render, from the request to its end. A field that a state lacks cannot be read there. */
import type { Box, Span } from '../coach/look.ts';
import type { Micros } from '../price/money.ts';
import type { FailureCode } from '../refusals.ts';
import type { Attempt } from './attempt.ts';
import type { Hidden } from './hidden.ts';
import type { NamedFile, StoredVideo } from './stored-files.ts';
import type { Orientation, Quality, Scene, Speed } from './wishes.ts';

export type { Attempt } from './attempt.ts';
export { type Hidden, REPORT_REASONS, type ReportReason } from './hidden.ts';
export type { NamedFile, StoredFile, StoredVideo, WholePicture } from './stored-files.ts';

export {
  type Orientation,
  QUALITIES,
  type Quality,
  SCENES,
  type Scene,
  SPEEDS,
  type Speed,
} from './wishes.ts';

/** How people see that a video was made by a machine: words above it, or a plate in the picture as well. */
export const LABELS = ['caption', 'plate'] as const;
export type Label = (typeof LABELS)[number];
/** What can be asked for, the least first. `auto`: a plate where a real person could be meant. */
export const LABELLINGS = ['caption', 'auto', 'plate'] as const;
export type Labelling = (typeof LABELLINGS)[number];
/** What is handed out in the place of what the provider gave. `xmp`: it could not be signed. */
export type MarkedVideo = { video: StoredVideo; label: Label; marks: 'signed' | 'xmp' };

/** What a provider is asked to render. */
export type RenderRequest = {
  /** By its id in `models/registry.ts`; missing on records of before there were several, as is the picture's scene. */
  model?: string;
  scene?: Scene;
  /** Missing for the usual one. */
  speed?: Speed;
  quality: Quality;
  orientation: Orientation;
  sound: boolean;
  prompt?: string;
  negativePrompt?: string;
  /** Whole seconds that the price counts, DESIGN §7. */
  clipSeconds: number;
  /** What of the clip and of the picture its files were made of; missing: all of it. */
  stretch?: Span;
  crop?: Box;
};

/** The two files of a job after normalising, ready to go to a provider. */
export type Inputs = { image: NamedFile; clip: NamedFile & ClipShape };
/** Jobs of earlier versions have no sides. */
type ClipShape = { durationMs: number; width?: number; height?: number };

export type QuoteNote =
  | 'orientation-from-camera'
  | 'negative-prompt-ignored'
  | 'price-is-approximate'
  | 'price-from-table'
  /** It is counted by frames, and how many there will be is not known before. */
  | 'price-at-most'
  | 'prompt-ignored'
  | 'orientation-ignored'
  | 'sound-unsure'
  | 'trimmed'
  | 'looped'
  | 'no-cancel'
  | 'relaxed'
  | 'draft';
export const QUOTE_WARNINGS = ['no-person-in-image', 'no-person-in-clip', 'sound-unreadable'] as const;
export type QuoteWarning = (typeof QUOTE_WARNINGS)[number];

/** The price before. */
export type Quote = {
  provider: string;
  micros: Micros;
  seconds: number;
  notes: QuoteNote[];
  warnings: QuoteWarning[];
  /** What such a render usually takes; only of a relaxed one, and once that is known. */
  usualMs?: number;
};

/** The provider's own handle of a job: opaque JSON, read only by the provider that made it. */
export type Operation = { readonly [key: string]: string | number | boolean | null };

/** Where a provider says the finished video lies. */
export type ResultRef = { kind: 'url'; url: string } | { kind: 'file'; path: string };
/** As it is on record: where a file lies on some machine's disk is for its provider to say, whenever it is asked. */
export type SavedResult = { kind: 'url'; url: string } | { kind: 'file' };

/** Where each input lies for the provider: an address, or the key of a file of ours. */
export type UploadedFiles = { image: string; clip: string };

/** The page, and scripts that use its addresses, where the chats' names stand. */
export const PAGE = 'web';

/** The operator's own place: without other members, admins, or limits but the operator's budget. */
export const isOperatorsOwn = (platform: string): boolean => platform === PAGE;

/** Who asked and where to answer; `target` is opaque JSON of the chat's adapter. */
export type Requester = {
  /** The page, or a chat by the name that it has in records. */
  platform: string;
  spaceId: string;
  memberId: string;
  /** The channel or topic within the space, where limits may stand on it; and whether it is marked as for adults. */
  channelId?: string;
  forAdults?: boolean;
  /** The member's roles there, the highest first. */
  roles?: readonly string[];
  target: Record<string, unknown>;
};

export type JobBase = {
  /** Made from the chat's own event id, so that an event delivered twice makes one job. */
  id: string;
  /** The short name that members see. */
  code: string;
  requester: Requester;
  request: RenderRequest;
  inputs: Inputs;
  quote: Quote;
  attempts: Attempt[];
  createdAt: number;
  updatedAt: number;
  deadlineAt: number;
  hidden?: Hidden;
  /** The jobs that were asked for with it, itself among them, by their ids: one motion with several characters. */
  cast?: readonly string[];
  /** What the coach said of it, by its codes. */
  findings?: readonly string[];
  /** A provider could not get at its files, for free; it is tried anew, once. `operation`: of that first try, which is over. */
  unfetched?: { operation?: Operation };
  /** How often it had been saved when it was read, as the store counts; none where it never was. */
  rev?: number;
};

/** A job that a provider may be working on; and one that waits for room there, where its files lie already. */
type Submission = { provider: string; submittedAt: number };
/**
 * `uploaded`: where its files lay, where the provider can be asked for the job by them. `account`: which of the operator's
 * accounts it was sent by, where that decides what the provider knows. `firstSubmittedAt`: where it was sent again since.
 */
type Sent = Submission & { uploaded?: UploadedFiles; account?: string; firstSubmittedAt?: number };
export type WaitingForRoom = { provider: string; since: number } & UploadedFiles;
/** Its provider can't be reached, since then; it is tried again and again. */
type Unanswered = { provider: string; since: number };

/** Why a provider does not render what it was to: it said no, it can't be reached, or it wants more than is held. */
export const STOPS = ['refused', 'silent', 'dearer'] as const;
export type Stop = { provider: string; why: (typeof STOPS)[number] };
type AtProvider = Submission & {
  operation: Operation;
  cancelAskedAt?: number;
  /** A cancel was asked for and the provider did not answer: it may have heard. */
  cancelTriedAt?: number;
};
type Finished = AtProvider & {
  costMicros: Micros;
  /** As the provider gave it; nobody is handed this. */
  video: StoredVideo;
  completedAt: number;
  /** The same with its marks, kept so that it is made once. */
  marked?: MarkedVideo;
  /** The marked video made to fit where it is posted, kept so that it is made once. */
  smaller?: StoredVideo;
  /** What was tried to hand it over, the newest last. */
  rungs: DeliveryAttempt[];
};

/** The forms that a video can be handed over in. */
export const FORMS = ['original', 'smaller', 'link'] as const;
export type Form = (typeof FORMS)[number];

/** Making it smaller than so many bytes came to nothing so many times in a row; it is not tried before then. */
export type ShrinkAttempts = { maxBytes: number; tries: number; until: number };

/** One try to hand over the video: in what form, and what came of it. `nowhere`: every place is closed for now. */
export type DeliveryAttempt = {
  at: number;
  form: Form;
  outcome: 'delivered' | 'too-large' | 'nowhere' | 'failed';
};

/** What is known of a render under way, or of a finished one whose video is still on its way to our disk. */
export type RunningPhase =
  | { kind: 'rendering'; progress?: number }
  | { kind: 'fetching'; result: SavedResult; costMicros?: Micros; since: number };

export type Job = JobBase &
  /** `place`: others are served first, so many. */
  (
    | { state: 'created'; place?: number; full?: WaitingForRoom; unanswered?: Unanswered }
    /** Nobody has it, and nobody takes it for what is held. `instead`: who would, for more; the member says yes until then. */
    | { state: 'asking'; stop: Stop; instead: Quote; until: number }
    | ({ state: 'submitting'; full?: WaitingForRoom } & Sent)
    /** `candidate`: a handle that a webhook named, not believed before its status was read with our own key. */
    | ({ state: 'unknown'; candidate?: Operation } & Sent)
    | ({ state: 'queued'; position?: number } & AtProvider)
    | ({ state: 'running'; startedAt: number; phase: RunningPhase } & AtProvider)
    | ({ state: 'completed'; deliveryTries: number; unshrunk?: ShrinkAttempts } & Finished)
    | ({ state: 'delivered'; deliveredAt: number; receipt: Receipt } & Finished)
    | {
        state: 'failed';
        failure: FailureCode;
        provider?: string;
        costMicros: Micros;
        /** May still be billed: nobody knows. It is held against the operator's budget alone. */
        unsettledMicros?: Micros;
        endedAt: number;
      }
    /** `by`: the provider, of its own accord; else the member asked for it. */
    | { state: 'cancelled'; by?: 'provider'; provider?: string; costMicros: Micros; endedAt: number }
  );

/** What a chat answers once the member has the video: the place that worked, and what only the chat can read. */
export type Receipt = { rung: string; at: number; details?: Record<string, unknown> };

export type JobState = Job['state'];
export type JobIn<S extends JobState> = Extract<Job, { state: S }>;

/** Every legal move. A state that may follow itself is there because its fields change (position, progress, tries). */
export const MOVES = {
  created: ['created', 'asking', 'submitting', 'failed', 'cancelled'],
  // Never from a state in which a provider may have it.
  asking: ['asking', 'created', 'failed', 'cancelled'],
  submitting: ['created', 'queued', 'unknown'],
  unknown: ['unknown', 'submitting', 'queued', 'running', 'failed', 'cancelled'],
  // Back to `created` only from where nothing was made or billed (unfetched.ts).
  queued: ['queued', 'running', 'created', 'failed', 'cancelled'],
  running: ['running', 'completed', 'created', 'failed', 'cancelled'],
  completed: ['completed', 'delivered', 'failed'],
  delivered: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<JobState, readonly JobState[]>;

/** The states in which nothing is left to do. */
export const isOver = (job: Job): boolean => MOVES[job.state].length === 0;

/** Whether its provider took none of it for now, as it had no room; it is asked again until it has. */
export const waitsForRoom = (job: Job): boolean => 'full' in job && job.full !== undefined;

/** Who renders it, or will. */
export const rendererOf = (job: Job): string =>
  ('provider' in job ? job.provider : undefined) ?? job.quote.provider;

/** One thing that happened in a chat, and who did it. */
export type Event = { id: string; requester: Requester };
