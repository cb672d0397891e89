/** A clock that its owner can set: by so much it is off from now on. */
let offMs = 0;

const truly = Date.now;
Date.now = () => truly() + offMs;

export function setOff(ms: number): void {
  offMs = ms;
}
