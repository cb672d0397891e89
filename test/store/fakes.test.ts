import { jobStoreContract } from '../contracts/job-store.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { memoryJobStore, memoryLedger } from '../fakes/store.ts';

jobStoreContract('the job store in memory', memoryJobStore);
ledgerContract('the ledger in memory', memoryLedger);
