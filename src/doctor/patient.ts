/** What is examined: the settings, and what there is of the bot by now. */
import type { Config } from '../config.ts';
import type { Diagnosis } from '../core/diagnosis.ts';
import type { Component } from '../core/health.ts';
import type { FoundRecords } from '../store/to-read.ts';

export type Patient = {
  config: Config;
  env: NodeJS.ProcessEnv;
  /** Where `.env` is, if it is there. */
  envFile: string;
  version: string;
  /** Opened when the first check asks; rejects where they can't be read. */
  records(): Promise<FoundRecords>;
  /** Records of jobs that could not be read so far. */
  unreadable(): number;
  /** Whether a bot works on this DATA_DIR: then its updates are its own, and its port is not free. */
  isRunning: boolean;
  /** What the running bot says of its parts; undefined where there is none, or it does not answer. */
  parts: readonly Component[] | undefined;
  /** How long it is listened whether another program has a chat as well. */
  listenMs: number;
  /** What signs links. Undefined before the first start. */
  secretKey: string | undefined;
  /** Fires when nobody waits for the look any more. */
  signal: AbortSignal;
};

/** One look at one part. What it throws is told as such; it is given up after a while. */
export type Check = { name: string; look(patient: Patient): Promise<readonly Diagnosis[]> };
