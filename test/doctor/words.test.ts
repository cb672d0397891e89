import { describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createHealth } from '../../src/core/health.ts';
import { ownWords } from '../../src/core/own-words.ts';
import { createInside } from '../../src/doctor/from-inside.ts';
import type { Patient } from '../../src/doctor/patient.ts';
import { inspect } from '../../src/doctor/providers.ts';
import { database } from '../../src/doctor/records.ts';
import { NoClearAnswer } from '../../src/providers/http.ts';
import { StoreUnreachable } from '../../src/store/errors.ts';
import { createStore, type Store } from '../../src/store/index.ts';
import { freePort } from '../e2e/free-port.ts';
import { freshFolder } from '../fakes/folder.ts';

const SECRET = 'fal-key-that-nobody-may-see';
/** As a library throws it, with whatever it was working on. */
const foreign = (more: object = {}) =>
  Object.assign(new Error(`connect failed: https://me:${SECRET}@host/secret-path`), more);

describe('what is told of an error', () => {
  it('are our own words, and of what others wrote no more than its code', () => {
    expect(ownWords(new StoreUnreachable('the database can not be reached.'))).toBe(
      'the database can not be reached',
    );
    expect(ownWords(new NoClearAnswer('GET api.fal.ai: ECONNRESET'))).toBe('GET api.fal.ai: ECONNRESET');
    expect(ownWords(foreign({ code: 'ECONNREFUSED' }))).toBe('it failed (ECONNREFUSED)');
    expect(ownWords(foreign())).toBe('it failed (Error)');
    expect(ownWords(foreign({ code: `of ${SECRET}` }))).toBe('it failed (Error)');
    expect(ownWords(SECRET)).toBe('it failed');
  });

  it('is so of a provider, and of the database', async () => {
    const provider = {
      id: 'fal',
      capabilities: { offers: [] },
      check: () => Promise.reject(foreign({ code: 'EPROTO' })),
    };
    const signal = new AbortController().signal;
    const [one] = await inspect({ provider: provider as never }, () => undefined, signal);
    expect(one).toMatchObject({ code: 'provider-unreachable', what: expect.stringContaining('(EPROTO)') });
    const patient = { records: () => Promise.reject(foreign({ code: 'ERR_SQLITE_ERROR' })) };
    const [two] = await database.look(patient as unknown as Patient);
    expect(two).toMatchObject({ code: 'database-unreadable', what: expect.stringContaining('SQLITE') });
    expect(JSON.stringify([one, two])).not.toMatch(/secret-path|fal-key/);
  });
});

describe('what the running bot tells of itself', () => {
  it('has no secret in it, on the page and to the operators in private', async () => {
    vi.stubEnv('FAL_KEY', SECRET);
    const DATA_DIR = freshFolder();
    const store: Store = createStore(DATA_DIR, () => {});
    const health = createHealth(() => {});
    health.set('queues', { state: 'degraded', reason: `it says ${SECRET}` });
    health.set('fal', { state: 'degraded', reason: `not with ${SECRET}`, trouble: 'bad-key' });
    const secretKey = 'the-key-that-signs-links';
    health.set('discord', {
      state: 'degraded',
      reason: 'x',
      finding: { code: 'x', level: 'broken', what: secretKey, why: SECRET, nextStep: SECRET },
    });
    const inside = createInside({
      config: readConfig({ DATA_DIR, PORT: String(await freePort()) }),
      store,
      unreadable: () => 0,
      health,
      providerHealth: { since: () => ({ ended: 0, failed: 0 }) },
      hosted: [],
      secretKey,
    });
    const urgent = await inside.urgent();
    const { found } = await inside.examine();
    await store.close();
    expect(urgent.map(({ code }) => code)).toEqual(expect.arrayContaining(['provider-key-refused', 'x']));
    expect(found.map(({ code }) => code)).toEqual(expect.arrayContaining(['part-troubled', 'x']));
    const all = JSON.stringify([urgent, found]);
    expect(all).toContain('[hidden]');
    // By its name, not by its id.
    expect(all).toContain('In trouble: The queues of steps (');
    for (const secret of [SECRET, secretKey]) expect(all).not.toContain(secret);
  });
});
