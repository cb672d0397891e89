/** What the role of STORE_URL must be allowed, said to the operator where it is not. */
import { StoreForbidden } from './errors.ts';
import { isForbidden } from './postgres-errors.ts';

type Ask = (text: string) => Promise<unknown[]>;

const NAMES = `SELECT format('%I', current_user) AS role, format('%I', current_schema()) AS schema,
  format('%I', current_database()) AS database`;

/**
 * In the place of an error at a start, where it is that the role may not make something: `steps` is the schema of the
 * queues, or else it is our own tables. Any other error is left as it is.
 */
export async function orForbidden(error: unknown, ask: Ask, steps?: string): Promise<unknown> {
  if (!isForbidden(error)) return error;
  const [found] = await ask(NAMES).catch(() => []);
  if (found === undefined) return error;
  const { role, schema, database } = Object(found);
  const words =
    steps === undefined
      ? `may not make its tables there. As the owner of the database: GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role};`
      : `may not make the schema of its queues. As the owner of the database: CREATE SCHEMA ${steps} AUTHORIZATION ${role}; or GRANT CREATE ON DATABASE ${database} TO ${role};`;
  return new StoreForbidden(`PostgreSQL is there, but the role of STORE_URL ${words}`, { cause: error });
}
