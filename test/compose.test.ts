import { describe, expect, it } from 'vitest';
import { CHATS } from '../src/chat/catalog.ts';
import { readConfig } from '../src/config.ts';
import {
  environmentOf,
  readComposition,
  type Service,
  strutServices,
  THE_SECRET,
  textOf,
} from './composition.ts';

const filesOf = ['compose.yaml', 'compose.cluster.yaml'] as const;
const configOf = (one: Pick<Service, 'environment'>) => readConfig(environmentOf(one));

describe.each(filesOf)('%s', (name) => {
  it('sets nothing that Strut does not know, and all as Strut takes it', () => {
    const known = [...textOf('.env.example').matchAll(/^#(\w+)=/gm)].map(([, one]) => one);
    expect(strutServices(name).length).toBeGreaterThan(0);
    for (const [, one] of strutServices(name)) {
      expect(known).toEqual(expect.arrayContaining(Object.keys(one.environment)));
      expect(configOf(one)).toMatchObject({ HOST: '0.0.0.0', PORT: 8080 });
    }
  });

  it('mounts volumes that there are, at places that are the user’s in the image', () => {
    const { services, volumes } = readComposition(name);
    const mounts = Object.values(services).flatMap((one) => one.volumes.map((volume) => volume.split(':')));
    // The folder that the file lies in needs no volume.
    const named = mounts.map(([volume]) => volume).filter((volume) => volume !== '.');
    expect([...new Set(named)].sort()).toEqual(Object.keys(volumes).sort());
    const made = /^RUN mkdir (.*) && chown node:node (.*)$/m.exec(textOf('Dockerfile'));
    expect(made?.[1]).toBe(made?.[2]);
    for (const [, one] of strutServices(name))
      for (const volume of one.volumes) expect(made?.[1]?.split(' ')).toContain(volume.split(':')[1]);
  });

  it('lets a stop take as long as it may, and opens ports to this machine alone, each once', () => {
    for (const [, one] of strutServices(name)) expect(one.stop_grace_period).toBe('15s');
    const ports = strutServices(name).flatMap(([, one]) => one.ports ?? []);
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:8080$/.test(port))).toEqual([]);
    expect(new Set(ports).size).toBe(ports.length);
  });
});

describe('compose.cluster.yaml', () => {
  const processes = strutServices('compose.cluster.yaml');

  it('runs every role in two processes, so that any one may die', () => {
    const roles = processes.map(([, one]) => configOf(one).ROLES);
    for (const role of ['page', 'worker', ...CHATS.map(({ platform }) => platform)])
      expect(
        roles.filter((one) => one.has(role)),
        role,
      ).toHaveLength(2);
  });

  it('has all on one database and the same files, each with a data folder of its own', () => {
    const { services } = readComposition('compose.cluster.yaml');
    const user = services.postgres?.environment.POSTGRES_USER;
    const name = services.postgres?.environment.POSTGRES_DB;
    for (const [, one] of processes) {
      const { STORE_URL, FILES_URL, DATA_DIR } = configOf(one);
      const { volumes, depends_on } = one;
      expect(STORE_URL).toBe(`postgres://${user}:${THE_SECRET}@postgres:5432/${name}`);
      expect(FILES_URL).toEqual({ kind: 'folder', path: '/files' });
      expect(volumes).toEqual(['files:/files']);
      expect(DATA_DIR).toBe('/data');
      expect(Object.keys(depends_on ?? {})).toEqual(['postgres']);
    }
    expect(textOf('Dockerfile')).toContain('VOLUME /data\n');
    expect(services.postgres?.healthcheck).toBeDefined();
  });
});
