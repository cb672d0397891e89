/** Everybody who was found, described. */
import type { Picture } from '../../../puppet/picture.ts';
import type { Person } from '../../core/coach/look.ts';
import type { Everybody } from './everybody.ts';
import { describeFace, describePerson } from './person.ts';

/** The largest first. */
export function peopleOf({ bodies, loneFaces }: Everybody, picture: Picture): Person[] {
  return [
    ...bodies.map((body) => describePerson(body, picture)),
    ...loneFaces.map((face) => describeFace(face, picture)),
  ].sort((a, b) => b.share - a.share);
}
