/** Whether a job was made of an event before. What was asked for once is made once, also where its job was deleted since. */
import type { Context } from '../context.ts';

type Records = Pick<Context, 'store' | 'ledger'>;

/** Its record is gone, and the ledger knows that it was there. What is held without a job was never made. */
export const isDeleted = async ({ store, ledger }: Records, id: string): Promise<boolean> =>
  (await store.get(id)) === undefined && (await ledger.ended([id])).length > 0;

export const wasMade = async (records: Records, id: string): Promise<boolean> =>
  (await records.store.get(id)) !== undefined || (await isDeleted(records, id));
