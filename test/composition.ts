/** The files for Docker Compose, as it reads them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = join(import.meta.dirname, '..');
export const textOf = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const service = z.strictObject({
  build: z.literal('.').optional(),
  image: z.string().optional(),
  restart: z.literal('unless-stopped'),
  stop_grace_period: z.literal('15s').optional(),
  env_file: z.tuple([z.strictObject({ path: z.literal('.env'), required: z.literal(false) })]).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()),
  healthcheck: z.record(z.string(), z.unknown()).optional(),
});
const composition = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});
export type Service = z.infer<typeof service>;

export const readComposition = (name: string) => composition.parse(parse(textOf(name), { merge: true }));

/** Those that run Strut, by their names. */
export const strutServices = (name: string): [string, Service][] =>
  Object.entries(readComposition(name).services).filter(([, { build }]) => build === '.');

/** What stands in for whatever `.env` must set. */
export const THE_SECRET = 'theSecret1';

/** A service's environment with `${NAME:-this}` and, where it must be set, `${NAME:?why}` filled in. */
export const environmentOf = ({ environment }: Pick<Service, 'environment'>): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(value)]));

const filledIn = (value: string | number): string =>
  String(value).replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, _name, how, text) =>
    how === '-' ? text : THE_SECRET,
  );
