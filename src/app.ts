/** The composition root: the only file that knows every concrete part. */
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { commands } from '../commands/index.ts';
import { settings as settingsList } from '../settings/index.ts';
import { canRender, tellWhatIsOff, tellWhatIsOn, version } from './at-start.ts';
import { CHATS } from './chat/catalog.ts';
import { createChats } from './chats.ts';
import { type Config, filesAt, trustedOrigins } from './config.ts';
import { keepCopies, setRight } from './copies.ts';
import { createCoachRecords } from './core/coach/records.ts';
import type { Context } from './core/context.ts';
import { createCore } from './core/core.ts';
import { createHistory } from './core/job/history.ts';
import { QUALITIES, rendererOf } from './core/job/job.ts';
import { wake, wakeDraft } from './core/job/lanes.ts';
import { takeWebhook } from './core/job/webhook.ts';
import { createAccess } from './core/limits/access.ts';
import { createProviderHealth, noteEnds } from './core/price/provider-health.ts';
import { createProviderRegistry, type ProviderRegistry } from './core/price/provider-registry.ts';
import { createSettingsService } from './core/settings/settings-service.ts';
import { createReportRecords } from './core/takedown/records.ts';
import { startUpkeep } from './core/upkeep/upkeep.ts';
import { createInside } from './doctor/from-inside.ts';
import { createScheduler } from './engine/scheduler.ts';
import { filesInUse } from './files-in-use.ts';
import { createLinks } from './http/links.ts';
import { createMetrics } from './http/metrics.ts';
import { startServer } from './http/server.ts';
import { countUnreadable, loggedHealth } from './logged.ts';
import { createMedia } from './media/index.ts';
import { createPool } from './media/pool.ts';
import { createTaskRetry } from './media/task-retry.ts';
import type { TASKS } from './media/tasks.ts';
import { creditOf, PROVIDERS } from './providers/catalog.ts';
import { createFetcher } from './providers/download.ts';
import { checkHosted, createHosted } from './providers/index.ts';
import { createLocalProvider } from './providers/local/index.ts';
import { accessRulesFrom, rulesFrom } from './rules.ts';
import { secretKey } from './secrets.ts';
import { shareMedia } from './shared-media.ts';
import { goOn, openSharedWork, rendersDrafts, sharedParts } from './shared-work.ts';
import { openSharing } from './sharing.ts';
import { signInFor } from './sign-in.ts';
import { openSigning } from './signing.ts';
import { createSteps, openQueues } from './steps.ts';
import { UnreadableSettings } from './store/errors.ts';
import { createPostgresStore, createStore } from './store/index.ts';
import { startFiles } from './store/start-files.ts';

/** Messages that are edited at once, in each chat. */
const TOLD_AT_ONCE = 16;
const CLOCK = { now: Date.now };
export type App = { url: string; stop(): Promise<void> };

