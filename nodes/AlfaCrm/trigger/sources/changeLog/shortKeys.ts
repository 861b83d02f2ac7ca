import { makeDigest } from '../../digest';

/**
 * Makes keys that are short enough to store thousands of them between two polls. A key stands for a
 * long text, such as the content of an entry of the log. All keys have the same length, so they are
 * stored without a separator: `Kd93-aZ0pQ_x` are two keys.
 */

/**
 * The number of characters of a key, each of which is one of 64. With 10,000 known keys, about one
 * new text in seven million is mistaken for a known one.
 */
const KEY_LENGTH = 6;

const EACH_KEY = new RegExp(`.{${KEY_LENGTH}}`, 'g');

export const makeShortKey = (text: string): string => makeDigest(text, KEY_LENGTH);

/** Splits keys that are stored one after the other. */
export const splitKeys = (storedKeys: string): string[] => storedKeys.match(EACH_KEY) ?? [];
