/** What class-transformer knows of nested types; the package does not say that it has this. */
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: unknown;
}
