/**
 * Fetches members' files from Telegram. The address holds the bot's token, so it lives in this file alone and for one
 * request: nobody else sees it, and no error made here carries it.
 */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Readable } from 'node:stream';
import type { Api } from 'grammy';
import { request } from 'undici';
import { isDiskFull, MAX_UPLOAD_BYTES, type Upload } from '../../core/intake/uploads.ts';
import type { Files, KeyValueStore } from '../../core/ports.ts';
import { FILE_WITHIN_MS, fileAgent, keepUpTo } from '../download.ts';
import { isTrouble } from './api.ts';
import type { FileRef } from './media-of.ts';

/** Exactly as the server counts it (Client.h of tdlib/telegram-bot-api, read 2026-11-21), and as people are told it. */
const CLOUD_MAX_BYTES = { exactly: 20 << 20, told: 20_000_000 };

const CONNECTIONS = 8;
const LOCAL_KEY = 'local-server';

export type FileRole = keyof typeof MAX_UPLOAD_BYTES;

/**
 * `too-large`: over what Telegram gives out, or over what is taken at all. `gone`: Telegram has it no more.
 * `disk-full`: ours has no room for it. Passing trouble is thrown, as DownloadFailed or TelegramTrouble.
 */
type DownloadResult =
  | { kind: 'here'; upload: Upload & AsyncDisposable }
  | { kind: 'too-large'; maxBytes: number }
  | { kind: 'gone' }
  | { kind: 'disk-full' };

export type Downloads = {
  /** The limit that a file of this size breaks, where that can be known without asking for it. */
  tooLarge(file: FileRef, what: FileRole): number | undefined;
  fetch(file: FileRef, what: FileRole, signal: AbortSignal): Promise<DownloadResult>;
  /** Whether the server is one of the operator's own, as far as is known. */
  isLocal(): boolean;
  stop(): Promise<void>;
};

/** A network that broke; a retry helps. It names what happened by its code alone. */
export class DownloadFailed extends Error {
  override name = 'DownloadFailed';
  constructor(code: string) {
    super(`a file could not be fetched from Telegram: ${code}`);
  }
}

export type DownloadParts = {
  api: Api;
  token: string;
  apiUrl: string;
  files: Files;
  kv: KeyValueStore;
  /** One file, both tries together. */
  withinMs?: number;
};

export async function createDownloads({
  api,
  token,
  apiUrl,
  files,
  kv,
  withinMs = FILE_WITHIN_MS,
}: DownloadParts): Promise<Downloads> {
  const agent = fileAgent(CONNECTIONS);
  const official = new URL(apiUrl).hostname === 'api.telegram.org';
  /** Whether the server is a local one: it tells by giving paths of its own disk. Undefined until it has told. */
  let local = official ? false : await kv.get<boolean>(LOCAL_KEY);

  const maxBytesOf = (what: FileRole): number => (local ? MAX_UPLOAD_BYTES[what] : CLOUD_MAX_BYTES.exactly);
  const toldBytesOf = (what: FileRole): number => (local ? MAX_UPLOAD_BYTES[what] : CLOUD_MAX_BYTES.told);

  function tooLarge({ bytes = 0 }: FileRef, what: FileRole): number | undefined {
    // Who may be a local server is asked first.
    const max = local === undefined ? MAX_UPLOAD_BYTES[what] : maxBytesOf(what);
    return bytes > max ? toldBytesOf(what) : undefined;
  }

  async function learn(path: string): Promise<void> {
    const told = isAbsolute(path);
    if (official || told === local) return;
    local = told;
    await kv.set(LOCAL_KEY, told);
  }

  /** Where it lies now; undefined when Telegram won't say. */
  async function locate(file: FileRef): Promise<string | 'too-large' | undefined> {
    try {
      const { file_path } = await api.getFile(file.fileId);
      if (file_path !== undefined) await learn(file_path);
      return file_path;
    } catch (error) {
      if (isTrouble(error, 'too-large')) return 'too-large';
      if (isTrouble(error, 'bad-request', 'gone')) return undefined;
      throw error;
    }
  }

  /** The bytes; `expired` when the path leads nowhere any more. */
  async function open(path: string, signal: AbortSignal): Promise<Readable | 'expired'> {
    if (local) return (await stat(path).catch(() => undefined)) ? createReadStream(path) : 'expired';
    const url = `${apiUrl}/file/bot${token}/${path.split('/').map(encodeURIComponent).join('/')}`;
    const { statusCode, body } = await request(url, { dispatcher: agent, signal });
    if (statusCode === 200) return body;
    await body.dump();
    if (statusCode === 404 || statusCode === 400 || statusCode === 410) return 'expired';
    throw new DownloadFailed(`HTTP ${statusCode}`);
  }

  async function fetch(file: FileRef, what: FileRole, signal: AbortSignal): Promise<DownloadResult> {
    const known = tooLarge(file, what);
    if (known !== undefined) return { kind: 'too-large', maxBytes: known };
    if (!(await files.hasRoom())) return { kind: 'disk-full' };
    // A path lives for an hour, and may have been given out before: it is asked for a second time.
    for (let tries = 0; tries < 2; tries += 1) {
      const path = await locate(file);
      if (path === 'too-large') return { kind: 'too-large', maxBytes: toldBytesOf(what) };
      if (path === undefined) return { kind: 'gone' };
      const body = await open(path, signal);
      if (body === 'expired') continue;
      const kept = await keepUpTo(maxBytesOf(what), body, files, signal);
      if (kept === 'too-large') return { kind: 'too-large', maxBytes: toldBytesOf(what) };
      return { kind: 'here', upload: file.name === undefined ? kept : { ...kept, name: file.name } };
    }
    return { kind: 'gone' };
  }

  return {
    tooLarge,
    async fetch(file, what, signal) {
      try {
        return await fetch(file, what, AbortSignal.any([signal, AbortSignal.timeout(withinMs)]));
      } catch (error) {
        if (isDiskFull(error)) return { kind: 'disk-full' };
        if (error instanceof DownloadFailed || isTrouble(error)) throw error;
        // Whatever the network's own error says, it may say it of the address.
        throw new DownloadFailed(codeOf(error));
      }
    },
    isLocal: () => local === true,
    stop: () => agent.destroy(),
  };
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no answer';
}