/** Starts everything, or throws what stopped it after taking down what was already up. `onTaken`: as of the store. */
export async function startApp(config: Config, log: Logger, onTaken: () => void): Promise<App> {
  await using stack = new AsyncDisposableStack();
  let stopping = false;
  const { onUnreadable, unreadable } = countUnreadable(log);
  const store = config.STORE_URL
    ? await createPostgresStore(config.STORE_URL, config.DATA_DIR, onUnreadable, filesAt(config), onTaken)
    : createStore(config.DATA_DIR, onUnreadable, filesAt(config));
  stack.defer(() => store.close());
  const files = await startFiles(store, log);
  stack.defer(files.stop);
  const pool = createPool({ log });
  stack.defer(() => pool.stop());
  const health = loggedHealth(log);
  const { locks, events, secrets, limiter, sharing, ...opened } = await openSharing(config, store, log);
  stack.defer(opened.stop);
  const key = config.SECRET_KEY ?? (await secretKey(secrets));
  const shared = sharing && (await openSharedWork(config, store, { bus: sharing.bus, health, log, key }));
  if (shared) stack.defer(shared.stop);
  const links = config.PUBLIC_URL
    ? createLinks({ publicUrl: config.PUBLIC_URL, secretKey: key, clock: CLOCK })
    : undefined;
  const signing = await openSigning(secrets, config, CLOCK.now());
  if (signing.trouble) log.warn(`videos carry the XMP mark alone: ${signing.trouble}`);
  const providerHealth = await createProviderHealth(store.keyv('weather'), sharing);
  const offers = store.keyv('offers');
  const savings = store.keyv('library');
  const inUse = filesInUse(config, store, { offers, savings, clock: CLOCK, log });
  const hosted = await createHosted({
    settings: config,
    links,
    pathOf: store.files.path,
    copies: inUse.providerCopies,
    clock: CLOCK,
    log,
    onTrouble: (id, trouble) => registry.trouble(id, trouble),
  });
  const local = createLocalProvider({
    run: createTaskRetry<typeof TASKS>(pool),
    files: store.files,
    dataDir: config.DATA_DIR,
    servesAll: hosted.length === 0,
    log,
    rendersHere: () => rendersDrafts(shared),
    onNews: (jobId) => void wakeDraft(ctx, jobId),
  });
  const entries = [...hosted, { provider: local }];
  const market = { entries, providerHealth, clock: CLOCK, health, ...(sharing ? { bus: sharing.bus } : {}) };
  const registry: ProviderRegistry = createProviderRegistry(market);
  for (const { provider } of entries) stack.defer(async () => provider.stop?.());
  checkHosted(hosted, log);
  const fetcher = createFetcher({ trustedOrigins: trustedOrigins(config) });
  stack.defer(() => fetcher.stop());
  const settings = createSettingsService({
    list: settingsList,
    found: await store.settings.all(),
    onLost: (spaceId, lost) => onUnreadable(new UnreadableSettings(spaceId, lost)),
    store: store.settings,
    defaults: { limits: config.DEFAULT_LIMITS, timeZone: config.TIMEZONE },
    clock: CLOCK,
  });
  if (sharing) settings.share(sharing);
  const timers = () =>
    createScheduler({
      clock: CLOCK,
      atOnce: TOLD_AT_ONCE,
      onError: (err, id) => log.error({ err, id }, 'a step broke'),
    });
  const chats = await createChats({
    config,
    secretKey: key,
    store,
    fileUse: inUse.fileUse,
    scheduler: timers,
    usualMs: (job) => ctx.history.usualMs(rendererOf(job), job.request),
    health,
    clock: CLOCK,
    log,
    shared,
    limiter,
  });
  const reports = store.keyv('takedown');
  const queues = await openQueues(store.queues, log);
  const mediaParts = { ...inUse, signer: signing.signer, queues, shared, bus: sharing?.bus, log };
  const sharedMedia = shareMedia(pool, store, mediaParts);
  if (queues) stack.defer(() => sharedMedia.takeBack().then(queues.stop));
  const media = createMedia({ pool: sharedMedia.pool, marks: { ...signing, credit: creditOf } });
  const ctx: Context = {
    store: store.jobs,
    ledger: store.ledger,
    library: store.library,
    traces: store.traces,
    fingerprints: store.fingerprints,
    audit: store.audit,
    optOuts: store.optOuts,
    files: store.files,
    ...inUse,
    ...createReportRecords({ kv: reports, media, log, locks }),
    media,
    ...createCoachRecords({ looks: store.looks, lessons: store.keyv('lessons') }, media, locks),
    fetcher,
    scheduler: await createSteps(store, queues, { clock: CLOCK, log, bus: sharing?.bus }),
    history: await createHistory(store.keyv('history'), sharing),
    events,
    locks,
    ...(sharing ? { bus: sharing.bus } : {}),
    clock: CLOCK,
    random: Math.random,
    breathe: () => setImmediate(),
    log,
    registry,
    settings,
    admissionQueue: store.admissionQueue({
      limits: config.JOBS_AT_ONCE,
      now: CLOCK.now,
      onAdmit: (id) => wake(ctx, id),
    }),
    access: createAccess(accessRulesFrom(config), settings, CLOCK),
    ...(links ? { links } : {}),
    news: new Map(),
    chats: new Map(chats.all.map((chat) => [chat.platform, chat])),
    rules: rulesFrom(config, hosted.length > 0, key),
    alone: store.queues === undefined,
    stopping: () => stopping,
  };
  const inside = createInside({ config, store, health, providerHealth, hosted, secretKey: key, unreadable });
  const shelves = {
    offers,
    notices: store.keyv('notices'),
    library: savings,
    takedown: { kv: reports, scheduler: timers() },
  };
  const core = createCore(ctx, shelves, { providerHealth, examine: inside.examine });
  const metrics = createMetrics(events, {
    openJobs: () => ctx.scheduler.size(),
    providerStats: () => entries.map(({ provider }) => providerHealth.of(provider.id)),
    takedown: core.takedown,
  });
  for (const chat of chats.all)
    events.subscribe('*', (job) => job.requester.platform === chat.platform && chat.show(job));
  noteEnds(events, providerHealth, log);
  stack.defer(() => core.jobs.stop());
  stack.defer(() => core.takedown.stop());
  tellWhatIsOff(config, health);
  await setRight(ctx, store);
  const server = await startServer({
    host: config.HOST,
    port: config.PORT,
    signIn: await signInFor(config, { key, secrets, limiter, log }),
    core,
    commands,
    files: store.files,
    events,
    history: ctx.history,
    health,
    invites: chats.invites,
    providerHealth,
    providers: PROVIDERS,
    chats: CHATS,
    metrics,
    log,
    ping: store.ping,
    clock: CLOCK,
    examine: inside.examine,
    version: await version(),
    ...sharedParts(config, shared, ctx.scheduler),
    // Alone, `local` takes every quality, but it is a draft all the same.
    qualities: QUALITIES.filter((quality) => quality === 'draft' || canRender(hosted, quality)),
    defaultQuality: ctx.rules.defaultQuality,
    ...(links && config.PUBLIC_URL && config.ROLES.has('page')
      ? {
          internet: {
            publicUrl: config.PUBLIC_URL,
            secretKey: key,
            links,
            files: store.files,
            takedown: core.takedown,
            clock: CLOCK,
            takeWebhook: (news) => takeWebhook(ctx, news),
            chatHooks: chats.all.flatMap(({ hook }) => hook ?? []),
          },
        }
      : {}),
  });
  stack.defer(() => server.stop());
  // Only now: a process that could not listen must not have touched a job.
  stack.defer(await goOn(shared, core, { drafts: local, events, scheduler: ctx.scheduler, health, log }));
  stack.defer(sharedMedia.take());
  const also = { takeCopy: keepCopies(config, health, CLOCK.now), alarms: inside.alarms(ctx) };
  stack.defer(startUpkeep(ctx, core, { isAtHome: files.isAtHome, ...also }, shared?.holds));
  for (const chat of chats.all) {
    await chat.start(core);
    stack.defer(() => chat.stop());
  }
  // Before the chats are stopped: what comes from here on is to be led to another process, not refused by this one.
  stack.defer(() => {
    stopping = true;
    return server.stop();
  });
  log.info(`page at ${server.url}`);
  tellWhatIsOn(config, health, log);
  const running = stack.move();
  return { url: server.url, stop: () => running.disposeAsync() };
}
