import { createLocks } from '../../src/core/locks.ts';
import { locksContract } from '../contracts/locks.ts';

locksContract('the locks of a single process', async () => [createLocks()]);
