/** What the coach keeps: what it has seen of files, and what became of what it foretold. */
import type { Locks } from '../locks.ts';
import type { Media } from '../media.ts';
import type { KeyValueStore } from '../ports.ts';
import { createLessons } from './lessons.ts';
import { createLooks } from './looks.ts';

export const createCoachRecords = (
  { looks, lessons }: { looks: Pick<KeyValueStore, 'get' | 'set'>; lessons: KeyValueStore },
  media: Pick<Media, 'lookAtPicture' | 'lookAtClip'>,
  locks: Locks,
) => ({
  looks: createLooks(media, looks),
  lessons: createLessons(lessons, locks),
});
