/** The store, with a point around each write. */
import { z } from 'zod';
import {
  createStore as create,
  createPostgresStore as createShared,
  type Store,
} from '../../../src/store/index.ts';
import { withConsents } from '../../fakes/consents.ts';
import { hooked } from './points.ts';

export * from '../../../src/store/index.ts';

const job = z.object({ state: z.string(), phase: z.object({ kind: z.string() }).optional() });

/** A job's save is told by what it saves. */
function stateOf(_method: string, [record]: readonly unknown[]): string {
  const { state, phase } = job.parse(record);
  return `(${phase ? `${state}, ${phase.kind}` : state})`;
}

const withPoints = (store: Store): Store => ({
  ...store,
  audit: withConsents(store.audit, Date),
  jobs: hooked(store.jobs, 'jobs', ['save'], stateOf),
  ledger: hooked(store.ledger, 'ledger', ['reserve', 'settle', 'suspend', 'release']),
  inbox: hooked(store.inbox, 'inbox', ['claim', 'note', 'done']),
  files: hooked(store.files, 'files', ['keep'], (_, [, mime]) => `(${mime})`),
  keyv: (namespace) => hooked(store.keyv(namespace), namespace, ['set', 'delete']),
});

export const createStore: typeof create = (...args) => withPoints(create(...args));
export const createPostgresStore: typeof createShared = async (...args) =>
  withPoints(await createShared(...args));
