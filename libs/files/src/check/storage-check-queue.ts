export const STORAGE_CHECK_QUEUE = 'storage-check';
