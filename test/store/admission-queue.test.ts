import { afterAll, describe } from 'vitest';
import { createAdmissionQueue } from '../../src/store/admission-queue.ts';
import { admissionQueueContract } from '../contracts/admission-queue.ts';
import { emptyQueue, memoryAdmissionQueue } from '../fakes/admission-queue.ts';
import { postgresOfFile } from '../postgres/open.ts';
import { bothDatabases } from './open.ts';

const postgres = postgresOfFile();
afterAll(() => postgres.close());

for (const { name, need, database } of bothDatabases(postgres))
  describe(`on ${name}`, need, () => {
    const make = async () => {
      const db = await database();
      return { open: (parts: Parameters<typeof createAdmissionQueue>[1]) => createAdmissionQueue(db, parts) };
    };
    admissionQueueContract('the admission queue', make, name === 'SQLite' ? 25 : 8);
  });

const inMemory = () => {
  const disk = emptyQueue();
  return { open: (parts: Parameters<typeof memoryAdmissionQueue>[0]) => memoryAdmissionQueue(parts, disk) };
};
admissionQueueContract('the admission queue in memory', inMemory, 60);
