/** The other side of in-child.ts. */
process.once('message', async (args: unknown[]) => {
  const [, , module = '', name = ''] = process.argv;
  try {
    const work = ((await import(module)) as Record<string, (...args: unknown[]) => unknown>)[name];
    process.send?.({ value: await work?.(...args) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
