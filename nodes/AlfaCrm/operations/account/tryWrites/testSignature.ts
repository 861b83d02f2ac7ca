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
	/** Random letters. There are no digits, so that AlfaCRM does not take the stamp for a number. */
	private readonly stamp = Array.from(
		{ length: STAMP_LENGTH },
		() => ALPHABET[randomInt(ALPHABET.length)],
	).join('');
	/**
	 * The text that each record of the trial holds, such as `n8n test, may be deleted (qwertyui)`.
	 */
	readonly text = `${TEST_NOTICE} (${this.stamp})`;

	/**
	 * Whether the stamp is in a record, so that this trial has written it. A record without the stamp
	 * is somebody else's, even if AlfaCRM answers with its ID when the trial creates a record.
	 */
	isIn(record: IDataObject): boolean {
		const { name, note, title, text, comment } = record;
		const texts = [name, note, title, text, comment].map(String);
		return texts.some((value) => value.includes(this.stamp));
	}
}
