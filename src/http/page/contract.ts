/** What the page and the API say to each other: types only, read by the page's JSDoc and never sent to a browser. */
import type { FindingView, LookView } from './coach-contract.ts';
import type { ProcessView, QueueView } from './processes-contract.ts';

/** A thing said about a price: `code` is for scripts, `message` for people. */
export type Remark = { code: string; message: string };

export type QuoteView = {
  usd: number;
  /** The price as a person reads it: "$0.28" or "free". */
  price: string;
  /** Whole seconds that the price counts. */
  seconds: number;
  provider: string;
  quality: string;
  orientation: string;
  notes: Remark[];
  warnings: Remark[];
};

/** Whom the picture shows must be said: one of the answers, as `consent`. `lines`: what that means, and where it goes. */
export type ConsentView = { why: string; answers: string[]; lines: string[] };

/** `consent`: it will be asked. `look`: missing where the files could not be looked at in time. */
export type PriceView = {
  quote: QuoteView;
  consent?: ConsentView;
  findings: FindingView[];
  look?: LookView;
};

type JobStateName =
  | 'created'
  | 'asking'
  | 'submitting'
  | 'unknown'
  | 'queued'
  | 'running'
  | 'completed'
  | 'delivered'
  | 'failed'
  | 'cancelled';

export type JobView = {
  id: string;
  code: string;
  state: JobStateName;
  phase?: 'rendering' | 'fetching';
  /** 0 to 1. */
  progress?: number;
  /** 1 is next. */
  position?: number;
  etaSeconds?: number;
  quote: QuoteView;
  costUsd?: number;
  /** As a person reads it. */
  cost?: string;
  provider?: string;
  failure?: Remark;
  request: {
    model: string;
    scene?: string;
    speed?: string;
    quality: string;
    orientation: string;
    sound: boolean;
    prompt?: string;
  };
  seconds: number;
  /** Epoch milliseconds. */
  createdAt: number;
  updatedAt: number;
  endedAt?: number;
  tookSeconds?: number;
  /** It was reported: nobody is given its video. */
  hidden?: boolean;
  cancellable: boolean;
  /** What has to stand with the video wherever it is shown, once there is one: "AI-generated motion transfer · K7QX2M". */
  label?: string;
  /** One sentence about the state. */
  message: string;
  /** Only a dearer offer is left, and nothing is sent before a yes: `links.goOn` of the page's own jobs. `links.cancel` is the no. */
  question?: { provider: string; usd: number; price: string; until: number };
  links: {
    self: string;
    events: string;
    cancel: string;
    again: string;
    goOn?: string;
    video?: string;
    poster?: string;
    image?: string;
  };
};

/** Whether a video is from here, and which job's it is or looks like. */
export type VerdictView = {
  kind: 'unchanged' | 'changed' | 'likely' | 'not-ours';
  code?: string;
  /** The member's id. Only the operator reads this page. */
  madeBy?: string;
  message: string;
};

/** The newest jobs first. `more`: there are older ones, which a larger `limit` brings. */
export type JobsView = { jobs: JobView[]; more: boolean };

/** A reported video. `decideBy`: when somebody should have decided. */
export type CaseView = {
  code: string;
  reason: string;
  since: number;
  decideBy: number;
  reports: number;
  state: 'open' | 'restored' | 'removed';
  hidden: boolean;
  locked: boolean;
  space: string;
  asker: string;
  banned: boolean;
  /** What became of the bot's own messages with it. */
  messages: { deleted: number; emptied: number; left: number };
  /** What to do about one that may show a minor. */
  advice?: string;
};

/** What somebody outside wrote; only the operator reads it. */
export type StatementView = {
  id: string;
  at: number;
  reason: string;
  where: string;
  what: string;
  name: string;
  contact: string;
  codes: string[];
};

export type ReportsView = { cases: CaseView[]; statements: StatementView[] };

/** How a provider does lately, by the last jobs that it was given. */
export type ProviderStatsView = {
  delivered: number;
  failed: number;
  cancelled: number;
  p50Seconds?: number;
  p90Seconds?: number;
  /** As a person reads it: "$0.07". */
  pricePerSecond?: string;
  lastFailure?: Remark & { at: number };
};

export type ComponentView = {
  name: string;
  state: 'ok' | 'degraded' | 'off';
  reason?: string;
  /** What it is called, of hosted providers and chats. */
  label?: string;
  /** Only of hosted providers, with the setting that turns it on. */
  kind?: 'provider';
  setting?: string;
  /** Only of providers that had jobs. */
  weather?: ProviderStatsView;
};

/** A model that can be chosen; the one that is taken by itself comes first. */
export type ModelView = {
  id: string;
  name: string;
  /** Of those that cost something. */
  qualities: string[];
  scenes: string[];
  /** Others can be let go first, which takes longer. */
  relaxed: boolean;
  /** What a second costs at least, as a person reads it; missing while nobody takes jobs for it. */
  pricePerSecond?: string;
  /** Each a few words, for people: price, usual time, abilities. */
  facts: string[];
  /** What makes a good pair for it. */
  pair?: string;
  understands: { orientation: boolean; prompt: boolean; negativePrompt: boolean; sound: boolean };
};

export type StatusView = {
  version: string;
  qualities: string[];
  defaultQuality: string;
  /** Empty where there is no choice. */
  models: ModelView[];
  /** The largest upload of each kind, in bytes. */
  limits: { imageBytes: number; clipBytes: number };
  components: ComponentView[];
  /** By the chat's name, where its bot can be added to a server or a group. */
  links?: Record<string, string>;
  /** Where several processes share the work, in the order of their starts. */
  processes?: ProcessView[];
  queues?: QueueView[];
};

/** RFC 9457. The fields after `code` are there for the refusals that carry them. */
export type Problem = {
  type?: string;
  title?: string;
  status: number;
  detail: string;
  code: string;
  what?: string;
  /** Of the library: a motion, or a character. */
  kind?: string;
  /** Of a price that rose. */
  micros?: number;
  maxSeconds?: number;
  canTrim?: boolean;
  minSeconds?: number;
  canLoop?: boolean;
  consent?: ConsentView;
};
