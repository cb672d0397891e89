import type { Clock } from '../../src/core/ports.ts';
import type { AuditLog, AuditRecordOf } from '../../src/core/trust/audit.ts';
import { CONSENT_WORDS_VERSION } from '../../src/core/trust/consent.ts';
import { createAuditLog } from '../../src/store/audit.ts';
import { openDatabase } from '../../src/store/sqlite.ts';

const given = (by: string, atMs: number): AuditRecordOf<'consent-given'> => ({
  kind: 'consent-given',
  atMs,
  spaceId: 'web',
  by,
  answer: 'self',
  wordsVersion: CONSENT_WORDS_VERSION,
  language: 'en',
  provider: 'paid',
});

/** As if everybody had said whom their pictures show: most tests are about what comes after. */
export const withConsents = (log: AuditLog, clock: Clock): AuditLog => ({
  ...log,
  async last(kind, by, only) {
    const found = await log.last(kind, by, only);
    // The only kind that anybody is said to have: whoever asks for it gets one of it.
    return found ?? (kind === 'consent-given' ? Object(given(by, clock.now())) : undefined);
  },
});

/** The same for members of a bot that runs, or is yet to run, on that folder. */
export async function consented(dataDir: string, ...members: string[]): Promise<void> {
  const db = openDatabase(dataDir);
  try {
    const log = createAuditLog(db, () => []);
    for (const member of members) await log.append(given(member, Date.now()));
  } finally {
    db.close();
  }
}
