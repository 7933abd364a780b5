import { register } from 'node:module';

/**
 * The official conformance suite wants a newer Node for one function of one of its other commands. Preloaded with
 * `--import`, this lets the suite start on the Node of this project; everything that it does stays its own.
 */
register(
  `data:text/javascript,${encodeURIComponent(`
  const FS = 'data:text/javascript,' + encodeURIComponent(
    "export * from 'node:fs'; export const globSync = () => { throw new Error('needs Node 22') };",
  );
  export const resolve = (specifier, context, next) =>
    specifier === 'fs' && context.parentURL?.includes('/@modelcontextprotocol/conformance/')
      ? { url: FS, shortCircuit: true }
      : next(specifier, context);
`)}`,
);
