// @ts-check
/** Where on the page a refusal belongs, and the one-click remedy where there is one. */

/** @import { Problem } from './contract.ts' */

/**
 * The code says which file a refusal is about; `what` says it where one code serves both.
 * @param {Pick<Problem, 'code' | 'what' | 'kind'>} problem
 * @returns {'image' | 'clip' | 'quote'}
 */
export function placeOf({ code, what, kind }) {
  if (what === 'image' || what === 'clip') return what;
  if (code === 'no-such-item') return kind === 'character' ? 'image' : 'clip';
  if (/^(missing-image|not-an-image|image-)/.test(code)) return 'image';
  if (/^(missing-clip|not-a-video|clip-|no-picture-in-clip)/.test(code)) return 'clip';
  return 'quote';
}

/**
 * How many seconds trimming would keep, when that would help; undefined when it would not.
 * @param {Problem} problem
 * @param {string} orientation as chosen
 */
export function trimHelps(problem, orientation) {
  if (problem.code !== 'clip-too-long' || problem.canTrim === false) return undefined;
  return problem.maxSeconds ?? (orientation === 'image' ? 10 : 30);
}

/**
 * How long repeating would make a clip that is too short; undefined when it would not help.
 * @param {Problem} problem
 */
export function loopHelps(problem) {
  if (problem.code !== 'clip-too-short' || problem.canLoop === false) return undefined;
  return problem.minSeconds ?? 3;
}
