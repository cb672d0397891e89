/** A method of the Bot API: what it takes and what it does. */
import type { z } from 'zod';
import { readParams } from './params.ts';
import type { Request, Sim } from './sim.ts';

export type Method = (sim: Sim, request: Request) => unknown;

export function method<S extends z.ZodType>(
  schema: S,
  run: (sim: Sim, params: z.output<S>, request: Request) => unknown,
): Method {
  return (sim, request) => run(sim, readParams(schema, request.call.params), request);
}
