import { randomInt } from 'crypto';
import type { IDataObject } from 'n8n-workflow';

/** The text that marks everything that a trial writes, so that people know what it is. */
export const TEST_NOTICE = 'n8n test, may be deleted';

const STAMP_LENGTH = 8;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

/**
 * The text by which one trial recognizes its records: the notice and a random stamp. Two trials
 * have different stamps, so neither takes back what the other has written.
 */
export class TestSignature {
	/** Has only letters, so that AlfaCRM does not take it for a number. */
	private readonly stamp = Array.from(
		{ length: STAMP_LENGTH },
		() => ALPHABET[randomInt(ALPHABET.length)],
	).join('');
	readonly text = `${TEST_NOTICE} (${this.stamp})`;

	/**
	 * Whether this trial has written a record. A record without the stamp is somebody else's,
	 * whatever ID AlfaCRM names.
	 */
	isIn({ name, note, title, text, comment }: IDataObject): boolean {
		return [name, note, title, text, comment].some((value) => String(value).includes(this.stamp));
	}
}
