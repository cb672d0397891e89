/** How a job stands, from what Runware says of its task. */
import type { ProviderStatus } from '../../core/ports.ts';
import { microsFromUsd } from '../../core/price/money.ts';
import type { Reading } from '../doubts.ts';
import { unfetchedIn } from '../failures.ts';
import { NoClearAnswer } from '../http.ts';
import { lost } from '../queue-api.ts';
import { failureOf, isOfTheQuestion, isTwin, isUnknownTask } from './account.ts';
import { type Problem, problemIn, type Row, type RunwareOperation, type Said } from './wire.ts';

/**
 * Undefined where nothing is said of it: that is so of a task that it is working on as of one that it does not know.
 * Throws NoClearAnswer while a video that is paid for may still show up.
 */
export function outcomeOf({ rows, problems }: Said, job: RunwareOperation): Reading | undefined {
  const [row] = rows.toSorted((a, b) => Number(isVideo(b)) - Number(isVideo(a)));
  if (row && (row.videoURL || row.status !== undefined)) return ofRow(row, job);
  // A twin's refusal says that there is a first, and no more.
  const problem = problems.find((one) => !isTwin(one) && !isUnknownTask(one) && !isOfTheQuestion(one));
  if (problem) return ofProblem(problem);
  return row ? { state: 'queued' } : undefined;
}

const isVideo = ({ videoURL }: Row): boolean => videoURL !== undefined;

function ofRow({ status, progress, videoURL: url, cost, error }: Row, job: RunwareOperation): Reading {
  const costMicros = cost === undefined ? undefined : microsFromUsd(cost);
  if (url)
    return {
      state: 'completed',
      result: { kind: 'url', url },
      ...(costMicros === undefined ? {} : { costMicros }),
    };
  switch (status) {
    case 'pending':
    case 'queued':
      return { state: 'queued' };
    case 'processing':
      return { state: 'running', ...(progress === undefined ? {} : { progress: progress / 100 }) };
    case 'success': {
      const says = 'Runware says success, and names no video';
      return { doubt: 'may-pass', says, end: lost(job, costMicros) };
    }
    case 'error':
      return failed(problemIn(error), costMicros);
    default: {
      const says = 'Runware answers with a state that is not known';
      if (!error) throw new NoClearAnswer(says);
      return { doubt: 'unfamiliar', says, end: failed(problemIn(error), costMicros) };
    }
  }
}

function ofProblem(problem: Problem): Reading {
  const says = 'Runware says that something is wrong, with the task or with our asking for it';
  const end = failed(problem);
  return problem.taskType === 'videoInference' ? end : { doubt: 'unfamiliar', says, end };
}

/** That a failure is free is said by nobody but users: without a bill in the answer nobody knows. */
const failed = (problem: Problem, costMicros?: number) =>
  ({
    state: 'failed',
    failure: failureOf(problem),
    ...(costMicros === undefined ? {} : { costMicros }),
    ...unfetchedIn([problem.code, problem.message], costMicros === 0),
  }) satisfies ProviderStatus;
