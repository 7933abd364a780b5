/** Before every id: where walks in the order of the ids begin. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';
