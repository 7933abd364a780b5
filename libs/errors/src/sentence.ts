/** The text with a full stop, unless it ends in a mark already. */
export const asSentence = (text: string): string => (/[.?!…]$/.test(text) ? text : `${text}.`);
