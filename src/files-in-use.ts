/** Which files must stay, of this process and of others on the same records, and where providers have copies of them. */
import { randomUUID } from 'node:crypto';
import { namesFile } from './chats.ts';
import type { Config } from './config.ts';
import { ownClaims, sharedClaims } from './core/intake/file-claims.ts';
import { createFileUse, type FileUse } from './core/intake/file-use.ts';
import { filesNeededMs } from './core/job/due.ts';
import { createProviderCopies, type ProviderCopies } from './core/job/provider-copies.ts';
import type { Clock, KeyValueStore, Log } from './core/ports.ts';
import { jobDeadlineMsFrom } from './rules.ts';
import type { Store } from './store/index.ts';

/** `offers`, `savings`: what waits there for a yes has files as well. */
export function filesInUse(
  config: Config,
  store: Store,
  { offers, savings, clock, log }: { offers: KeyValueStore; savings: KeyValueStore; clock: Clock; log: Log },
): { fileUse: FileUse; providerCopies: ProviderCopies } {
  const providerCopies = createProviderCopies({
    kv: store.keyv('provider-copies'),
    clock,
    neededMs: filesNeededMs({ jobDeadlineMs: jobDeadlineMsFrom(config) }),
    log,
  });
  const fileUse = createFileUse({
    files: store.files,
    records: namesFile(store, { offers, savings }),
    claims: store.filesAreShared ? sharedClaims(store.keyv('file-claims'), randomUUID()) : ownClaims(),
    copies: providerCopies,
    log,
  });
  return { fileUse, providerCopies };
}
