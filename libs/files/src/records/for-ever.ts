/** The expiry of files that stay: what the catalogue shows. They have an owner, as all have, but are not his to delete. */
export const FOR_EVER = new Date('9999-12-31T00:00:00Z');
